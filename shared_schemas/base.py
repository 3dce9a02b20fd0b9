import re
from datetime import date, datetime, time
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict
from pydantic_core import PydanticCustomError


class Facts(BaseModel):
    """Facts as callers give them and as they cross: unknown members are refused from a caller.

    A message from a counterpart is validated with ``extra="ignore"`` instead: within a version of a message
    type members may be added, and its bytes are kept whole anyway.
    """

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, frozen=True)


# Reckoning with days before or after must not leave what a date can hold.
EARLIEST_YEAR, LATEST_YEAR = 1900, 9998
WRITTEN_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?![0-9])")
WRITTEN_TIME = re.compile(r"[0-9]{2}:[0-9]{2}")


def _has_offset(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise PydanticCustomError(
            "instant_without_offset", "must say its offset from UTC, for example end in Z"
        )
    if not EARLIEST_YEAR <= value.year <= LATEST_YEAR:
        raise PydanticCustomError("instant_out_of_range", "must lie in the years 1900 to 9998")
    return value


def _written_out(value: Any) -> Any:
    # A number, or digits alone, would be read as seconds since 1970, and a clock would start then.
    if isinstance(value, int | float) or (isinstance(value, str) and not WRITTEN_DATE.match(value)):
        raise PydanticCustomError(
            "date_not_written_out", "must be written year-month-day, for example 2026-11-02"
        )
    return value


def _clock_time(value: Any) -> Any:
    if isinstance(value, int | float) or (isinstance(value, str) and not WRITTEN_TIME.match(value)):
        raise PydanticCustomError("time_not_written_out", "must be written hours:minutes, for example 16:40")
    return value


def _in_range(value: date) -> date:
    if not EARLIEST_YEAR <= value.year <= LATEST_YEAR:
        raise PydanticCustomError("date_out_of_range", "must lie in the years 1900 to 9998")
    return value


Day = Annotated[date, BeforeValidator(_written_out), AfterValidator(_in_range)]
"""A day of the calendar, as the law counts them."""

ClockTime = Annotated[time, BeforeValidator(_clock_time)]
"""A time of day, where it happened."""

Instant = Annotated[datetime, BeforeValidator(_written_out), AfterValidator(_has_offset)]
"""A point in time, with its offset from UTC: a statutory clock cannot start at a guess."""
