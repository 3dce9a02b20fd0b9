"""Calendars as RFC 5545 asks for them."""

from datetime import UTC, date, datetime
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from local_service.duties.ics import Entry, escape, fold, write_calendar

CASE = UUID("01a05a43-fc00-7000-8000-00000000000a")
NOW = datetime(2026, 11, 3, 9, 12, 33, tzinfo=UTC)


def entry(title: str = "Notify the Panel", reference: str = "SI-1", sequence: int = 0) -> Entry:
    return Entry(
        case_id=CASE,
        code="notification",
        reference=reference,
        title=title,
        due_on=date(2026, 12, 31),
        sequence=sequence,
        url="https://local.example/x",
    )


def unfold(content: bytes) -> list[str]:
    return content.decode().replace("\r\n ", "").removesuffix("\r\n").split("\r\n")


def test_a_due_date_is_an_all_day_entry() -> None:
    lines = unfold(write_calendar([entry(sequence=2)], NOW, "local.example"))
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-1] == "END:VCALENDAR"
    start = lines.index("BEGIN:VEVENT")
    assert lines[start : lines.index("END:VEVENT")] == [
        "BEGIN:VEVENT",
        f"UID:{CASE}-notification@local.example",
        "DTSTAMP:20261103T091233Z",
        "SEQUENCE:2",
        "DTSTART;VALUE=DATE:20261231",
        "DTEND;VALUE=DATE:20270101",
        "SUMMARY:SI-1: Notify the Panel",
        "URL:https://local.example/x",
        "TRANSP:TRANSPARENT",
    ]


def test_what_has_a_meaning_is_escaped() -> None:
    assert escape("a;b,c\\d\ne") == "a\\;b\\,c\\\\d\\ne"


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=300))
def test_lines_are_folded_by_octets_and_never_within_a_character(text: str) -> None:
    parts = list(fold(text))
    assert all(len(part) <= 75 for part in parts)
    assert all(part.decode().startswith(" ") for part in parts[1:])
    assert "".join([parts[0].decode(), *(part.decode()[1:] for part in parts[1:])]) == text


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=200))
def test_no_text_breaks_out_of_its_line(title: str) -> None:
    content = write_calendar([entry(title)], NOW, "local.example")
    assert content.count(b"BEGIN:VEVENT") == 1 + title.count("BEGIN:VEVENT")
    lines = content.split(b"\r\n")
    assert not any(b"\r" in line or b"\n" in line for line in lines)
    assert f"SUMMARY:{escape(f'SI-1: {title}')}" in unfold(content)
