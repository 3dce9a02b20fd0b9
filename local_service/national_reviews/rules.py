"""When the partners may propose a national review, and which step of one fits what the Panel told before."""

from collections.abc import Sequence

from local_service.cases.file import CaseFile
from service_kit.identity import Caller
from service_kit.moves import Refusal
from shared_schemas.messages.national_reviews import OPENED

PROPOSES = "Children Act 2004 s16B(1), SI 2018/789 reg 3"


def why_no_proposal(file: CaseFile) -> Refusal | None:
    """Why the partners cannot propose a national review yet, if so: they do with the rapid review, or later."""
    if not file.is_open:
        return Refusal("The case is not open.", PROPOSES)
    if file.rapid_review is None or file.rapid_review.sent_at is None:
        return Refusal(
            "The rapid review has not been completed and sent to the Panel: a proposal goes with it or after it.",
            PROPOSES,
            ("complete_rapid_review", "authorise_notification"),
        )
    return None


def why_not_this_proposer(caller: Caller) -> Refusal | None:
    """Why this caller cannot propose, if so: a proposal is the partners' judgement, never a system's."""
    if caller.is_person:
        return None
    return Refusal("A person proposes; this credential is a system's.", PROPOSES, problem="forbidden")


def fits_told(types: Sequence[str], message_type: str) -> bool:
    """Whether a message fits what was told of the same review: the opening comes first, and once."""
    return (message_type == OPENED) == (not types)
