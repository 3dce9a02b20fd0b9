from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict
from pydantic_core import PydanticCustomError


class Facts(BaseModel):
    """Facts as callers give them and as they cross: unknown members are refused from a caller.

    A message from a counterpart is validated with ``extra="ignore"`` instead: within a version of a message
    type members may be added, and its bytes are kept whole anyway.
    """

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, frozen=True)


# Reckoning with days before or after must not leave what a date can hold.
EARLIEST_YEAR, LATEST_YEAR = 1900, 9998


def _has_offset(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise PydanticCustomError(
            "instant_without_offset", "must say its offset from UTC, for example end in Z"
        )
    if not EARLIEST_YEAR <= value.year <= LATEST_YEAR:
        raise PydanticCustomError("instant_out_of_range", "must lie in the years 1900 to 9998")
    return value


Instant = Annotated[datetime, AfterValidator(_has_offset)]
"""A point in time, with its offset from UTC: a statutory clock cannot start at a guess."""
