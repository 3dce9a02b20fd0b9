"""Due dates as a calendar program reads them (RFC 5545): all-day entries, a case's reference and a duty's title only."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

LINE_OCTETS = 75
_ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})


@dataclass(frozen=True)
class Entry:
    """One due date. ``sequence`` counts how often the date has changed."""

    case_id: UUID
    code: str
    reference: str
    title: str
    due_on: date
    sequence: int
    url: str


def write_calendar(entries: Iterable[Entry], now: datetime, host: str) -> bytes:
    """Write the calendar: CRLF at each line's end, lines folded at 75 octets."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Practice Review Exchange//Due dates//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "X-WR-CALNAME:Due dates",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        *(line for entry in entries for line in _event(entry, now, host)),
        "END:VCALENDAR",
    ]
    return b"".join(part + b"\r\n" for line in lines for part in fold(line))


def fold(line: str) -> Iterator[bytes]:
    """Fold a line at 75 octets, never within a character; each part but the first begins with a space."""
    if len(line.encode()) <= LINE_OCTETS:
        yield line.encode()
        return
    part = b""
    for character in line:
        octets = character.encode()
        if len(part) + len(octets) > LINE_OCTETS:
            yield part
            part = b" "
        part += octets
    yield part


def escape(value: str) -> str:
    """Escape a value of the type TEXT (RFC 5545 section 3.3.11)."""
    return value.translate(_ESCAPES)


def _event(entry: Entry, now: datetime, host: str) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    # The same for as long as the case lives, so that a moved date moves the entry and makes no second.
    yield f"UID:{entry.case_id}-{entry.code}@{host}"
    yield f"DTSTAMP:{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    yield f"SEQUENCE:{entry.sequence}"
    yield f"DTSTART;VALUE=DATE:{entry.due_on:%Y%m%d}"
    yield f"DTEND;VALUE=DATE:{entry.due_on + timedelta(days=1):%Y%m%d}"
    yield f"SUMMARY:{escape(f'{entry.reference}: {entry.title}')}"
    yield f"URL:{entry.url}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"
