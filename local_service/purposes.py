"""What information may be used for, where the provision it was given under says so."""

from service_kit.identity import Caller
from service_kit.moves import Refusal
from service_kit.purposes import is_for, require_purpose, why_not_for

REVIEWING_LOCALLY = "s16F"
PROVISION = "Children Act 2004 s16H(4)"


def is_for_local_review(purpose: str) -> bool:
    """Whether a purpose is the one that information given under s16H may be used for."""
    return is_for(purpose, REVIEWING_LOCALLY)


def why_not_for_this(purpose: str) -> Refusal | None:
    """Why information given under s16H may not be used for this, if so: for functions under s16F only (s16H(4))."""
    return why_not_for(purpose, REVIEWING_LOCALLY, PROVISION)


def check_purpose(caller: Caller) -> None:
    """Refuse (403 ``purpose-not-allowed``, audited) every purpose but that of s16F."""
    require_purpose(caller, REVIEWING_LOCALLY, PROVISION)
