"""A report's document goes before the message that names it: part by part, from where a cut left it."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import select

from service_kit.db import set_tenant
from service_kit.documents.store import make_store
from service_kit.exchange.models import OutboundMessage, OutboundState
from service_kit.exchange.outbox import send_again_under_next_number
from service_kit.exchange.sent_states import set_state
from shared_schemas.messages.local import LOCAL_REVIEW
from tests.pair.wires import Pair, answered
from tests.support.documents import PDF, pdf
from tests.support.offices import etag_of
from tests.support.services import Service

MIB = 1024 * 1024
SIZE = 3 * MIB + 500_000
REPORT = pdf(SIZE)
SHA256 = hashlib.sha256(REPORT).hexdigest()
OFFSETS = [0, MIB, 2 * MIB, 3 * MIB]


@dataclass(frozen=True)
class Completed:
    """A local review completed with a document, of which the Panel does not know yet."""

    path: str


@pytest.fixture
async def completed(pair: Pair) -> Completed:
    """Complete a local review with a report of a few mebibytes; nothing of it was sent yet."""
    path = await reviewed(pair)
    await attach(pair, path)
    answer = await pair.east.complete_local_review(path)
    assert answer.status_code == 200, answer.text
    pair.local.wire.requests.clear()
    return Completed(path)


async def reviewed(pair: Pair) -> str:
    path = await pair.east.notified()
    await pair.east.start_review(path)
    await pair.east.complete_review(path)
    await pair.east.commission(path)
    await pair.east.write_report(path)
    await pair.drain()
    return path


async def attach(pair: Pair, path: str) -> None:
    office = pair.east.office
    headers = {"Content-Type": PDF, "Idempotency-Key": str(uuid4())}
    uploaded = await office.request("POST", "/v1/documents", content=REPORT, headers=headers)
    named = await office.patch(
        uploaded.headers["Location"], {"title": "The report"}, uploaded.headers["ETag"]
    )
    review = await office.get(f"{path}/local-review")
    body = {"document_id": named.json()["id"]}
    answer = await office.put(f"{path}/local-review/document", body, headers=etag_of(review))
    assert answer.status_code == 200, answer.text


def parts(pair: Pair) -> list[tuple[int, int]]:
    """Give the offset and length of every part that left, questions (which bring nothing) left out."""
    sent = [request for request in pair.local.wire.requests if "/documents/" in request.url.path]
    return [(int(one.url.params["offset"]), len(one.content)) for one in sent if one.content]


async def state(pair: Pair) -> str:
    (row,) = await pair.local.rows("SELECT state FROM outbound_messages WHERE type = 'local.local_review.v1'")
    found: str = row.state
    return found


async def document_at_panel(pair: Pair, path: str) -> httpx.Response:
    return await pair.secretariat.get(f"{await pair.at_panel(path)}/local-review/document")


def half_received(service: Service) -> list[Path]:
    folder = make_store(service.settings).incoming.folder
    return [path for path in folder.rglob("*") if path.is_file()]


def failing(pair: Pair, fails: Callable[[httpx.Request], bool], *, delivered: bool = False) -> None:
    """Cut the wire at requests a test names; ``delivered`` where only the answer is lost."""

    async def respond(request: httpx.Request) -> httpx.Response:
        if fails(request):
            if delivered:
                await pair.local.wire.deliver(request)
            raise httpx.ReadError("cut")
        return await pair.local.wire.deliver(request)

    pair.local.wire.instead = respond


async def mend(pair: Pair) -> None:
    pair.local.wire.instead = None
    pair.local.wire.requests.clear()
    await pair.local.make_due()
    await pair.drain()


async def test_the_completed_review_arrives_with_its_document(pair: Pair, completed: Completed) -> None:
    await pair.drain()
    assert await state(pair) == "delivered"
    assert parts(pair) == [(offset, min(MIB, SIZE - offset)) for offset in OFFSETS]
    assert "/messages" in pair.local.wire.requests[-1].url.path
    read = await document_at_panel(pair, completed.path)
    facts = read.json()
    assert (facts["sha256"], facts["size"], facts["media_type"], facts["title"]) == (
        SHA256,
        SIZE,
        PDF,
        "The report",
    )
    got = await pair.secretariat.get(f"{await pair.at_panel(completed.path)}/local-review/document/content")
    assert got.content == REPORT
    assert got.headers["ETag"] == f'"{SHA256}"'
    assert half_received(pair.panel.service) == []


async def test_a_review_without_a_document_arrives_without(pair: Pair) -> None:
    path = await reviewed(pair)
    await pair.east.complete_local_review(path)
    await pair.drain()
    assert parts(pair) == []
    assert await state(pair) == "delivered"
    assert (await document_at_panel(pair, path)).status_code == 404


@pytest.mark.parametrize("delivered", [False, True], ids=["part lost", "answer lost"])
async def test_after_a_cut_it_goes_on_where_the_counterpart_is(
    pair: Pair, completed: Completed, *, delivered: bool
) -> None:
    failing(pair, lambda request: request.url.params.get("offset") == str(2 * MIB), delivered=delivered)
    await pair.drain()
    assert await state(pair) == "pending"
    assert [offset for offset, _ in parts(pair)] == OFFSETS[:3]
    await mend(pair)
    assert await state(pair) == "delivered"
    assert [offset for offset, _ in parts(pair)] == OFFSETS[3 if delivered else 2 :]
    assert (await document_at_panel(pair, completed.path)).json()["sha256"] == SHA256


async def test_cut_after_the_last_part_it_is_taken_without_a_part_more(
    pair: Pair, completed: Completed
) -> None:
    # The receiver halts between the last byte and what it does then.
    failing(pair, lambda request: request.url.params.get("offset") == str(3 * MIB))
    await pair.drain()
    (partial,) = half_received(pair.panel.service)
    with partial.open("ab") as file:
        file.write(REPORT[3 * MIB :])
    await mend(pair)
    assert parts(pair) == []
    assert await state(pair) == "delivered"


async def test_a_part_changed_on_its_way_is_refused_and_nothing_of_it_held(
    pair: Pair, completed: Completed
) -> None:
    async def change(request: httpx.Request) -> httpx.Response:
        if request.url.params.get("offset") == str(MIB) and request.content:
            content = b"!" + request.content[1:]
            request = httpx.Request("POST", request.url, headers=request.headers, content=content)
        return await pair.local.wire.deliver(request)

    pair.local.wire.instead = change
    await pair.drain()
    assert pair.local.wire.answers[-1][0] == 401
    (partial,) = half_received(pair.panel.service)
    assert partial.read_bytes() == REPORT[:MIB]
    await mend(pair)
    assert await state(pair) == "delivered"


@pytest.mark.parametrize("change", [{"offset": str(MIB)}, {"hash": "0" * 64}], ids=["place", "document"])
async def test_a_signed_part_counts_for_its_own_place_alone(
    pair: Pair, completed: Completed, change: dict[str, str]
) -> None:
    failing(pair, lambda request: request.url.params.get("offset") == str(MIB))
    await pair.drain()
    first = next(request for request in pair.local.wire.requests if request.content.startswith(b"%PDF"))
    url = first.url.copy_merge_params({"offset": change.get("offset", "0")})
    url = httpx.URL(str(url).replace(SHA256, change.get("hash", SHA256)))
    moved = httpx.Request("POST", url, headers=first.headers, content=first.content)
    assert (await pair.local.wire.deliver(moved)).status_code == 401


async def test_a_part_that_comes_again_changes_nothing(pair: Pair, completed: Completed) -> None:
    failing(pair, lambda request: request.url.params.get("offset") == str(2 * MIB))
    await pair.drain()
    first = next(request for request in pair.local.wire.requests if request.content.startswith(b"%PDF"))
    again = await pair.local.wire.deliver(first)
    told = httpx.Response(again.status_code, content=await again.aread()).json()
    assert (again.status_code, told["code"], told["held"]) == (409, "wrong-offset", 2 * MIB)
    await mend(pair)
    late = await pair.local.wire.deliver(first)
    assert (late.status_code, pair.local.wire.answers[-1][1]) == (
        200,
        f'{{"hash":"{SHA256}","held":{SIZE},"complete":true}}'.encode(),
    )


async def test_bytes_without_their_hash_are_discarded_and_sent_anew(pair: Pair, completed: Completed) -> None:
    (kept,) = (pair.local.service.settings.document_directory / "kept").rglob(SHA256)
    kept.write_bytes(REPORT[:-100] + b"?" + REPORT[-99:])
    await pair.drain()
    assert b'"/problems/document-mismatch"' in pair.local.wire.answers[-1][1]
    assert half_received(pair.panel.service) == []
    assert await state(pair) == "pending"
    kept.write_bytes(REPORT)
    await mend(pair)
    assert await state(pair) == "delivered"


async def test_what_came_by_another_link_does_not_count(pair: Pair, completed: Completed) -> None:
    await pair.drain()
    other = uuid4()
    await pair.panel.change(
        "INSERT INTO exchange_links (organisation_id, id, counterpart_party, counterpart_name, counterpart_url, schemes) "
        "SELECT organisation_id, :other, :other, 'West', counterpart_url, schemes FROM exchange_links",
        other=other,
    )
    await pair.panel.change("UPDATE link_documents SET link_id = :other", other=other)
    assert (await document_at_panel(pair, completed.path)).status_code == 404
    second = await reviewed(pair)
    await attach(pair, second)
    await pair.east.complete_local_review(second)
    # The sender thinks that it has uploaded it.
    await pair.local.change("UPDATE message_documents SET uploaded_at = now()")
    pair.local.wire.requests.clear()
    await pair.drain()
    assert (pair.local.wire.answers[-1][0], parts(pair)) == (409, [])
    assert b'"/problems/document-missing"' in pair.local.wire.answers[-1][1]
    await mend(pair)
    assert [offset for offset, _ in parts(pair)] == OFFSETS
    assert (await document_at_panel(pair, second)).json()["sha256"] == SHA256
    (count,) = await pair.panel.rows("SELECT count(*) AS documents FROM documents")
    assert count.documents == 1


async def test_what_the_counterparts_scanner_refuses_makes_the_message_dead(
    pair: Pair, completed: Completed
) -> None:
    settings = pair.panel.service.settings
    pair.panel.service.app.state.documents = make_store(
        settings.model_copy(update={"document_scanner": "false"})
    )
    await pair.drain()
    rows = await pair.local.rows(
        "SELECT state, problem FROM outbound_messages WHERE type = 'local.local_review.v1'"
    )
    assert [(row.state, row.problem["name"]) for row in rows] == [("dead", "document-refused")]
    assert half_received(pair.panel.service) == []
    assert (await document_at_panel(pair, completed.path)).status_code == 404


async def test_one_larger_than_the_counterpart_takes_makes_the_message_dead(
    pair: Pair, completed: Completed
) -> None:
    settings = pair.panel.service.settings
    pair.panel.service.app.state.documents = make_store(
        settings.model_copy(update={"document_max_bytes": MIB})
    )
    await pair.drain()
    assert await state(pair) == "dead"
    assert pair.local.wire.answers[-1][0] == 413


async def test_an_upload_that_fails_holds_up_no_other_case(pair: Pair, completed: Completed) -> None:
    failing(pair, lambda request: "/documents/" in request.url.path)
    other = await pair.east.notified()
    await pair.drain()
    assert await state(pair) == "pending"
    assert (await pair.east.read(other))["messages"][0]["state"] == "delivered"


async def test_whoever_lost_the_lease_goes_no_further(pair: Pair, completed: Completed) -> None:
    async def take(request: httpx.Request) -> httpx.Response:
        if request.url.params.get("offset") == str(MIB):
            await pair.local.change(
                "UPDATE outbound_messages SET lease_token = gen_random_uuid() WHERE state = 'leased'"
            )
        return await pair.local.wire.deliver(request)

    pair.local.wire.instead = take
    await pair.local.dispatcher.drain_once()
    assert [offset for offset, _ in parts(pair)] == OFFSETS[:2]
    assert await state(pair) == "leased"


@pytest.mark.parametrize(
    "content",
    [b"{}", b"a proxy's page", b'{"hash":"x","held":0,"complete":true}'],
    ids=["empty", "page", "other"],
)
async def test_a_page_that_is_not_the_counterparts_moves_nothing(
    pair: Pair, completed: Completed, content: bytes
) -> None:
    async def page(request: httpx.Request) -> httpx.Response:
        return answered(200, content)

    pair.local.wire.instead = page
    await pair.drain()
    assert await state(pair) == "pending"
    assert [request.url.path.rsplit("/", 1)[-1] for request in pair.local.wire.requests] == [SHA256]


async def test_a_counterpart_that_points_nowhere_is_given_up_for_now(
    pair: Pair, completed: Completed
) -> None:
    async def astray(request: httpx.Request) -> httpx.Response:
        held = (int(request.url.params["offset"]) + 1) % SIZE
        body = f'{{"type":"/problems/wrong-offset","title":"x","status":409,"held":{held},"document":"{SHA256}"}}'
        return answered(409, body.encode(), httpx.Headers({"content-type": "application/problem+json"}))

    pair.local.wire.instead = astray
    await pair.drain()
    assert await state(pair) == "pending"
    assert len(pair.local.wire.requests) == 5


async def test_a_message_that_is_sent_again_under_another_number_names_the_same_documents(
    pair: Pair, completed: Completed
) -> None:
    statement = select(OutboundMessage).where(OutboundMessage.type == LOCAL_REVIEW)
    async with pair.local.service.worker.transaction() as session:
        message = (await session.execute(statement)).scalar_one()
        await set_tenant(session, message.organisation_id)
        await set_state(session, message, OutboundState.REPLACED)
        await send_again_under_next_number(session, message)
    await pair.drain()
    assert [offset for offset, _ in parts(pair)] == OFFSETS
    (held,) = await pair.panel.rows(
        "SELECT sha256 FROM documents JOIN link_documents ON document_id = documents.id"
    )
    assert held.sha256 == SHA256
    states = await pair.local.rows(
        "SELECT state FROM outbound_messages WHERE type = 'local.local_review.v1' ORDER BY number"
    )
    assert [row.state for row in states] == ["replaced", "delivered"]


async def test_reading_the_report_is_for_those_who_read_cases_and_audited(
    pair: Pair, completed: Completed
) -> None:
    await pair.drain()
    case = await pair.at_panel(completed.path)
    path = f"{case}/local-review/document"
    panel = pair.panel.service
    analyst = await panel.caller("analyst", organisation="panel")
    other = await panel.caller("secretariat", organisation="another")
    for suffix in ("", "/content"):
        assert (await analyst.get(path + suffix)).status_code == 403
        assert (await other.get(path + suffix)).status_code == 404
        assert (await pair.secretariat.get(path + suffix)).status_code == 200
    auditor = await panel.caller("auditor", organisation="panel")
    query = {"subject_id": case.rsplit("/", 1)[1]}
    entries = (await auditor.get("/v1/audit-entries", params=query)).json()["items"]
    read = {"local_review.document_read", "local_review.document_downloaded"}
    assert read <= {entry["action"] for entry in entries}
