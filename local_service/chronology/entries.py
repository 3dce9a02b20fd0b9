"""An entry of a chronology, as an agency gives it in its summary or in an answer."""

from typing import Annotated, Any

from pydantic import Field, StrictBool

from shared_schemas.base import ClockTime, Day, Facts
from shared_schemas.text import Narrative, ShortText


class ChronologyEntry(Facts):
    on: Annotated[Day, Field(description="The day of it; where that is not known, the best estimate.")]
    at: Annotated[ClockTime | None, Field(description="Local time, where it is known.")] = None
    approximate: Annotated[StrictBool, Field(description="Whether the day is an estimate.")] = False
    event: Narrative
    source: Annotated[
        ShortText | None, Field(description="The record it was taken from, such as a case note's title.")
    ] = None
    significance: Narrative | None = None


ChronologyEntries = Annotated[list[ChronologyEntry], Field(max_length=500)]

ENTRIES: list[Any] = [
    {
        "on": "2026-08-14",
        "at": "10:30",
        "event": "The health visitor saw bruising at the eight-week check.",
        "source": "Health visiting record",
        "significance": "It was recorded and not discussed with anybody.",
    },
    {"on": "2026-08-20", "approximate": True, "event": "The family moved to another area."},
]
