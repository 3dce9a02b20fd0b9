"""The partners' reply to a decision of the Panel: the decision on a local review is theirs (CA2004 s16F(1)(b))."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Response

from local_service.cases.file import CaseFile, lock_file, read_file
from local_service.deps import SettingsDep
from local_service.local_reviews.conduct_schemas import ReplyCreate
from local_service.local_reviews.course import add_entry, entries_of, read_entry
from local_service.local_reviews.course_models import CourseEntry, EntryKind
from local_service.local_reviews.course_reads import ReplyRead
from local_service.local_reviews.publication_rules import why_not_a_person
from local_service.local_reviews.rules import why_no_reply
from local_service.panel_link import send_to_panel
from local_service.settings import LocalSettings
from service_kit.acting import Acting, Requires
from service_kit.clock.working_days import london_date
from service_kit.etags import IfMatchDep, check_version, etag
from service_kit.idempotency import OnceDep
from service_kit.moves import refuse
from service_kit.problems import ApiProblem
from service_kit.routes import StrictRoute
from shared_schemas.messages.review_course import DECISION_REPLY, DecisionReplyBody

router = APIRouter(
    prefix="/v1/cases/{case_id}/panel-decisions/{decision_version}",
    tags=["panel decisions"],
    route_class=StrictRoute,
)
Version = Annotated[int, Path(ge=1, le=10_000)]


@router.post("/reply", status_code=201, summary="Reply to a decision of the Panel", response_model=ReplyRead)
async def post_reply(
    case_id: UUID,
    decision_version: Version,
    body: ReplyCreate,
    acting: Annotated[Acting, Requires("local-reviews:decide")],
    expected: IfMatchDep,
    once: OnceDep,
    settings: SettingsDep,
) -> Response:
    """Maintain or change the partners' own decision after the Panel's opinion, with reasons; the Panel is told.

    If-Match is the case's ETag. To change, record the new decision on the local review as well.
    """
    file = await lock_file(acting, case_id)
    row = await reply(acting, settings, file, decision_version, expected, body)
    headers = {
        "Location": f"/v1/cases/{case_id}/panel-decisions/{decision_version}/replies",
        "ETag": etag(file.case.version),
    }
    return await once.answer(read_entry(row, ReplyRead), status=201, headers=headers)


@router.get("/replies", summary="List the replies to a decision of the Panel")
async def list_replies(
    case_id: UUID, decision_version: Version, acting: Annotated[Acting, Requires("cases:read")]
) -> list[ReplyRead]:
    """List what the partners replied, the first one first."""
    file = await read_file(acting, case_id)
    _check_known(file, decision_version)
    await acting.audit("decision_replies.read", "case", file.case.id)
    replies = (await entries_of(acting, file.case)).of(EntryKind.REPLY_TO_PANEL, ReplyRead)
    return [one for one in replies if one.decision_version == decision_version]


async def reply(
    acting: Acting,
    settings: LocalSettings,
    file: CaseFile,
    decision_version: int,
    expected: int,
    given: ReplyCreate,
) -> CourseEntry:
    """Record a reply and send it to the Panel. Raises 404 for a decision there is not."""
    _check_known(file, decision_version)
    check_version(file.case.version, expected)
    refuse(why_not_a_person(acting.caller, "replies for the partners"))
    refuse(why_no_reply(file, decision_version))
    body = DecisionReplyBody(
        **given.model_dump(),
        case_id=file.case.id,
        decision_version=decision_version,
        replied_on=london_date(acting.now),
    )
    message_id = await send_to_panel(acting, settings, file.case, DECISION_REPLY, body)
    kind = EntryKind.REPLY_TO_PANEL
    row = await add_entry(acting, file, kind, given, message_id=message_id, decision_version=decision_version)
    detail = {"decision_version": decision_version, "reply": given.reply}
    await acting.event("panel_decision.replied", "case", file.case.id, detail)
    return row


def _check_known(file: CaseFile, decision_version: int) -> None:
    if all(one.decision_version != decision_version for one in file.panel_decisions):
        raise ApiProblem("not-found")
