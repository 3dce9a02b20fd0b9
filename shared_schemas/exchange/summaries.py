"""Summaries: a party's signed word of what it sent or holds on a link, day by day, without any content.

Of the receiver it proves that it held the messages, of the sender that it sent them; both outlive the bodies.
"""

import itertools
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from shared_schemas.exchange.identifiers import party_urn, party_uuid, read_uuid
from shared_schemas.exchange.merkle import merkle_root, message_leaf
from shared_schemas.exchange.signed_note import open_note, write_note
from shared_schemas.exchange.times import format_epoch, format_time, parse_epoch, parse_time

SUMMARY_DAYS_MAX = (
    2_000  # of one statement; where there are so many, the rest is asked for in another question
)
_KIND = "exchange-summary/v1"
_LINE = re.compile(r"(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2}) (?P<count>[1-9][0-9]{0,9}) (?P<root>[0-9a-f]{64})")


class SummaryDirection(StrEnum):
    """Seen from the party that speaks: what it sent, or what it received."""

    SENT = "sent"
    RECEIVED = "received"

    @property
    def opposite(self) -> "SummaryDirection":
        """Give the same messages as the counterpart sees them."""
        return SummaryDirection.RECEIVED if self is SummaryDirection.SENT else SummaryDirection.SENT


class SummaryRejected(ValueError):
    """The note is no summary of this party for this link and direction."""

    def __init__(self) -> None:
        super().__init__("the summary does not verify")


@dataclass(frozen=True)
class DaySummary:
    """The messages of one UTC date of their `time`: how many, and the lower-case hex root over `{id} {hash}`."""

    day: date
    count: int
    root: str


@dataclass(frozen=True)
class Summary:
    """`epoch` is when the history of the party's database began; `time` when it said so, by its database's clock."""

    link: UUID
    party: UUID
    epoch: datetime
    direction: SummaryDirection
    time: datetime
    days: tuple[DaySummary, ...]

    def of(self, day: date) -> DaySummary | None:
        """Give what it says of one day; nothing where it has none of it."""
        return next((summary for summary in self.days if summary.day == day), None)


def summarise_day(day: date, messages: Iterable[tuple[UUID, str]]) -> DaySummary:
    """Reckon one day's messages, pairs of id and hash in whatever order."""
    leaves = [message_leaf(message_id, message_hash) for message_id, message_hash in sorted(messages)]
    return DaySummary(day, len(leaves), merkle_root(leaves).hex())


def write_summary(summary: Summary, *private_keys: Ed25519PrivateKey) -> str:
    """Sign a summary. ValueError if no reader would accept it."""
    text = _write_text(summary)
    if _read_text(text) != summary:
        raise ValueError("not a summary in the wire's form")
    return write_note(text, party_urn(summary.party), *private_keys)


def open_summary(
    note: str,
    *,
    link: UUID,
    party: UUID,
    direction: SummaryDirection,
    public_keys: Collection[Ed25519PublicKey],
) -> Summary:
    """The summary, if one of the party's keys signed it and it names this link, party and direction.

    Raises SummaryRejected, and nothing else, for every fault. Whether its time and epoch fit is the reader's to judge.
    """
    try:
        summary = _read_text(open_note(note, party_urn(party), public_keys))
    except ValueError:
        raise SummaryRejected from None
    if (summary.link, summary.party, summary.direction) != (link, party, direction):
        raise SummaryRejected
    return summary


def _write_text(summary: Summary) -> str:
    head = [
        _KIND,
        str(summary.link),
        party_urn(summary.party),
        format_epoch(summary.epoch),
        summary.direction.value,
        format_time(summary.time),
    ]
    days = [f"{day.day.isoformat()} {day.count} {day.root}" for day in summary.days]
    return "".join(f"{line}\n" for line in head + days)


def _read_text(text: str) -> Summary:
    """Text ends in a line feed, as `open_note` gives it. ValueError for whatever `_write_text` would not write."""
    kind, link, party, epoch, direction, time, *lines = text[:-1].split("\n")
    if kind != _KIND or len(lines) > SUMMARY_DAYS_MAX:
        raise ValueError("not a summary")
    days = tuple(_read_line(line) for line in lines)
    if any(later.day <= earlier.day for earlier, later in itertools.pairwise(days)):
        raise ValueError("the days do not ascend")
    return Summary(
        link=read_uuid(link),
        party=party_uuid(party),
        epoch=parse_epoch(epoch),
        direction=SummaryDirection(direction),
        time=parse_time(time),
        days=days,
    )


def _read_line(line: str) -> DaySummary:
    match = _LINE.fullmatch(line)
    if not match:
        raise ValueError("not a line of a summary")
    return DaySummary(date.fromisoformat(match["date"]), int(match["count"]), match["root"])
