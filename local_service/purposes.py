"""What information may be used for, where the provision it was given under says so."""

from local_service.moves import Refusal, refuse
from service_kit.identity import Caller

REVIEWING_LOCALLY = "s16F"
PROVISION = "Children Act 2004 s16H(4)"


def is_for_local_review(purpose: str) -> bool:
    """Whether a purpose is the one that information given under s16H may be used for."""
    return purpose.casefold() == REVIEWING_LOCALLY.casefold()


def why_not_for_this(purpose: str) -> Refusal | None:
    """Why information given under s16H may not be used for this, if so: for functions under s16F only (s16H(4))."""
    if is_for_local_review(purpose):
        return None
    return Refusal(
        f"Information given on request may be used for functions under s16F only: say Access-Purpose: {REVIEWING_LOCALLY}.",
        PROVISION,
        problem="purpose-not-allowed",
    )


def check_purpose(caller: Caller) -> None:
    """Refuse (403 ``purpose-not-allowed``, audited) every purpose but that of s16F."""
    refuse(why_not_for_this(caller.purpose))
