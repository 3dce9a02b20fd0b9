"""Optimistic concurrency (RFC 9110 ETag and If-Match, RFC 6585 428)."""

import re
from typing import Annotated

from fastapi import Depends, Header

from service_kit.problems import ApiProblem

ETAG = re.compile(r'"v([1-9][0-9]{0,9})"')


def etag(version: int) -> str:
    """Give the strong ETag of a version. A counter, not a hash: a hash would tell of guessable content."""
    return f'"v{version}"'


async def read_if_match(
    if_match: Annotated[str | None, Header(description='The ETag last read, for example `"v3"`.')] = None,
) -> int:
    """Give the version the caller last read.

    Raises 428 ``precondition-required`` without the header, 412 where it is no ETag of ours.
    """
    if if_match is None:
        raise ApiProblem("precondition-required")
    version = parse_etag(if_match)
    if version is None:
        raise ApiProblem("precondition-failed")
    return version


def parse_etag(value: str) -> int | None:
    """Read a version from an ETag of ours."""
    found = ETAG.fullmatch(value.strip())
    return int(found[1]) if found else None


IfMatchDep = Annotated[int, Depends(read_if_match)]


def check_version(current: int, expected: int) -> None:
    """Refuse a change made on an older reading (412)."""
    if current != expected:
        raise ApiProblem("precondition-failed", headers={"ETag": etag(current)})
