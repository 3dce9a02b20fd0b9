from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from panel_service.cases.children import names_of_children
from panel_service.cases.models import Case
from panel_service.improvements.addressees import unknown_partnership
from panel_service.improvements.rules import check_day_of_the_past, check_texts
from panel_service.information_requests.models import (
    InformationGiven,
    InformationRequest,
    InformationRequestMove,
    RequestState,
)
from panel_service.information_requests.rules import MOVES, check_days, why_no_move
from panel_service.information_requests.schemas import (
    AnswerCreate,
    EscalationCreate,
    RequestCreate,
    WithdrawalCreate,
)
from panel_service.meetings.agenda import recused_from, refuse_if_recused
from panel_service.partnerships.service import partnerships_by_id
from service_kit.acting import Acting
from service_kit.etags import check_version
from service_kit.ids import new_id
from service_kit.moves import refuse
from service_kit.pagination import PageRequest, newest_first
from service_kit.problems import ApiProblem, field_problem
from shared_schemas.information_requests import InformationAnswer


async def find_request(acting: Acting, request_id: UUID) -> InformationRequest:
    """Find a request. Raises 404, and 403 to who is recused from the case it is about."""
    return await _one(acting, _by_id(acting, request_id))


async def lock_request(acting: Acting, request_id: UUID) -> InformationRequest:
    """Find a request and keep others from changing it until the transaction ends. Raises 404."""
    return await _one(acting, _by_id(acting, request_id).with_for_update())


async def lock_for(acting: Acting, request_id: UUID, expected: int, name: str) -> InformationRequest:
    """Lock a request for a move. Raises 404, 412, and 409 where it cannot take the move now."""
    request = await lock_request(acting, request_id)
    check_version(request.version, expected)
    refuse(why_no_move(request.state, name, due_on=request.due_on, now=acting.now))
    return request


async def list_requests(
    acting: Acting, page: PageRequest, *, state: RequestState | None, case_id: UUID | None
) -> Sequence[InformationRequest]:
    """Give a page's rows and one more, newest first; none about a case the caller is recused from."""
    statement = select(InformationRequest).where(
        InformationRequest.organisation_id == acting.organisation_id,
        ~recused_from(acting, InformationRequest.case_id),
    )
    if state is not None:
        statement = statement.where(InformationRequest.state == state)
    if case_id is not None:
        statement = statement.where(InformationRequest.case_id == case_id)
    rows = (
        (await acting.session.execute(newest_first(statement, InformationRequest.id, page))).scalars().all()
    )
    detail = {"count": min(len(rows), page.limit)}
    await acting.audit("information_request.listed", "information_request", None, detail)
    return rows


async def draft(acting: Acting, given: RequestCreate) -> InformationRequest:
    """Draft a request to a person or body (s16D). Its text names no child of the case it is about."""
    check_days(None, given.due_on, acting.now)
    if given.partnership_id and not await partnerships_by_id(acting, [given.partnership_id]):
        raise unknown_partnership("/partnership_id")
    await check_case(acting, given.case_id, given.requested, given.supplied_to_name)
    request = InformationRequest(
        organisation_id=acting.organisation_id,
        id=new_id(),
        version=1,
        state=RequestState.DRAFTED,
        **given.model_dump(),
        drafted_by=acting.caller.principal_id,
        drafted_at=acting.now,
        updated_at=acting.now,
    )
    acting.session.add(request)
    await acting.session.flush()
    await acting.event("information_request.drafted", *_subject(request), {"request": str(request.id)})
    return request


async def record_answer(
    acting: Acting, request_id: UUID, expected: int, given: AnswerCreate
) -> InformationRequest:
    """Record an answer that came by hand."""
    request = await lock_for(acting, request_id, expected, f"record_{given.outcome}")
    check_day_of_the_past("/received_on", given.received_on, acting.now)
    if request.served_on is not None and given.received_on < request.served_on:
        raise field_problem("/received_on", "before_served", "Must not lie before the day of serving.")
    answer = InformationAnswer.model_validate(given.model_dump(exclude={"received_on"}))
    version = len(await given_to(acting, request.id)) + 1
    await keep_answer(acting, request, version, answer, received_on=given.received_on)
    return request


async def keep_answer(
    acting: Acting,
    request: InformationRequest,
    version: int,
    answer: InformationAnswer,
    *,
    received_on: date,
    message_id: UUID | None = None,
) -> None:
    """Keep an answer beside those before it, and let the request move on by it."""
    acting.session.add(
        InformationGiven(
            organisation_id=acting.organisation_id,
            id=new_id(),
            request_id=request.id,
            version=version,
            outcome=answer.outcome,
            facts=answer.model_dump(mode="json"),
            received_on=received_on,
            message_id=message_id,
            recorded_by=acting.caller.principal_id,
            recorded_at=acting.now,
        )
    )
    await move(acting, request, f"record_{answer.outcome}", {"version": version})


async def escalate(
    acting: Acting, request_id: UUID, expected: int, given: EscalationCreate
) -> InformationRequest:
    """Record that an injunction is applied for against who has not complied (s16D: High Court or county court)."""
    request = await lock_for(acting, request_id, expected, "escalate")
    return await move(acting, request, "escalate", given.model_dump(mode="json"))


async def withdraw(
    acting: Acting, request_id: UUID, expected: int, given: WithdrawalCreate
) -> InformationRequest:
    """Withdraw a request that is not needed any more; a recipient served by message is told by hand."""
    request = await lock_for(acting, request_id, expected, "withdraw")
    return await move(acting, request, "withdraw", given.model_dump(mode="json"))


async def move(
    acting: Acting, request: InformationRequest, name: str, facts: Mapping[str, Any] | None = None
) -> InformationRequest:
    """Take a move that was found allowed: new state, one line of history, one event."""
    before = RequestState(request.state)
    after = MOVES[before][name]
    acting.session.add(
        InformationRequestMove(
            organisation_id=acting.organisation_id,
            id=new_id(),
            request_id=request.id,
            move=name,
            from_state=before,
            to_state=after,
            facts=dict(facts or {}),
            moved_by=acting.caller.principal_id,
            moved_at=acting.now,
        )
    )
    request.state = after
    request.version += 1
    request.updated_at = acting.now
    await acting.session.flush()
    detail = {"request": str(request.id), "move": name, "from": before.value, "to": after.value}
    await acting.event("information_request.moved", *_subject(request), detail)
    return request


async def given_to(acting: Acting, request_id: UUID) -> Sequence[InformationGiven]:
    """Give the answers to a request, the first first."""
    statement = (
        select(InformationGiven)
        .where(
            InformationGiven.organisation_id == acting.organisation_id,
            InformationGiven.request_id == request_id,
        )
        .order_by(InformationGiven.version)
    )
    return (await acting.session.execute(statement)).scalars().all()


async def history_of(acting: Acting, request_id: UUID) -> Sequence[InformationRequestMove]:
    """Give the steps a request took, the first first."""
    statement = (
        select(InformationRequestMove)
        .where(
            InformationRequestMove.organisation_id == acting.organisation_id,
            InformationRequestMove.request_id == request_id,
        )
        .order_by(InformationRequestMove.id)
    )
    return (await acting.session.execute(statement)).scalars().all()


async def case_of(acting: Acting, case_id: UUID) -> Case | None:
    """Give the case a request is about."""
    statement = select(Case).where(Case.organisation_id == acting.organisation_id, Case.id == case_id)
    return (await acting.session.execute(statement)).scalar_one_or_none()


async def check_case(
    acting: Acting, case_id: UUID | None, requested: str, supplied_to_name: str | None
) -> None:
    """Refuse a case nobody knows, and a text that names a child of it (422)."""
    if case_id is None:
        return
    if await case_of(acting, case_id) is None:
        raise field_problem("/case_id", "unknown_case", "Is not the id of a case known here.")
    await refuse_if_recused(acting, case_id)
    texts = {"/requested": requested, "/supplied_to_name": supplied_to_name}
    check_texts(texts, await names_of_children(acting, [case_id]))


def _subject(request: InformationRequest) -> tuple[str, UUID]:
    return ("case", request.case_id) if request.case_id else ("information_request", request.id)


def _by_id(acting: Acting, request_id: UUID) -> Select[InformationRequest]:
    return select(InformationRequest).where(
        InformationRequest.organisation_id == acting.organisation_id, InformationRequest.id == request_id
    )


async def _one(acting: Acting, statement: Select[InformationRequest]) -> InformationRequest:
    request = (await acting.session.execute(statement)).scalar_one_or_none()
    if request is None:
        raise ApiProblem("not-found")
    if request.case_id is not None:
        await refuse_if_recused(acting, request.case_id)
    return request
