from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from httpx import AsyncByteStream

from tests.contract.refusals import CANARY, check_refused
from tests.support.offices import Office, incident, open_office
from tests.support.services import Caller, Service

BODY = b'{"incident": {"summary": "%s"}}' % CANARY.encode()
services = pytest.mark.parametrize("name", ["local", "panel"])


@pytest.fixture
async def reader(local: Service, panel: Service, name: str) -> Caller:
    """Somebody who may read cases at the service of that name."""
    if name == "local":
        return await local.caller("partnership_office")
    return await panel.caller("secretariat")


class Endless(AsyncByteStream):
    """A body that does not say how long it is, of two million bytes."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for _ in range(200):
            yield b" " * 10_000


@services
async def test_a_path_that_is_none(reader: Caller) -> None:
    check_refused(await reader.get(f"/v1/{CANARY}"), 404, "not-found")


@services
async def test_a_method_that_is_none(reader: Caller) -> None:
    answer = await reader.request("DELETE", "/v1/cases")
    check_refused(answer, 405, "method-not-allowed")
    assert "GET" in answer.headers["Allow"].split(", ")


@services
async def test_an_id_that_is_none(reader: Caller) -> None:
    answer = await reader.get(f"/v1/cases/{CANARY}")
    check_refused(answer, 422, "invalid-request", "/path/case_id", "uuid_parsing")


@services
async def test_an_id_of_nothing(reader: Caller) -> None:
    check_refused(await reader.get(f"/v1/cases/{uuid4()}"), 404, "not-found")


@services
@pytest.mark.parametrize("cursor", [CANARY, "a", "AAAA", "é", "=" * 22, "A" * 22 + "\x00"])
async def test_a_cursor_of_nobodys(reader: Caller, cursor: str) -> None:
    answer = await reader.get("/v1/cases", params={"cursor": cursor})
    check_refused(answer, 422, "invalid-request", "/query/cursor", "cursor")


@services
@pytest.mark.parametrize(
    ("limit", "code"),
    [
        ("100000", "less_than_equal"),
        ("0", "greater_than_equal"),
        ("-1", "greater_than_equal"),
        (CANARY, "int_parsing"),
    ],
)
async def test_a_page_of_no_size(reader: Caller, limit: str, code: str) -> None:
    answer = await reader.get("/v1/cases", params={"limit": limit})
    check_refused(answer, 422, "invalid-request", "/query/limit", code)


@services
@pytest.mark.parametrize(
    "value", ["", "Bearer", f"Bearer {CANARY}", f"Basic {CANARY}", f"Bearer prx_{CANARY}", "Bearer \xe9"]
)
async def test_a_credential_that_is_none(reader: Caller, value: str) -> None:
    headers = {b"Authorization": value.encode("latin-1")} if value else {}
    answer = await reader.client.get("/v1/cases", headers=headers)
    check_refused(answer, 401, "unauthenticated")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@services
@pytest.mark.parametrize("value", ["Case Meeting", "é", "x" * 65])
async def test_a_purpose_that_is_none(reader: Caller, value: str) -> None:
    answer = await reader.get("/v1/cases", headers={"Access-Purpose": value.encode()})
    check_refused(answer, 422, "invalid-request", "/header/access-purpose", "header_format")


@pytest.fixture
async def east(local: Service) -> Office:
    """A partnership of this test's own."""
    return await open_office(local)


async def unchanged(east: Office) -> None:
    assert (await east.office.get("/v1/cases")).json()["items"] == []


@pytest.mark.parametrize(
    "media_type", ["text/plain", "application/xml", "application/x-www-form-urlencoded", "", CANARY]
)
async def test_another_media_type(east: Office, media_type: str) -> None:
    headers = {"Content-Type": media_type} if media_type else {}
    answer = await east.office.post("/v1/cases", content=BODY, headers=headers)
    check_refused(answer, 415, "unsupported-media-type")
    await unchanged(east)


async def test_a_packed_body(east: Office) -> None:
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    answer = await east.office.post("/v1/cases", content=BODY, headers=headers)
    check_refused(answer, 415, "unsupported-media-type")
    await unchanged(east)


async def test_a_body_over_the_limit(east: Office) -> None:
    content = b" " * 1_048_577
    answer = await east.office.post(
        "/v1/cases", content=content, headers={"Content-Type": "application/json"}
    )
    check_refused(answer, 413, "body-too-large")
    await unchanged(east)


async def test_a_body_over_the_limit_that_does_not_say_so(east: Office) -> None:
    answer = await east.office.post(
        "/v1/cases", content=Endless(), headers={"Content-Type": "application/json"}
    )
    check_refused(answer, 413, "body-too-large")
    await unchanged(east)


@pytest.mark.parametrize("key", ["short", "x" * 201, f"{CANARY} with spaces"])
async def test_an_idempotency_key_that_is_none(east: Office, key: str) -> None:
    answer = await east.office.post("/v1/cases", {"incident": incident()}, headers={"Idempotency-Key": key})
    check_refused(answer, 422, "invalid-request", "/header/idempotency-key", "header_format")
    await unchanged(east)


@pytest.mark.parametrize(
    ("etag", "status", "name"),
    [
        (None, 428, "precondition-required"),
        ('"v7"', 412, "precondition-failed"),
        (CANARY, 412, "precondition-failed"),
        ("*", 412, "precondition-failed"),
        ('W/"v1"', 412, "precondition-failed"),
        ('"v1", "v2"', 412, "precondition-failed"),
        ('"v99999999999999999999"', 412, "precondition-failed"),
    ],
)
async def test_an_etag_that_is_missing_stale_or_none(
    east: Office, etag: str | None, status: int, name: str
) -> None:
    path = await east.record()
    headers = {"If-Match": etag} if etag else {}
    answer = await east.office.request("PATCH", path, json={"incident": {"summary": CANARY}}, headers=headers)
    check_refused(answer, status, name)
    assert (await east.read(path))["version"] == 1


@pytest.mark.parametrize(
    "path",
    [
        f"/v1/cases/by-reference/{CANARY}/A1",
        "/v1/cases/by-reference/mosaic/%20",
        "/v1/cases/by-reference/mosaic/a%00b",
    ],
)
async def test_a_reference_that_is_none(east: Office, path: str) -> None:
    answer = await east.office.put(path, {"incident": incident()})
    check_refused(answer, 422, "invalid-request")
    await unchanged(east)
