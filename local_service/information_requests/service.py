from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from local_service.cases.file import CaseFile
from local_service.cases.models import Case
from local_service.dates import check_entries, check_past, check_period
from local_service.duties.events import reckon_duties
from local_service.information_requests.models import (
    InformationAnswer,
    InformationRequest,
    InformationRequestMove,
    RequestState,
)
from local_service.information_requests.rules import (
    LEADS_TO,
    OWED,
    REQUESTS,
    RequestMove,
    why_no_request,
    why_not,
    working_days_before,
)
from local_service.information_requests.schemas import Answer, DueExplanation, RequestCreate
from local_service.purposes import REVIEWING_LOCALLY, check_purpose
from local_service.rapid_reviews.rules import EXERCISE
from local_service.settings import LocalSettings
from service_kit.acting import Acting
from service_kit.clock.bank_holidays import CalendarDoesNotCover, published_calendar
from service_kit.clock.duties import DayNotCounted
from service_kit.clock.sentences import full_date
from service_kit.clock.working_days import london_date
from service_kit.etags import check_version
from service_kit.identity import Principal
from service_kit.ids import new_id
from service_kit.moves import refuse
from service_kit.pagination import PageRequest, newest_first
from service_kit.problems import ApiProblem, field_problem


async def make_request(
    acting: Acting, settings: LocalSettings, file: CaseFile, given: RequestCreate
) -> InformationRequest:
    """Make a request in writing (s16H(1)); it is owed from when it is served."""
    refuse(why_no_request(file))
    check_period(given.period_from, given.period_to)
    await check_person(acting, "/answered_by", given.answered_by)
    due_on, explained = await _due(acting, settings, file, given)
    request = InformationRequest(
        organisation_id=acting.organisation_id,
        id=new_id(),
        case_id=file.case.id,
        version=1,
        state=RequestState.MADE,
        purpose=REVIEWING_LOCALLY,
        recipient=given.recipient.model_dump(mode="json"),
        answered_by=given.answered_by,
        what=given.what,
        period_from=given.period_from,
        period_to=given.period_to,
        due_on=due_on,
        due_explained=explained.model_dump(mode="json"),
        made_by=acting.caller.principal_id,
        made_at=acting.now,
    )
    acting.session.add(request)
    await acting.session.flush()
    detail = {"request": str(request.id), "agency_type": given.recipient.agency_type}
    await acting.event("information_request.made", "case", file.case.id, detail)
    return request


async def move_request(
    acting: Acting,
    request: InformationRequest,
    expected_version: int,
    move: RequestMove,
    detail: dict[str, Any] | None = None,
) -> None:
    """Take a request one step on; what the step says is kept with it, for good."""
    check_version(request.version, expected_version)
    refuse(why_not(move, RequestState(request.state)))
    request.state = LEADS_TO[move]
    request.version += 1
    acting.session.add(
        InformationRequestMove(
            organisation_id=acting.organisation_id,
            id=new_id(),
            request_id=request.id,
            version=request.version,
            move=move,
            state=request.state,
            detail=detail or {},
            moved_by=acting.caller.principal_id,
            moved_at=acting.now,
        )
    )
    await acting.session.flush()
    told = {"request": str(request.id), "version": request.version}
    await acting.event(f"information_request.{request.state}", "case", request.case_id, told)


async def serve_request(
    acting: Acting,
    file: CaseFile,
    request: InformationRequest,
    expected_version: int,
    served_on: date,
    how: str,
) -> None:
    """Record that the request was put to the recipient in writing: from then on it must comply (s16H(2)).

    On a case that has ended meanwhile nothing is requested any more (s16H(1)).
    """
    refuse(why_no_request(file))
    check_past("/served_on", served_on, acting.now)
    refuse(why_not(RequestMove.SERVE, RequestState(request.state)))
    request.served_on = served_on
    detail = {"served_on": served_on.isoformat(), "how": how}
    await move_request(acting, request, expected_version, RequestMove.SERVE, detail)


async def answer_request(
    acting: Acting, request: InformationRequest, expected_version: int, given: Answer
) -> None:
    """Keep what was answered, locked to the purpose of s16F (s16H(4)); a further answer stands beside the first."""
    check_entries("/entries", given.entries, acting.now)
    await move_request(acting, request, expected_version, RequestMove.ANSWER)
    answer = InformationAnswer(
        organisation_id=acting.organisation_id,
        id=new_id(),
        case_id=request.case_id,
        request_id=request.id,
        version=len(await _answers(acting, request)) + 1,
        purpose=REVIEWING_LOCALLY,
        recorded_by=acting.caller.principal_id,
        recorded_by_name=acting.caller.principal_name,
        recorded_at=acting.now,
        **given.model_dump(mode="json"),
    )
    acting.session.add(answer)
    await acting.session.flush()


async def read_answers(acting: Acting, request: InformationRequest) -> Sequence[InformationAnswer]:
    """Give what was answered, for the purpose of s16F alone: raises 403 ``purpose-not-allowed`` (s16H(4))."""
    check_purpose(acting.caller)
    return await _answers(acting, request)


async def find_request(
    acting: Acting, case_id: UUID, request_id: UUID, *, lock: bool = False
) -> InformationRequest:
    """Find a request. Raises 404, to an agency also for every request that another answers."""
    statement = seen_by(acting).where(
        InformationRequest.case_id == case_id, InformationRequest.id == request_id
    )
    if lock:
        statement = statement.with_for_update()
    request = (await acting.session.execute(statement)).scalar_one_or_none()
    if request is None:
        raise ApiProblem("not-found")
    return request


def seen_by(acting: Acting) -> Select[InformationRequest]:
    """Select the requests this caller may see: who reads cases all, an agency those it answers, once served."""
    statement = select(InformationRequest).where(InformationRequest.organisation_id == acting.organisation_id)
    if "cases:read" in acting.scopes:
        return statement
    return statement.where(
        InformationRequest.answered_by == acting.caller.principal_id,
        InformationRequest.served_on.is_not(None),
    )


async def requests_of(acting: Acting, case_id: UUID) -> Sequence[InformationRequest]:
    """Give a case's requests that this caller may see, the first one first. Raises 404 for a case not seen at all."""
    statement = seen_by(acting).where(InformationRequest.case_id == case_id).order_by(InformationRequest.id)
    rows = (await acting.session.execute(statement)).scalars().all()
    if not rows:
        await check_case(acting, case_id)
    return rows


async def check_case(acting: Acting, case_id: UUID) -> None:
    """Raise 404 for a case that is not this organisation's, or not this caller's to read."""
    statement = select(Case.id).where(Case.organisation_id == acting.organisation_id, Case.id == case_id)
    if (
        "cases:read" not in acting.scopes
        or (await acting.session.execute(statement)).scalar_one_or_none() is None
    ):
        raise ApiProblem("not-found")


async def list_requests(
    acting: Acting, page: PageRequest, *, state: RequestState | None, overdue: bool | None
) -> Sequence[InformationRequest]:
    """Give a page of an organisation's requests, newest first."""
    statement = seen_by(acting)
    if state is not None:
        statement = statement.where(InformationRequest.state == state)
    if overdue is not None:
        late = InformationRequest.state.in_(OWED) & (InformationRequest.due_on < london_date(acting.now))
        statement = statement.where(late if overdue else ~late)
    rows = await acting.session.execute(newest_first(statement, InformationRequest.id, page))
    return rows.scalars().all()


async def check_person(acting: Acting, pointer: str, principal_id: UUID | None) -> None:
    """Refuse (422) an id that is no principal of this organisation."""
    if principal_id is None:
        return
    statement = select(Principal.id).where(
        Principal.organisation_id == acting.organisation_id, Principal.id == principal_id
    )
    if (await acting.session.execute(statement)).scalar_one_or_none() is None:
        raise field_problem(pointer, "person_unknown", "Must be the id of a person of this organisation.")


async def _answers(acting: Acting, request: InformationRequest) -> Sequence[InformationAnswer]:
    statement = (
        select(InformationAnswer)
        .where(
            InformationAnswer.organisation_id == acting.organisation_id,
            InformationAnswer.request_id == request.id,
        )
        .order_by(InformationAnswer.version)
    )
    return (await acting.session.execute(statement)).scalars().all()


async def _due(
    acting: Acting, settings: LocalSettings, file: CaseFile, given: RequestCreate
) -> tuple[date, DueExplanation]:
    if given.due_on is not None:
        return given.due_on, DueExplanation(
            sentence=f"{full_date(given.due_on)}, as it was given.", given=True
        )
    days = given.working_days_before_rapid_review
    days = settings.information_request_days if days is None else days
    duty = next((one for one in await reckon_duties(acting, file) if one.code == EXERCISE), None)
    if duty is None or duty.due_on is None:
        raise field_problem("/due_on", "due_date_unknown", "The rapid review has no due date: give a day.")
    try:
        due = working_days_before(duty.due_on, days, published_calendar())
    except CalendarDoesNotCover as error:
        raise field_problem(
            "/due_on", "calendar_does_not_cover", "Bank holidays are not known: give a day.", rule=REQUESTS
        ) from error
    sentence = (
        f"{full_date(due.due_on)}: {days} working day(s) before the rapid review is due on {full_date(duty.due_on)}. "
        f"{duty.explanation.sentence}"
    )
    return due.due_on, DueExplanation(
        sentence=sentence,
        given=False,
        rapid_review_due_on=duty.due_on,
        working_days_before=days,
        not_counted=[DayNotCounted(day=entry.day, reason=entry.reason) for entry in due.not_counted],
    )
