"""Keeping a case's reasons to need a person, with everything that comes and every step that is taken."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from pydantic import BaseModel
from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from panel_service.cases.models import Case, CaseState
from panel_service.cases.standing import DERIVED, set_standing, standing_of
from panel_service.cases.timeliness import Received, judge_timeliness
from panel_service.decisions.models import Decision, DecisionRelease, DecisionState
from panel_service.intake.models import DocumentKind, ReceivedDocument
from panel_service.queries.models import Query, QueryState
from panel_service.triage.rules import news_in, news_of, waiting_of, weight_of
from service_kit.acting import Acting
from service_kit.clock.bank_holidays import published_calendar
from service_kit.clock.rule_sets import published_rule_sets
from shared_schemas.messages.local import NotificationBody

COMPLETION = "rapid_review_completion"  # the duty's code in every rule set


@dataclass(frozen=True)
class Standing:
    """What of a case's record its state and its reasons follow from."""

    has_rapid_review: bool
    released: bool
    recorded: bool
    query_open: bool
    query_due_on: date | None


async def note_document(
    acting: Acting, case: Case, kind: str, body: BaseModel, version: int, sent_at: datetime
) -> None:
    """Let a document that was just kept bring its case before a person."""
    if isinstance(body, NotificationBody) and version == 1:
        case.rapid_review_due_on = rapid_review_due(body, sent_at, acting.now)
    news = news_of(kind, version, decided=case.state == CaseState.DECIDED)
    await set_attention(acting, case, news_in(case.needs) | news)


async def set_attention(acting: Acting, case: Case, news: Iterable[str] | None = None) -> None:
    """Set a case's state and reasons anew from its record; ``news`` stays as it is where none is given."""
    await acting.session.flush()
    standing = await _standing_of(acting, case)
    is_open = case.state in DERIVED
    set_standing(
        case,
        standing_of(
            released=standing.released,
            recorded=standing.recorded,
            query_open=standing.query_open,
            has_rapid_review=standing.has_rapid_review,
        ),
    )
    waiting = waiting_of(
        open_case=is_open,
        decided=standing.released,
        recorded=standing.recorded,
        has_rapid_review=standing.has_rapid_review,
    )
    needs = waiting | frozenset(news_in(case.needs) if news is None else news)
    case.needs, case.attention_weight = sorted(needs), weight_of(needs)
    case.attention_since = (case.attention_since or acting.now) if needs else None
    awaited = is_open and not standing.has_rapid_review and not standing.released
    case.rapid_review_due_on = case.rapid_review_due_on if awaited else None
    # A withdrawn case's queries can be answered no more.
    case.query_due_on = standing.query_due_on if is_open else None
    due = [day for day in (case.rapid_review_due_on, case.query_due_on) if day is not None]
    case.next_due_on = min(due, default=None)
    await acting.session.flush()


def rapid_review_due(body: NotificationBody, sent_at: datetime, now: datetime) -> date | None:
    """Give the day by which the rapid review is due by the message's own rule set; none where it states none."""
    duties = judge_timeliness(
        body.rule_set, Received(body, sent_at), published_rule_sets(), published_calendar(), now
    )
    return next((duty.due_on for duty in duties or () if duty.code == COMPLETION), None)


async def _standing_of(acting: Acting, case: Case) -> Standing:
    decisions = (
        select(Decision.id)
        .outerjoin(
            DecisionRelease,
            and_(
                DecisionRelease.organisation_id == Decision.organisation_id,
                DecisionRelease.decision_id == Decision.id,
            ),
        )
        .where(Decision.organisation_id == acting.organisation_id, Decision.case_id == case.id)
    )
    sent_at_once = Decision.message_id.is_not(None)
    released = or_(DecisionRelease.state == DecisionState.RELEASED, sent_at_once)
    recorded = and_(DecisionRelease.id.is_(None), ~sent_at_once)
    unanswered = and_(_of(Query, acting, case), Query.state == QueryState.OPEN)
    queries, due = select(Query.id).where(unanswered), select(func.min(Query.due_on)).where(unanswered)
    rapid_review = exists().where(
        _of(ReceivedDocument, acting, case), ReceivedDocument.kind == DocumentKind.RAPID_REVIEW
    )
    statement = select(
        rapid_review,
        decisions.where(released).exists(),
        decisions.where(recorded).exists(),
        queries.exists(),
        due.scalar_subquery(),
    )
    row = (await acting.session.execute(statement)).one()
    return Standing(*row)


def _of(model: type[Query] | type[ReceivedDocument], acting: Acting, case: Case) -> ColumnElement[bool]:
    return and_(model.organisation_id == acting.organisation_id, model.case_id == case.id)
