from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, select

from local_service.improvements.models import ImprovementAnswer, ReceivedImprovement
from local_service.improvements.rules import MOVES, answer_state, check_progress_on, why_no_move
from local_service.improvements.schemas import (
    AnswerRead,
    ImprovementRead,
    NextStep,
    ProgressCreate,
    ResponseCreate,
)
from local_service.panel_answers import answer_panel
from local_service.settings import LocalSettings
from service_kit.acting import Acting
from service_kit.clock.working_days import london_date
from service_kit.etags import check_version
from service_kit.ids import new_id
from service_kit.moves import refuse
from service_kit.pagination import Page, PageRequest, make_page, newest_first
from service_kit.problems import ApiProblem
from shared_schemas.improvements import (
    Progress,
    ProgressFacts,
    ResponseAnswer,
    ResponseFacts,
    is_overdue,
)
from shared_schemas.messages.improvements import IMPROVEMENT_RESPONSE, ImprovementResponseBody

STEPS = tuple(dict.fromkeys(step for steps in MOVES.values() for step in steps))


async def find_improvement(acting: Acting, improvement_id: UUID) -> ReceivedImprovement:
    """Find an improvement. Raises 404."""
    return await _one(acting, _by_id(acting, improvement_id))


async def list_improvements(acting: Acting, page: PageRequest) -> Page[ImprovementRead]:
    """Give a page of what the Panel identified, newest first."""
    statement = select(ReceivedImprovement).where(
        ReceivedImprovement.organisation_id == acting.organisation_id
    )
    rows = (
        (await acting.session.execute(newest_first(statement, ReceivedImprovement.id, page))).scalars().all()
    )
    await acting.audit("improvement.listed", "improvement", None, {"count": min(len(rows), page.limit)})
    answers = await _answers(acting, [row.id for row in rows])
    return make_page(rows, page, lambda row: _show(acting, row, answers.get(row.id, [])), lambda row: row.id)


async def show_improvement(acting: Acting, improvement: ReceivedImprovement) -> ImprovementRead:
    """Show what the Panel sent and what was answered."""
    return _show(acting, improvement, (await _answers(acting, [improvement.id])).get(improvement.id, []))


async def respond(
    acting: Acting, settings: LocalSettings, improvement_id: UUID, expected: int, given: ResponseCreate
) -> ReceivedImprovement:
    """Respond to the improvement and tell the Panel: accepted, accepted in part, or rejected with reasons."""
    improvement, last = await _lock(acting, improvement_id, expected, "respond")
    response = ResponseFacts.model_validate(given.model_dump())
    progress = last.progress if last else None
    await _answer(acting, settings, improvement, response, progress)
    detail = {"improvement": str(improvement.id), "response": response.response.value}
    await acting.event("improvement.responded", *_subject(improvement), detail)
    return improvement


async def report_progress(
    acting: Acting, settings: LocalSettings, improvement_id: UUID, expected: int, given: ProgressCreate
) -> ReceivedImprovement:
    """Report how far the partnership has come with what it accepted, and tell the Panel."""
    improvement, last = await _lock(acting, improvement_id, expected, "report_implementation")
    if last is None:
        raise ApiProblem("conflict")
    check_progress_on(given.on, acting.now)
    progress = ProgressFacts.model_validate(given.model_dump())
    await _answer(acting, settings, improvement, last.response, progress)
    detail = {"improvement": str(improvement.id), "progress": progress.progress.value}
    await acting.event("improvement.progress_reported", *_subject(improvement), detail)
    return improvement


async def _lock(
    acting: Acting, improvement_id: UUID, expected: int, step: str
) -> tuple[ReceivedImprovement, ImprovementResponseBody | None]:
    improvement = await _one(acting, _by_id(acting, improvement_id).with_for_update())
    check_version(improvement.version, expected)
    answers = (await _answers(acting, [improvement.id])).get(improvement.id, [])
    last = ImprovementResponseBody.model_validate(answers[-1].facts) if answers else None
    refuse(why_no_move(answer_state(*_answered(last)), step))
    return improvement, last


async def _answer(
    acting: Acting,
    settings: LocalSettings,
    improvement: ReceivedImprovement,
    response: ResponseFacts,
    progress: ProgressFacts | None,
) -> None:
    # The version is what was last read; the first answer is number 1.
    body = ImprovementResponseBody(
        improvement_id=improvement.id, version=improvement.version, response=response, progress=progress
    )
    message_id = await answer_panel(
        acting,
        settings,
        link=improvement.link_id,
        subject=improvement.subject,
        message_type=IMPROVEMENT_RESPONSE,
        body=body,
    )
    acting.session.add(
        ImprovementAnswer(
            organisation_id=acting.organisation_id,
            id=new_id(),
            improvement_id=improvement.id,
            version=body.version,
            response=response.response,
            facts=body.model_dump(mode="json"),
            message_id=message_id,
            recorded_by=acting.caller.principal_id,
            recorded_at=acting.now,
        )
    )
    improvement.version += 1
    await acting.session.flush()


def _show(
    acting: Acting, improvement: ReceivedImprovement, answers: Sequence[ImprovementAnswer]
) -> ImprovementRead:
    last = ImprovementResponseBody.model_validate(answers[-1].facts) if answers else None
    response, progress = _answered(last)
    state = answer_state(response, progress)
    refusals = {step: why_no_move(state, step) for step in STEPS}
    return ImprovementRead(
        id=improvement.id,
        version=improvement.version,
        state=state,
        case_id=improvement.case_id,
        improvement=improvement.facts,
        message_id=improvement.message_id,
        received_at=improvement.received_at,
        answers=[AnswerRead.model_validate(answer) for answer in answers],
        overdue=is_overdue(last.response if last else None, progress, london_date(acting.now)),
        next_steps=[
            NextStep(step=step, allowed=refusal is None, why_not=refusal.detail if refusal else None)
            for step, refusal in refusals.items()
        ],
    )


def _answered(last: ImprovementResponseBody | None) -> tuple[ResponseAnswer | None, Progress | None]:
    if last is None:
        return None, None
    return last.response.response, last.progress.progress if last.progress else None


def _subject(improvement: ReceivedImprovement) -> tuple[str, UUID]:
    return ("case", improvement.case_id) if improvement.case_id else ("improvement", improvement.id)


async def _answers(acting: Acting, wanted: Sequence[UUID]) -> dict[UUID, list[ImprovementAnswer]]:
    statement = (
        select(ImprovementAnswer)
        .where(
            ImprovementAnswer.organisation_id == acting.organisation_id,
            ImprovementAnswer.improvement_id.in_(wanted),
        )
        .order_by(ImprovementAnswer.version)
    )
    found: dict[UUID, list[ImprovementAnswer]] = {}
    for answer in (await acting.session.execute(statement)).scalars():
        found.setdefault(answer.improvement_id, []).append(answer)
    return found


def _by_id(acting: Acting, improvement_id: UUID) -> Select[ReceivedImprovement]:
    return select(ReceivedImprovement).where(
        ReceivedImprovement.organisation_id == acting.organisation_id,
        ReceivedImprovement.id == improvement_id,
    )


async def _one(acting: Acting, statement: Select[ReceivedImprovement]) -> ReceivedImprovement:
    improvement = (await acting.session.execute(statement)).scalar_one_or_none()
    if improvement is None:
        raise ApiProblem("not-found")
    return improvement
