from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from local_service.panel_answers import answer_panel
from local_service.panel_requests.models import PanelRequest, PanelRequestAnswer
from local_service.panel_requests.rules import MOVES, is_overdue, request_state, why_no_information
from local_service.panel_requests.schemas import (
    AnswerRead,
    InformationCreate,
    PanelRequestListed,
    PanelRequestRead,
)
from local_service.settings import LocalSettings
from service_kit.acting import Acting
from service_kit.etags import check_version
from service_kit.ids import new_id
from service_kit.moves import refuse
from service_kit.pagination import Page, PageRequest, make_page, newest_first
from service_kit.problems import ApiProblem
from shared_schemas.messages.information import INFORMATION, InformationBody


async def find_request(acting: Acting, request_id: UUID) -> PanelRequest:
    """Find a request of the Panel. Raises 404."""
    return await _one(acting, _by_id(acting, request_id))


async def list_requests(acting: Acting, page: PageRequest) -> Page[PanelRequestListed]:
    """Give a page of the Panel's requests, newest first."""
    statement = select(PanelRequest).where(PanelRequest.organisation_id == acting.organisation_id)
    rows = (await acting.session.execute(newest_first(statement, PanelRequest.id, page))).scalars().all()
    await acting.audit("panel_request.listed", "panel_request", None, {"count": min(len(rows), page.limit)})
    answers = await _answers(acting, [row.id for row in rows])
    return make_page(
        rows,
        page,
        lambda row: PanelRequestListed(**_facts(acting, row, answers.get(row.id, []))),
        lambda row: row.id,
    )


async def show_request(acting: Acting, request: PanelRequest) -> PanelRequestRead:
    """Show a request with what was answered."""
    answers = (await _answers(acting, [request.id])).get(request.id, [])
    facts = _facts(acting, request, answers)
    return PanelRequestRead(
        **facts,
        answers=[AnswerRead.model_validate(answer) for answer in answers],
        next_steps=list(MOVES[facts["state"]]),
    )


async def give_information(
    acting: Acting, settings: LocalSettings, request_id: UUID, expected: int, given: InformationCreate
) -> PanelRequest:
    """Give the Panel what it requested, in whole or in part, or say why not (s16D)."""
    request = await _one(acting, _by_id(acting, request_id).with_for_update())
    check_version(request.version, expected)
    answers = (await _answers(acting, [request.id])).get(request.id, [])
    refuse(why_no_information(request_state(answers[-1].outcome if answers else None)))
    body = InformationBody(**given.model_dump(), request_id=request.id, version=len(answers) + 1)
    message_id = await answer_panel(
        acting,
        settings,
        link=request.link_id,
        subject=request.subject,
        message_type=INFORMATION,
        body=body,
    )
    acting.session.add(
        PanelRequestAnswer(
            organisation_id=acting.organisation_id,
            id=new_id(),
            request_id=request.id,
            version=body.version,
            outcome=given.outcome,
            facts=body.model_dump(mode="json"),
            message_id=message_id,
            recorded_by=acting.caller.principal_id,
            recorded_at=acting.now,
        )
    )
    request.version += 1
    await acting.session.flush()
    kind, subject_id = ("case", request.case_id) if request.case_id else ("panel_request", request.id)
    detail = {"request": str(request.id), "outcome": given.outcome.value, "version": body.version}
    await acting.event("panel_request.answered", kind, subject_id, detail)
    return request


def _facts(acting: Acting, request: PanelRequest, answers: Sequence[PanelRequestAnswer]) -> dict[str, Any]:
    state = request_state(answers[-1].outcome if answers else None)
    return {
        "id": request.id,
        "version": request.version,
        "state": state,
        "case_id": request.case_id,
        "request": request.facts,
        "due_on": request.due_on,
        "overdue": is_overdue(state, request.due_on, acting.now),
        "message_id": request.message_id,
        "received_at": request.received_at,
    }


async def _answers(acting: Acting, wanted: Sequence[UUID]) -> dict[UUID, list[PanelRequestAnswer]]:
    statement = (
        select(PanelRequestAnswer)
        .where(
            PanelRequestAnswer.organisation_id == acting.organisation_id,
            PanelRequestAnswer.request_id.in_(wanted),
        )
        .order_by(PanelRequestAnswer.version)
    )
    found: dict[UUID, list[PanelRequestAnswer]] = {}
    for answer in (await acting.session.execute(statement)).scalars():
        found.setdefault(answer.request_id, []).append(answer)
    return found


def _by_id(acting: Acting, request_id: UUID) -> Select[PanelRequest]:
    return select(PanelRequest).where(
        PanelRequest.organisation_id == acting.organisation_id, PanelRequest.id == request_id
    )


async def _one(acting: Acting, statement: Select[PanelRequest]) -> PanelRequest:
    request = (await acting.session.execute(statement)).scalar_one_or_none()
    if request is None:
        raise ApiProblem("not-found")
    return request
