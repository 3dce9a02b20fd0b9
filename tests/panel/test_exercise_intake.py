from typing import Any
from uuid import UUID, uuid4

import pytest

from service_kit.exchange.message_types import SetAside
from shared_schemas.messages.exercise import LEARNING, RAPID_REVIEW_ADDENDUM
from shared_schemas.messages.local import RAPID_REVIEW
from tests.panel.received import Sender, connect
from tests.support.services import Service


async def read(sender: Sender, subject: UUID, what: str) -> list[dict[str, Any]]:
    secretariat = await sender.panel.caller("secretariat")
    found = await secretariat.get("/v1/cases", params={"exchange_reference": str(subject)})
    (case,) = found.json()["items"]
    answer = await secretariat.get(f"/v1/cases/{case['id']}/{what}")
    assert answer.status_code == 200
    documents: list[dict[str, Any]] = answer.json()
    return documents


async def test_an_addendum_needs_its_rapid_review_and_its_turn(panel: Service) -> None:
    sender = await connect(panel)
    subject = await sender.notify()
    with pytest.raises(SetAside):
        await sender.send(RAPID_REVIEW_ADDENDUM, subject)
    await sender.send(RAPID_REVIEW, subject)
    with pytest.raises(SetAside):
        await sender.send(RAPID_REVIEW_ADDENDUM, subject, version=2)
    await sender.send(RAPID_REVIEW_ADDENDUM, subject)
    with pytest.raises(SetAside) as twice:
        await sender.send(RAPID_REVIEW_ADDENDUM, subject)
    assert twice.value.problem == "contradicts-record"
    assert [one["version"] for one in await read(sender, subject, "addenda")] == [1]


async def test_learning_is_kept_one_beside_the_other(panel: Service) -> None:
    sender = await connect(panel)
    subject = await sender.notify()
    for text in ("First.", "Second."):
        await sender.send(LEARNING, subject, learning=text)
    kept = await read(sender, subject, "learning")
    assert [one["body"]["learning"] for one in kept] == ["First.", "Second."]


@pytest.mark.parametrize("message_type", [RAPID_REVIEW_ADDENDUM, LEARNING])
async def test_what_comes_without_a_notification_is_set_aside(panel: Service, message_type: str) -> None:
    with pytest.raises(SetAside):
        await (await connect(panel)).send(message_type, uuid4())


@pytest.mark.parametrize("what", ["addenda", "learning"])
async def test_who_reads_it(panel: Service, what: str) -> None:
    analyst, secretariat = await panel.caller("analyst"), await panel.caller("secretariat")
    assert (await analyst.get(f"/v1/cases/{uuid4()}/{what}")).status_code == 403
    assert (await secretariat.get(f"/v1/cases/{uuid4()}/{what}")).status_code == 404
