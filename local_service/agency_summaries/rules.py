"""An agency's summary: its moves, and what must be in it."""

from collections.abc import Mapping
from enum import StrEnum

from local_service.agency_summaries.models import SummaryState
from local_service.agency_summaries.schemas import SummaryContent
from local_service.cases.file import CaseFile
from local_service.next_moves import why_not_move
from service_kit.moves import Refusal
from service_kit.problems import ApiProblem
from shared_schemas.problems import ProblemError

ESTABLISHES = "Consultation on Working Together 2017, local reviews: agencies' involvement"
REQUIRED = ("period_from", "period_to", "involvement")


class SummaryMove(StrEnum):
    WRITE = "write"
    SUBMIT = "submit"
    RETURN = "return"
    ACCEPT = "accept"


MOVES: Mapping[SummaryState, tuple[SummaryMove, ...]] = {
    SummaryState.DRAFT: (SummaryMove.WRITE, SummaryMove.SUBMIT),
    SummaryState.SUBMITTED: (SummaryMove.ACCEPT, SummaryMove.RETURN),
    SummaryState.RETURNED: (SummaryMove.WRITE, SummaryMove.SUBMIT),
    # What was accepted may be found wanting later, by what another agency says.
    SummaryState.ACCEPTED: (SummaryMove.RETURN,),
}
# What others may rely on: neither being written nor sent back.
STANDS = (SummaryState.SUBMITTED, SummaryState.ACCEPTED)


def why_no_summary(file: CaseFile) -> Refusal | None:
    """Why no agency can be asked for its summary, if so: the exercise establishes agencies' involvement (guidance)."""
    return None if file.is_open else Refusal("The case is not open.", ESTABLISHES)


def why_not(move: SummaryMove, state: SummaryState) -> Refusal | None:
    """Why a summary in this state does not allow a move, if so (guidance on agencies' involvement)."""
    return why_not_move(MOVES, state, move, ESTABLISHES)


def check_whole(content: SummaryContent) -> None:
    """Refuse (409 ``incomplete``) to submit what does not say the period in scope and the agency's involvement."""
    missing = [name for name in REQUIRED if getattr(content, name) is None]
    if missing:
        raise ApiProblem(
            "incomplete",
            f"{len(missing)} part(s) of the summary are missing.",
            rule=ESTABLISHES,
            errors=[
                ProblemError(pointer=f"/content/{name}", code="missing", detail="A summary needs it.")
                for name in missing
            ],
        )
