"""A local review's report as a document: attached before completion, named by the message."""

import json
from uuid import uuid4

import httpx
import pytest

from tests.support.documents import PDF, pdf
from tests.support.offices import Office, etag_of, open_office
from tests.support.services import Caller, Service


@pytest.fixture
async def east(local: Service) -> Office:
    """A partnership linked to a Panel."""
    return await open_office(local, linked=True)


async def commissioned(east: Office) -> str:
    path = await east.notified()
    await east.start_review(path)
    await east.complete_review(path)
    await east.commission(path)
    return path


async def upload(caller: Caller, content: bytes) -> dict[str, str]:
    headers = {"Content-Type": PDF, "Idempotency-Key": str(uuid4())}
    answer = await caller.request("POST", "/v1/documents", content=content, headers=headers)
    assert answer.is_success, answer.text
    made: dict[str, str] = answer.json()
    return made


async def attach(east: Office, path: str, document_id: str, **headers: str) -> httpx.Response:
    match = headers or etag_of(await east.office.get(f"{path}/local-review"))
    return await east.office.put(f"{path}/local-review/document", {"document_id": document_id}, headers=match)


async def test_it_is_attached_read_replaced_and_named_by_the_message(east: Office, local: Service) -> None:
    path = await commissioned(east)
    assert (await east.office.get(f"{path}/local-review/document")).status_code == 404
    first, second = await upload(east.office, pdf(500)), await upload(east.office, pdf(600))
    versions = []
    for document in (first, second):
        answer = await attach(east, path, document["id"])
        assert answer.status_code == 200
        versions.append(answer.headers["ETag"])
        read = await east.office.get(f"{path}/local-review/document")
        assert (read.status_code, read.json()["sha256"]) == (200, document["sha256"])
    assert versions[-1] == etag_of(await east.office.get(f"{path}/local-review"))["If-Match"]
    got = await east.office.get(f"{path}/local-review/document/content")
    assert got.content == pdf(600)
    await east.write_report(path)
    completed = await east.complete_local_review(path)
    message = await body_of(local, completed.json()["message_id"])
    assert message["data"]["document"] == {
        "sha256": second["sha256"],
        "size": 600,
        "media_type": PDF,
        "title": None,
    }
    late = await attach(east, path, first["id"])
    assert (late.status_code, late.json()["rule"]) == (409, "Children Act 2004 s16F(3)")


async def body_of(local: Service, message_id: str) -> dict[str, dict[str, object]]:
    from sqlalchemy import text

    async with local.worker.transaction() as session:
        statement = text("SELECT body FROM outbound_messages WHERE id = :id")
        body = (await session.execute(statement, {"id": message_id})).scalar_one()
    message: dict[str, dict[str, object]] = json.loads(body)
    return message


async def test_before_a_review_is_commissioned_there_is_nothing_to_attach_to(east: Office) -> None:
    path = await east.notified()
    document = await upload(east.office, pdf(500))
    refused = await attach(east, path, document["id"], **{"If-Match": '"v1"'})
    assert (refused.status_code, refused.json()["code"]) == (409, "move-not-allowed")
    assert refused.json()["rule"] == "Children Act 2004 s16F(1)(b)"


async def test_an_older_reading_attaches_nothing(east: Office) -> None:
    path = await commissioned(east)
    document = await upload(east.office, pdf(500))
    before = etag_of(await east.office.get(f"{path}/local-review"))
    assert (await attach(east, path, document["id"], **before)).status_code == 200
    assert (await attach(east, path, document["id"], **before)).status_code == 412
    missing = await east.office.put(f"{path}/local-review/document", {"document_id": document["id"]})
    assert (missing.status_code, missing.json()["code"]) == (428, "precondition-required")


async def test_another_organisations_document_is_none(east: Office, local: Service) -> None:
    path = await commissioned(east)
    other = await local.caller("partnership_office", organisation=f"o{uuid4().hex[:8]}")
    theirs = await upload(other, pdf(500))
    refused = await attach(east, path, theirs["id"])
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["code"] == "unknown_document"
    for suffix in ("", "/content"):
        assert (await other.get(f"{path}/local-review/document{suffix}")).status_code == 404


async def test_who_may_not_write_the_report_attaches_nothing(east: Office) -> None:
    path = await commissioned(east)
    document = await upload(east.office, pdf(500))
    refused = await east.notifier.put(
        f"{path}/local-review/document",
        {"document_id": document["id"]},
        headers=etag_of(await east.office.get(f"{path}/local-review")),
    )
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
