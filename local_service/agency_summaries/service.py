from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import Select, func, select

from local_service.agency_summaries.models import AgencySummary, SubmittedSummary, SummaryState
from local_service.agency_summaries.rules import SummaryMove, check_whole, why_no_summary, why_not
from local_service.agency_summaries.schemas import SummaryContent, SummaryCreate, SummaryPatch
from local_service.cases.file import CaseFile
from local_service.dates import check_entries, check_past, check_period
from local_service.information_requests.models import InformationRequest
from local_service.information_requests.schemas import Agency
from local_service.information_requests.service import check_case, check_person, find_request
from local_service.parts import merge_parts
from local_service.purposes import check_purpose
from service_kit.acting import Acting
from service_kit.etags import check_version
from service_kit.ids import new_id
from service_kit.moves import refuse
from service_kit.pagination import PageRequest, newest_first
from service_kit.problems import ApiProblem, field_problem

OFFICE = "agency-summaries:write"


async def begin_summary(acting: Acting, file: CaseFile, given: SummaryCreate) -> AgencySummary:
    """Ask an agency for its summary; an agency's own person begins it where a request names that person (else 404)."""
    request = await _request(acting, file, given)
    refuse(why_no_summary(file))
    agency = given.agency
    if agency is None:
        if request is None:
            raise field_problem("/agency", "agency_or_request", "Give the agency, or the request it answers.")
        agency = Agency.model_validate(request.recipient)
    answered_by = given.answered_by or (request.answered_by if request is not None else None)
    await check_person(acting, "/answered_by", given.answered_by)
    _check_content(acting, given.content)
    summary = AgencySummary(
        organisation_id=acting.organisation_id,
        id=new_id(),
        case_id=file.case.id,
        request_id=given.request_id,
        version=1,
        state=SummaryState.DRAFT,
        agency=agency.model_dump(mode="json"),
        answered_by=answered_by,
        content=given.content.model_dump(mode="json", exclude_none=True),
        invited_by=acting.caller.principal_id,
        invited_at=acting.now,
    )
    acting.session.add(summary)
    await acting.session.flush()
    await _tell(acting, summary, "begun")
    return summary


async def write_summary(
    acting: Acting, summary: AgencySummary, expected_version: int, patch: SummaryPatch
) -> None:
    """Save parts of a summary that is a draft or was returned."""
    check_version(summary.version, expected_version)
    refuse(why_not(SummaryMove.WRITE, SummaryState(summary.state)))
    given = patch.content.model_dump(mode="json", exclude_unset=True)
    content = merge_parts(summary.content, given)
    _check_content(acting, SummaryContent.model_validate(content))
    summary.content = content
    await _step(acting, summary, "written")


async def submit_summary(acting: Acting, summary: AgencySummary, expected_version: int) -> None:
    """Submit it; what was submitted is kept as it was, whatever becomes of it."""
    check_version(summary.version, expected_version)
    refuse(why_not(SummaryMove.SUBMIT, SummaryState(summary.state)))
    check_whole(SummaryContent.model_validate(summary.content))
    acting.session.add(
        SubmittedSummary(
            organisation_id=acting.organisation_id,
            id=new_id(),
            case_id=summary.case_id,
            summary_id=summary.id,
            number=await count_submissions(acting, summary) + 1,
            content=summary.content,
            submitted_by=acting.caller.principal_id,
            submitted_by_name=acting.caller.principal_name,
            submitted_at=acting.now,
        )
    )
    summary.state, summary.submitted_at = SummaryState.SUBMITTED, acting.now
    await _step(acting, summary, "submitted")


async def return_summary(acting: Acting, summary: AgencySummary, expected_version: int, reasons: str) -> None:
    """Send it back to the agency, with reasons."""
    check_version(summary.version, expected_version)
    refuse(why_not(SummaryMove.RETURN, SummaryState(summary.state)))
    summary.state, summary.returned_reasons = SummaryState.RETURNED, reasons
    summary.accepted_at = summary.accepted_by = None
    await _step(acting, summary, "returned")


async def accept_summary(acting: Acting, summary: AgencySummary, expected_version: int) -> None:
    """Accept it for the review."""
    check_version(summary.version, expected_version)
    refuse(why_not(SummaryMove.ACCEPT, SummaryState(summary.state)))
    summary.state = SummaryState.ACCEPTED
    summary.accepted_at, summary.accepted_by = acting.now, acting.caller.principal_id
    await _step(acting, summary, "accepted")


async def find_summary(
    acting: Acting, case_id: UUID, summary_id: UUID, *, lock: bool = False
) -> AgencySummary:
    """Find a summary. Raises 404, to an agency's person also for another's.

    One that answers a request was given for the purpose of s16F: whoever it was given to reads it for that alone
    (403 ``purpose-not-allowed``, s16H(4)). To whoever writes it it is the agency's own.
    """
    statement = seen_by(acting).where(AgencySummary.case_id == case_id, AgencySummary.id == summary_id)
    statement = statement.with_for_update() if lock else statement
    summary = (await acting.session.execute(statement)).scalar_one_or_none()
    if summary is None:
        raise ApiProblem("not-found")
    if summary.request_id is not None and summary.answered_by != acting.caller.principal_id:
        check_purpose(acting.caller)
    return summary


def seen_by(acting: Acting) -> Select[AgencySummary]:
    """Select the summaries this caller may see: who reads cases all, an agency's person its own."""
    statement = select(AgencySummary).where(AgencySummary.organisation_id == acting.organisation_id)
    if "cases:read" in acting.scopes:
        return statement
    return statement.where(AgencySummary.answered_by == acting.caller.principal_id)


async def summaries_of(acting: Acting, case_id: UUID) -> Sequence[AgencySummary]:
    """Give a case's summaries that this caller may see. Raises 404 for a case not seen at all."""
    statement = seen_by(acting).where(AgencySummary.case_id == case_id).order_by(AgencySummary.id)
    rows = (await acting.session.execute(statement)).scalars().all()
    if not rows:
        await check_case(acting, case_id)
    return rows


async def list_summaries(
    acting: Acting, page: PageRequest, *, state: SummaryState | None
) -> Sequence[AgencySummary]:
    """Give a page of the summaries this caller may see, across cases, newest first."""
    statement = seen_by(acting)
    if state is not None:
        statement = statement.where(AgencySummary.state == state)
    return (await acting.session.execute(newest_first(statement, AgencySummary.id, page))).scalars().all()


async def due_days(acting: Acting, summaries: Sequence[AgencySummary]) -> dict[UUID, date]:
    """Give the day each request is due that one of these summaries answers."""
    requests = {summary.request_id for summary in summaries if summary.request_id is not None}
    statement = select(InformationRequest.id, InformationRequest.due_on).where(
        InformationRequest.organisation_id == acting.organisation_id, InformationRequest.id.in_(requests)
    )
    return {row.id: row.due_on for row in (await acting.session.execute(statement)).all()}


async def count_submissions(acting: Acting, summary: AgencySummary) -> int:
    """Count how often it was submitted."""
    statement = select(func.count()).where(
        SubmittedSummary.organisation_id == acting.organisation_id, SubmittedSummary.summary_id == summary.id
    )
    return (await acting.session.execute(statement)).scalar_one()


async def _request(acting: Acting, file: CaseFile, given: SummaryCreate) -> InformationRequest | None:
    if OFFICE not in acting.scopes and (given.agency is not None or given.answered_by is not None):
        raise field_problem("", "said_by_the_request", "The request says which agency it is and who answers.")
    if given.request_id is not None:
        # To an agency's person, a request that names another is not there.
        return await find_request(acting, file.case.id, given.request_id)
    if OFFICE not in acting.scopes:
        raise ApiProblem("not-found")
    return None


def _check_content(acting: Acting, content: SummaryContent) -> None:
    check_period(content.period_from, content.period_to)
    check_entries("/content/entries", content.entries or [], acting.now)
    for place, episode in enumerate(content.key_practice_episodes or []):
        check_past(f"/content/key_practice_episodes/{place}/period_from", episode.period_from, acting.now)


async def _step(acting: Acting, summary: AgencySummary, what: str) -> None:
    summary.version += 1
    await acting.session.flush()
    await _tell(acting, summary, what)


async def _tell(acting: Acting, summary: AgencySummary, what: str) -> None:
    detail = {"summary": str(summary.id), "version": summary.version}
    await acting.event(f"agency_summary.{what}", "case", summary.case_id, detail)
