"""A report that the Panel refused: its document goes with a correction, and what is discarded was never received."""

from typing import Any

import httpx

from tests.pair.test_documents import SHA256, attach, document_at_panel, reviewed
from tests.pair.test_trouble import unsupported
from tests.pair.wires import Pair
from tests.support.offices import etag_of


async def refused_report(pair: Pair) -> tuple[str, str]:
    """A completed local review with a document whose message the Panel refused; give its case and the dead message."""
    path = await reviewed(pair)
    await attach(pair, path)

    async def refuse_messages(request: httpx.Request) -> httpx.Response:
        if "/documents/" in request.url.path:
            return await pair.local.wire.deliver(request)
        return await unsupported(request)

    pair.local.wire.instead = refuse_messages
    answer = await pair.east.complete_local_review(path)
    assert answer.status_code == 200, answer.text
    await pair.drain()
    pair.local.wire.instead = None
    standing = (await pair.east.read(path))["exchange"]
    assert (standing["parked"], standing["type"]) == (True, "local.local_review.v1")
    return path, standing["message_id"]


async def dispose(pair: Pair, message: str, body: dict[str, Any]) -> None:
    at = f"/v1/exchange/dead-letters/{message}/disposals"
    proposal = await pair.east.office.post(at, body)
    assert proposal.status_code == 201, proposal.text
    second = await pair.local.service.caller("partnership_office", organisation="east")
    confirmation = f"{at}/{proposal.json()['id']}/confirmation"
    answer = await second.post(confirmation, headers=etag_of(proposal))
    assert answer.status_code == 200, answer.text
    await pair.drain()


async def received_at(pair: Pair, path: str) -> Any:
    versions = (await pair.east.office.get(f"{path}/local-review/course")).json()["versions"]
    return versions[0]["received_by_panel_at"]


async def test_a_correction_takes_the_document_with_it_and_names_no_other(pair: Pair) -> None:
    path, message = await refused_report(pair)
    content = await pair.east.office.get(f"/v1/exchange/messages/{message}/content")
    data = content.json()["data"]
    assert SHA256 in content.json()["text"]
    other = content.json()["text"].replace(SHA256, "0" * 64)
    wrong = {
        "kind": "replace",
        "reason": "wrong_content",
        "data": httpx.Response(200, text=other).json()["data"],
    }
    answer = await pair.east.office.post(f"/v1/exchange/dead-letters/{message}/disposals", wrong)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "other_document")
    assert await received_at(pair, path) is None
    await dispose(pair, message, {"kind": "replace", "reason": "wrong_content", "data": data})
    assert (await document_at_panel(pair, path)).status_code == 200
    assert await received_at(pair, path) is not None


async def test_what_was_discarded_was_never_received(pair: Pair) -> None:
    path, message = await refused_report(pair)
    await dispose(pair, message, {"kind": "discard", "reason": "told_otherwise"})
    assert [one["state"] for one in (await pair.east.read(path))["messages"]][-2:] == [
        "replaced",
        "delivered",
    ]
    # The receipt of the message that says so is no receipt of the report (SI 2018/789 reg 16).
    assert await received_at(pair, path) is None
    assert (await document_at_panel(pair, path)).status_code == 404
