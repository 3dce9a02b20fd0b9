"""Information that may be used for one purpose only."""

from service_kit.identity import Caller
from service_kit.moves import Refusal, refuse


def is_for(purpose: str, allowed: str) -> bool:
    """Whether a purpose is the one allowed, however its letters are written."""
    return purpose.casefold() == allowed.casefold()


def why_not_for(purpose: str, allowed: str, rule: str) -> Refusal | None:
    """Why what was given for one purpose may not be used for this one, if so."""
    if is_for(purpose, allowed):
        return None
    return Refusal(
        f"This information may be used only for the purpose it was requested for: say Access-Purpose: {allowed}.",
        rule,
        problem="purpose-not-allowed",
    )


def require_purpose(caller: Caller, allowed: str, rule: str) -> None:
    """Refuse (403 ``purpose-not-allowed``, audited) a caller who reads for another purpose than the one allowed."""
    refuse(why_not_for(caller.purpose, allowed, rule))
