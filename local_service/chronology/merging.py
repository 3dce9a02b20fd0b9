"""One chronology of what several agencies told: sorted, each entry with its source, agencies' days beside one another."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from enum import StrEnum
from itertools import groupby
from uuid import UUID

from pydantic import BaseModel, Field


class ToldIn(StrEnum):
    AGENCY_SUMMARY = "agency_summary"
    INFORMATION_ANSWER = "information_answer"


class Provenance(BaseModel):
    """Where an entry comes from: which agency said it, in what, who recorded it and when."""

    agency: str
    agency_type: str
    told_in: ToldIn
    document_id: UUID = Field(description="The summary's or the request's id.")
    version: int = Field(description="Which submission of the summary, or which answer.")
    recorded_by: UUID | None
    recorded_by_name: str
    recorded_at: datetime


class MergedEntry(BaseModel):
    on: date
    at: time | None
    approximate: bool
    event: str
    source: str | None
    significance: str | None
    told: Provenance


class ChronologyDay(BaseModel):
    """A day with every entry of it, whoever told it."""

    on: date
    agencies: list[str]
    told_by_several: bool = Field(description="Whether two agencies or more tell of this day: look at both.")
    times_differ: bool = Field(description="Whether agencies give this day different times.")
    exactness_differs: bool = Field(description="Whether one is sure of the day and another estimates it.")
    entries: list[MergedEntry]


def merge_chronology(entries: Iterable[MergedEntry]) -> list[ChronologyDay]:
    """Sort by day and time, those without a time first, and put what several agencies tell of a day side by side.

    The exercise is to establish the facts as far as they readily can be: what agencies tell differently is flagged
    for a person (Consultation on Working Together 2017), nothing is merged away.
    """
    ordered = sorted(entries, key=_place)
    return [_day(on, list(told)) for on, told in groupby(ordered, key=lambda entry: entry.on)]


def _place(entry: MergedEntry) -> tuple[date, bool, time, str, str, int]:
    told = entry.told
    return (
        entry.on,
        entry.at is not None,
        entry.at or time.min,
        told.agency,
        str(told.document_id),
        told.version,
    )


def _day(on: date, entries: Sequence[MergedEntry]) -> ChronologyDay:
    agencies = list(dict.fromkeys(entry.told.agency for entry in entries))
    several = len(agencies) > 1
    times = {
        agency: {entry.at for entry in entries if entry.told.agency == agency and entry.at is not None}
        for agency in agencies
    }
    stated = {frozenset(of_agency) for of_agency in times.values() if of_agency}
    return ChronologyDay(
        on=on,
        agencies=agencies,
        told_by_several=several,
        times_differ=len(stated) > 1,
        exactness_differs=several and len({entry.approximate for entry in entries}) > 1,
        entries=list(entries),
    )
