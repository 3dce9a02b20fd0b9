"""Instants as they stand on the wire: UTC, always with the same number of digits, so that text sorts as time."""

import re
from datetime import UTC, datetime

_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")
_EPOCH = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")


def format_time(instant: datetime) -> str:
    """`YYYY-MM-DDThh:mm:ss.ffffffZ`. An instant without a time zone is a ValueError."""
    return f"{_in_utc(instant).isoformat(timespec='microseconds')}Z"


def parse_time(text: str) -> datetime:
    """The UTC instant that `format_time` writes as `text`; ValueError for any other spelling."""
    return _parse(_TIME, text)


def format_epoch(instant: datetime) -> str:
    """`YYYY-MM-DDThh:mm:ssZ`. An epoch has no fraction of a second: one that has is a ValueError."""
    if instant.microsecond:
        raise ValueError("an epoch is told to the second")
    return f"{_in_utc(instant).isoformat(timespec='seconds')}Z"


def parse_epoch(text: str) -> datetime:
    """The UTC instant that `format_epoch` writes as `text`; ValueError for any other spelling."""
    return _parse(_EPOCH, text)


def _in_utc(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError("an instant without a time zone")
    return instant.astimezone(UTC).replace(tzinfo=None)


def _parse(form: re.Pattern[str], text: str) -> datetime:
    if not form.fullmatch(text):
        raise ValueError("not an instant in the wire's form")
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        # The library's own words would repeat the text.
        raise ValueError("no such date or time of day") from None
