from uuid import UUID, uuid4

import pytest

from service_kit.exchange.message_types import SetAside
from shared_schemas.messages.local import (
    LOCAL_REVIEW,
    LOCAL_REVIEW_DECISION,
    NOTIFICATION,
    RAPID_REVIEW,
)
from tests.panel.received import Sender, connect, incident
from tests.support.services import Service


async def listed(sender: Sender, subject: UUID) -> list[dict[str, object]]:
    secretariat = await sender.panel.caller("secretariat")
    answer = await secretariat.get("/v1/cases", params={"exchange_reference": str(subject)})
    assert answer.status_code == 200
    items: list[dict[str, object]] = answer.json()["items"]
    return items


async def test_a_notification_opens_one_case(panel: Service) -> None:
    sender = await connect(panel)
    subject = await sender.notify()
    (case,) = await listed(sender, subject)
    assert (case["version"], case["state"]) == (1, "awaiting_rapid_review")


async def test_a_correction_is_added_and_the_first_version_stays(panel: Service) -> None:
    sender = await connect(panel)
    subject = await sender.notify()
    await sender.send(NOTIFICATION, subject, version=2, incident=incident(setting="hospital"))
    (case,) = await listed(sender, subject)
    secretariat = await panel.caller("secretariat")
    read = (await secretariat.get(f"/v1/cases/{case['id']}")).json()
    assert [entry["version"] for entry in read["notifications"]] == [1, 2]
    assert [entry["body"]["incident"]["setting"] for entry in read["notifications"]] == [
        "family_home",
        "hospital",
    ]
    assert read["version"] == 2


async def test_a_version_out_of_turn_is_set_aside_and_changes_nothing(panel: Service) -> None:
    sender = await connect(panel)
    subject = await sender.notify()
    for version in (1, 3):
        with pytest.raises(SetAside) as refused:
            await sender.send(NOTIFICATION, subject, version=version)
        assert refused.value.problem == "contradicts-record"
    (case,) = await listed(sender, subject)
    assert case["version"] == 1


@pytest.mark.parametrize("message_type", [RAPID_REVIEW, LOCAL_REVIEW_DECISION, LOCAL_REVIEW])
async def test_what_comes_without_a_notification_is_set_aside(panel: Service, message_type: str) -> None:
    sender = await connect(panel)
    subject = uuid4()
    with pytest.raises(SetAside):
        await sender.send(message_type, subject)
    assert await listed(sender, subject) == []


async def test_a_second_rapid_review_is_set_aside(panel: Service) -> None:
    sender = await connect(panel)
    subject = await sender.notify()
    await sender.send(RAPID_REVIEW, subject)
    with pytest.raises(SetAside):
        await sender.send(RAPID_REVIEW, subject)
    (case,) = await listed(sender, subject)
    assert (case["version"], case["state"]) == (2, "awaiting_decision")


async def test_a_report_contradicts_a_decision_against_a_review(panel: Service) -> None:
    sender = await connect(panel)
    subject = await sender.notify()
    await sender.send(LOCAL_REVIEW_DECISION, subject, commissioned=False)
    with pytest.raises(SetAside):
        await sender.send(LOCAL_REVIEW, subject)
    await sender.send(LOCAL_REVIEW_DECISION, subject, commissioned=True)
    await sender.send(LOCAL_REVIEW, subject)
    with pytest.raises(SetAside):
        await sender.send(LOCAL_REVIEW, subject)
    (case,) = await listed(sender, subject)
    assert case["version"] == 4


async def test_a_report_is_taken_without_word_of_a_decision(panel: Service) -> None:
    sender = await connect(panel)
    subject = await sender.notify()
    await sender.send(LOCAL_REVIEW, subject)
    (case,) = await listed(sender, subject)
    assert case["version"] == 2


async def test_a_code_of_a_newer_release_is_kept_and_flagged(panel: Service) -> None:
    sender = await connect(panel)
    subject = await sender.notify(incident=incident(setting="space_station"))
    (case,) = await listed(sender, subject)
    secretariat = await panel.caller("secretariat")
    (notification,) = (await secretariat.get(f"/v1/cases/{case['id']}")).json()["notifications"]
    assert notification["unknown_codes"] == ["/incident/setting"]
    assert notification["body"]["incident"]["setting"] == "space_station"


async def test_two_partnerships_may_use_one_reference(panel: Service) -> None:
    first, second = await connect(panel), await connect(panel)
    subject = await first.notify()
    await second.send(NOTIFICATION, subject)
    cases = await listed(first, subject)
    assert len({case["id"] for case in cases}) == 2


async def test_every_document_received_is_audited(panel: Service) -> None:
    sender = await connect(panel)
    subject = await sender.notify()
    await sender.send(RAPID_REVIEW, subject)
    (case,) = await listed(sender, subject)
    auditor = await panel.caller("auditor")
    entries = (await auditor.get("/v1/audit-entries", params={"subject_id": case["id"]})).json()["items"]
    kinds = [entry["detail"]["kind"] for entry in entries if entry["action"] == "document.received"]
    assert kinds == ["rapid_review", "notification"]
