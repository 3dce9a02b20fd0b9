"""What the counterpart says it sent or holds: believed only under its signature, and only where it fits itself."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from pydantic import BaseModel, ValidationError

from service_kit.exchange.asking import Asker, QuestionRefused
from shared_schemas.exchange.limits import TIMESTAMP_TOLERANCE
from shared_schemas.exchange.reconciling import LISTING_PAGE, Listed, ListingsAnswer, SummariesAnswer
from shared_schemas.exchange.summaries import (
    SUMMARY_DAYS_MAX,
    DaySummary,
    Summary,
    SummaryDirection,
    SummaryRejected,
    open_summary,
    summarise_day,
)

Told = TypeVar("Told", bound=BaseModel)

BEGINNING = date(2000, 1, 1)  # before every message there can be
RATE_TRIES = 30
RATE_WAIT_SECONDS = 1.0
LISTING_TRIES = 4
PAGES_MAX = 10_000


class StatementRefused(Exception):
    """What the counterpart says is not under its signature, or does not fit what it signed. ``code`` says which."""

    def __init__(self, code: str, day: date | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.day = day


@dataclass(frozen=True)
class TheirDays:
    """Their days from the first asked for on, and the statements that say so."""

    days: Mapping[date, DaySummary]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class TheirDay:
    """One day's messages, and the statement whose root they give."""

    messages: Mapping[UUID, Listed]
    note: str


async def ask_patiently(asker: Asker, path: str, content: Mapping[str, Any], shape: type[Told]) -> Told:
    """Ask, and wait where the counterpart answers only so many questions a second.

    Raises ``QuestionRefused``; its kind is ``unreadable_answer`` where what came has another shape.
    """
    for attempt in range(RATE_TRIES):
        try:
            return shape.model_validate(await asker.ask(path, content))
        except ValidationError:
            raise QuestionRefused("unreadable_answer") from None
        except QuestionRefused as refusal:
            if refusal.kind != "rate-limited" or attempt == RATE_TRIES - 1:
                raise
        await asyncio.sleep(RATE_WAIT_SECONDS)
    raise QuestionRefused("rate-limited")


async def their_days(
    asker: Asker, direction: SummaryDirection, first: date | None, epoch: datetime
) -> TheirDays:
    """Ask for their summary, from a day on or of all. Raises ``QuestionRefused``, ``StatementRefused``."""
    days: dict[date, DaySummary] = {}
    notes: list[str] = []
    start = first or BEGINNING
    while True:
        content = {"direction": direction.value, "from": start.isoformat()}
        answer = await ask_patiently(asker, "/summaries", content, SummariesAnswer)
        summary = _open(asker, answer.summary, direction, epoch)
        if any(day.day < start for day in summary.days):
            raise StatementRefused("days_not_asked_for")
        days |= {day.day: day for day in summary.days}
        notes.append(answer.summary)
        if len(summary.days) < SUMMARY_DAYS_MAX:
            return TheirDays(days, tuple(notes))
        start = summary.days[-1].day + timedelta(days=1)


async def their_day(asker: Asker, direction: SummaryDirection, day: date, epoch: datetime) -> TheirDay:
    """List one of their days, page by page, until it gives the root they sign with the last page.

    What comes in between may have changed the day, so it is listed again a few times.
    Raises ``QuestionRefused``, ``StatementRefused``.
    """
    for _ in range(LISTING_TRIES):
        messages, note = await _list(asker, direction, day)
        summary = _open(asker, note, direction, epoch)
        if any(signed.day != day for signed in summary.days):
            raise StatementRefused("days_not_asked_for", day)
        listed = await asyncio.to_thread(summarise_day, day, [(m.id, m.hash) for m in messages.values()])
        signed = summary.of(day)
        if (signed == listed) if signed else not messages:
            return TheirDay(messages, note)
    raise StatementRefused("listing_is_not_as_signed", day)


async def _list(asker: Asker, direction: SummaryDirection, day: date) -> tuple[dict[UUID, Listed], str]:
    messages: dict[UUID, Listed] = {}
    content = {"direction": direction.value, "date": day.isoformat()}
    for _ in range(PAGES_MAX):
        answer = await ask_patiently(asker, "/listings", content, ListingsAnswer)
        ids = [message.id for message in answer.messages]
        after = max(messages, default=None)
        if ids != sorted(set(ids)) or (ids and after is not None and ids[0] <= after):
            raise StatementRefused("listing_does_not_ascend", day)
        messages |= {message.id: message for message in answer.messages}
        if len(ids) < LISTING_PAGE:
            return messages, answer.summary
        content["after"] = str(ids[-1])
    raise StatementRefused("listing_does_not_end", day)


def _open(asker: Asker, note: str, direction: SummaryDirection, epoch: datetime) -> Summary:
    keys = asker.keys
    try:
        summary = open_summary(
            note,
            link=keys.link_id,
            party=keys.counterpart_party,
            direction=direction,
            public_keys=keys.counterpart_keys,
        )
    except SummaryRejected:
        raise StatementRefused("signature") from None
    # An old statement, however well signed, says nothing of today.
    if abs(summary.time - asker.time()) > TIMESTAMP_TOLERANCE:
        raise StatementRefused("statement_is_old")
    if summary.epoch != epoch:
        raise StatementRefused("epoch")
    return summary
