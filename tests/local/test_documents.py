"""Uploading, naming and downloading documents."""

import hashlib
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy.exc import DBAPIError

from service_kit.app import framed
from service_kit.documents.store import make_store
from service_kit.identity import PrincipalKind
from service_kit.middleware import RequestFrame
from tests.support.documents import DOCX, PDF, TEXT, docx, pdf
from tests.support.services import Caller, Service

REPORT = pdf(2_500_000)


@pytest.fixture
async def office(local: Service) -> Caller:
    """A person of a partnership's office."""
    return await local.caller("partnership_office", organisation=f"o{uuid4().hex[:8]}")


async def upload(
    caller: Caller, content: bytes | AsyncIterator[bytes], media_type: str = PDF, **headers: str
) -> httpx.Response:
    sent = {"Content-Type": media_type, "Idempotency-Key": str(uuid4()), **headers}
    return await caller.request("POST", "/v1/documents", content=content, headers=sent)


@contextmanager
def storing(local: Service, **changes: Any) -> Iterator[None]:
    """Let documents be taken by other settings for a while."""
    before = local.app.state.documents
    local.app.state.documents = make_store(local.settings.model_copy(update=changes))
    try:
        yield
    finally:
        local.app.state.documents = before


def waiting(local: Service) -> list[Path]:
    store = make_store(local.settings)
    return [path for path in store.incoming.folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("content", "media_type", "answered"),
    [(REPORT, PDF, PDF), (docx(), DOCX, DOCX), (b"Plain.\n", TEXT, "text/plain; charset=utf-8")],
)
async def test_what_goes_in_comes_out(
    local: Service, office: Caller, content: bytes, media_type: str, answered: str
) -> None:
    made = await upload(office, content, media_type)
    assert made.status_code == 201, made.text
    document = made.json()
    sha256 = hashlib.sha256(content).hexdigest()
    assert (document["sha256"], document["size"], document["media_type"]) == (
        sha256,
        len(content),
        media_type,
    )
    assert (document["scan"], document["uploaded_by"]) == ("not_scanned", str(office.principal_id))
    read = await office.get(made.headers["Location"])
    assert (read.status_code, read.json()) == (200, document)
    got = await office.get(f"{made.headers['Location']}/content")
    assert got.content == content
    assert got.headers["content-type"] == answered
    assert got.headers["etag"] == f'"{sha256}"'
    assert got.headers["content-disposition"].startswith(f'attachment; filename="{document["id"]}.')
    assert got.headers["x-content-type-options"] == "nosniff"
    assert waiting(local) == []


async def test_the_same_content_is_the_same_document(office: Caller) -> None:
    first = await upload(office, REPORT)
    second = await upload(office, REPORT)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()


async def test_a_repeated_request_gets_the_first_answer_and_a_key_is_of_one_content(office: Caller) -> None:
    key = {"Idempotency-Key": str(uuid4())}
    first = await upload(office, REPORT, **key)
    again = await upload(office, REPORT, **key)
    assert (again.status_code, again.headers["Idempotency-Replayed"]) == (201, "true")
    assert again.json() == first.json()
    other = await upload(office, pdf(300), **key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")


async def test_a_key_is_asked_for_before_anything_is_read(office: Caller) -> None:
    refused = await office.request("POST", "/v1/documents", content=pdf(), headers={"Content-Type": PDF})
    assert (refused.status_code, refused.json()["code"]) == (400, "idempotency-key-missing")


@pytest.mark.parametrize(
    ("content", "media_type", "status", "code"),
    [
        (pdf(), "image/png", 415, "unsupported-media-type"),
        (pdf(), DOCX, 422, "document-refused"),
        (docx(), PDF, 422, "document-refused"),
        (b"plain", PDF, 422, "document-refused"),
        (pdf(3000)[:-2000], PDF, 422, "document-refused"),
        (b"", TEXT, 422, "document-refused"),
    ],
)
async def test_what_is_not_what_it_says_is_refused_and_not_kept(
    local: Service, office: Caller, content: bytes, media_type: str, status: int, code: str
) -> None:
    refused = await upload(office, content, media_type)
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert waiting(local) == []


async def test_more_than_is_taken_is_refused_announced_or_not(local: Service, office: Caller) -> None:
    async def drip() -> AsyncIterator[bytes]:
        for _ in range(30):
            yield b"x" * 100_000

    with storing(local, document_max_bytes=2_000_000):
        for content in (REPORT, drip()):
            refused = await upload(office, content)
            assert (refused.status_code, refused.json()["code"]) == (413, "body-too-large")
    assert waiting(local) == []


async def test_beyond_the_limit_nothing_is_read(office: Caller) -> None:
    refused = await upload(office, b"", **{"Content-Length": str(200 * 1024 * 1024)})
    assert (refused.status_code, refused.json()["code"]) == (413, "body-too-large")


async def test_one_shorter_than_announced_is_refused(local: Service, office: Caller) -> None:
    refused = await upload(office, pdf(), **{"Content-Length": "5000"})
    assert (refused.status_code, refused.json()["code"]) == (400, "malformed-body")
    assert waiting(local) == []


async def test_another_organisation_finds_nothing(local: Service, office: Caller) -> None:
    content = pdf(777)
    path = (await upload(office, content)).headers["Location"]
    other = await local.caller("partnership_office", organisation=f"o{uuid4().hex[:8]}")
    for answer in (
        await other.get(path),
        await other.get(f"{path}/content"),
        await other.patch(path, {"title": "Mine"}, '"v1"'),
    ):
        assert answer.status_code == 404
    # The same content is a document of its own there, and tells nothing of the first.
    theirs = await upload(other, content)
    assert theirs.status_code == 201
    assert theirs.headers["Location"] != path


async def test_who_may_not_write_sends_nothing_and_who_may_not_read_gets_nothing(
    local: Service, office: Caller
) -> None:
    path = (await upload(office, pdf())).headers["Location"]
    auditor = await local.caller("auditor")
    for answer in (
        await upload(auditor, pdf()),
        await auditor.get(path),
        await auditor.get(f"{path}/content"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    nobody = Caller(local.client, "prx_nothing", uuid4())
    assert (await upload(nobody, pdf())).status_code == 401


async def test_a_records_system_may_upload(local: Service) -> None:
    system = await local.caller("integrator", kind=PrincipalKind.SYSTEM)
    assert (await upload(system, pdf(999))).status_code == 201


async def test_it_is_named_once_it_is_there(office: Caller) -> None:
    path = (await upload(office, pdf(444))).headers["Location"]
    named = await office.patch(path, {"title": "Report, as signed off"}, '"v1"')
    assert (named.status_code, named.json()["title"], named.headers["ETag"]) == (
        200,
        "Report, as signed off",
        '"v2"',
    )
    stale = await office.patch(path, {"title": "Another"}, '"v1"')
    assert (stale.status_code, stale.json()["code"]) == (412, "precondition-failed")
    assert (await office.patch(path, {"title": "", "size": 1}, '"v2"')).status_code == 422


@pytest.mark.parametrize(
    ("program", "status", "state"),
    [
        ("import sys; sys.exit(0)", 201, "clean"),
        ("import sys; sys.exit(1)", 422, "document-refused"),
        ("import sys; sys.exit(2)", 503, "unavailable"),
        ("import sys; sys.exit(open(sys.argv[1], 'rb').read(5) == b'%PDF-')", 422, "document-refused"),
        ("import time; time.sleep(60)", 503, "unavailable"),
    ],
    ids=["clean", "refused", "broken", "reads the file", "too slow"],
)
async def test_a_scanner_decides_where_one_is_set_up(
    local: Service, office: Caller, program: str, status: int, state: str
) -> None:
    command = f'{sys.executable} -c "{program}"'
    with storing(local, document_scanner=command, document_scan_seconds=2.0):
        answer = await upload(office, pdf(555))
    assert answer.status_code == status
    assert answer.json()["scan" if status == 201 else "code"] == state
    assert waiting(local) == []


async def test_files_are_for_the_service_alone(local: Service, office: Caller) -> None:
    content = pdf(888)
    await upload(office, content)
    (file,) = local.settings.document_directory.rglob(hashlib.sha256(content).hexdigest())
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert file.read_bytes() == content


async def test_a_storage_that_does_not_answer_is_not_an_empty_document(
    local: Service, office: Caller
) -> None:
    content = pdf(1_500_000)
    path = (await upload(office, content)).headers["Location"]
    (file,) = local.settings.document_directory.rglob(hashlib.sha256(content).hexdigest())
    file.unlink()
    answer = await office.get(f"{path}/content")
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert "etag" not in answer.headers


async def test_every_reading_is_audited(local: Service) -> None:
    organisation = f"o{uuid4().hex[:8]}"
    office = await local.caller("partnership_office", organisation=organisation)
    auditor = await local.caller("auditor", organisation=organisation)
    made = await upload(office, pdf(666))
    await office.get(made.headers["Location"])
    await office.get(f"{made.headers['Location']}/content")
    entries = (await auditor.get("/v1/audit-entries", params={"subject_id": made.json()["id"]})).json()[
        "items"
    ]
    assert {entry["action"] for entry in entries} >= {
        "document.kept",
        "document.read",
        "document.downloaded",
    }


async def test_an_upload_that_is_cut_leaves_nothing(local: Service, office: Caller) -> None:
    messages = [
        {"type": "http.request", "body": pdf(2_000_000)[:1_500_000], "more_body": True},
        {"type": "http.disconnect"},
    ]
    sent: list[Any] = []

    async def receive() -> Any:
        return messages.pop(0) if len(messages) > 1 else messages[0]

    async def send(message: Any) -> None:
        sent.append(message)

    headers = {
        "authorization": f"Bearer {office.key}",
        "content-type": PDF,
        "idempotency-key": str(uuid4()),
        "content-length": "2000000",
    }
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/v1/documents",
        "raw_path": b"/v1/documents",
        "query_string": b"",
        "root_path": "",
        "scheme": "http",
        "server": ("local.example", 80),
        "client": ("127.0.0.1", 1),
        "http_version": "1.1",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    await framed(local.app)(scope, receive, send)
    assert sent[0]["status"] == 503
    assert waiting(local) == []
    # The whole of it is new afterwards.
    assert (await upload(office, pdf(2_000_000))).status_code == 201


async def test_a_body_that_was_not_kept_is_not_done_twice() -> None:
    tries = []

    async def deadlocks(scope: Any, receive: Any, _send: Any) -> None:
        tries.append(scope["path"])
        await receive()
        raise DBAPIError("", {}, Deadlock())

    frame = RequestFrame(deadlocks, body_limit=1000, streamed={("POST", "/v1/documents"): 2000})
    transport = httpx.ASGITransport(app=frame)
    async with httpx.AsyncClient(transport=transport, base_url="https://x.example") as client:
        for path in ("/v1/documents", "/v1/other"):
            assert (await client.post(path, content=b"x")).status_code == 503
        assert (await client.post("/v1/documents", content=bytes(1500))).status_code == 503
        assert (await client.post("/v1/documents", content=bytes(2500))).status_code == 413
        assert (await client.post("/v1/other", content=bytes(1500))).status_code == 413
    assert tries == ["/v1/documents", *["/v1/other"] * 3, "/v1/documents"]


class Deadlock(Exception):
    """What the driver raises for one."""

    sqlstate = "40P01"
