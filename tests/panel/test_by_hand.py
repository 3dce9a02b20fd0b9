"""What came by form, e-mail or post: a case without a link, everything after it by hand, and the partnership told by hand."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx import Response
from sqlalchemy import text

from panel_service.by_hand.schemas import CAME
from service_kit.administration import owner_session
from shared_schemas.messages import examples
from tests.panel.received import connect
from tests.panel.test_decisions import decision, release
from tests.support.services import Caller, Service

TODAY = datetime.now(UTC).date()
BEFORE = f"{TODAY - timedelta(days=3)}"
NEVER = "2999-01-01"
INCIDENT = examples.INCIDENT | {
    "occurred_on": "2026-01-05",
    "authority_became_aware_at": "2026-01-06T15:10:00Z",
    "information_received": [{"partner": "police", "received_at": "2026-01-06T14:30:00Z"}],
}
HOW = CAME | {"received_on": "2026-01-12"}
BODIES: dict[str, dict[str, Any]] = {
    "notification": HOW
    | {
        "reason_for_version": "correction",
        "notifier": examples.NOTIFICATION["notifier"],
        "incident": INCIDENT | {"setting": "hospital"},
    },
    "rapid-review": HOW | {"completed_on": "2026-01-09", "sections": examples.SECTIONS},
    "local-review-decision": HOW
    | {"commissioned": True, "reasons": "Criterion (c) is met.", "decided_on": "2026-01-09"},
    "local-review": HOW
    | {"commissioned_on": "2026-01-09", "completed_on": "2026-01-11", "report": examples.REPORT},
    "withdrawal": HOW
    | {"withdrawn_on": "2026-01-12", "reason": "other", "reasons": "Notified for the wrong area."},
}
TOLD = {"channel": "post", "told_on": f"{TODAY}", "told_to": "The partnership's chair"}


async def unconnected(panel: Service) -> str:
    """Put a partnership without a link into the register; give its code."""
    code, organisation = f"unconnected-{uuid4()}", await panel.organisation("first")
    async with owner_session(panel.settings) as session:
        await session.execute(
            text(
                "INSERT INTO partnerships (organisation_id, id, code, name, created_at) "
                "VALUES (:organisation, :id, :code, 'Northshire', now())"
            ),
            {"organisation": organisation, "id": uuid4(), "code": code},
        )
    return code


def notification(code: str, **changes: Any) -> dict[str, Any]:
    return {
        **HOW,
        "partnership_code": code,
        "notifier": examples.NOTIFICATION["notifier"],
        "incident": INCIDENT,
        **changes,
    }


async def opened(panel: Service, secretariat: Caller) -> str:
    answer = await secretariat.post("/v1/cases/by-hand", notification(await unconnected(panel)))
    assert answer.status_code == 201, answer.text
    return answer.headers["Location"]


async def record(secretariat: Caller, path: str, what: str, **changes: Any) -> Response:
    etag = (await secretariat.get(path)).headers["ETag"]
    return await secretariat.post(
        f"{path}/by-hand/{what}", BODIES[what] | changes, headers={"If-Match": etag}
    )


async def decide(secretariat: Caller, path: str) -> Response:
    etag = (await secretariat.get(path)).headers["ETag"]
    return await secretariat.post(f"{path}/decisions", decision(), headers={"If-Match": etag})


async def test_a_notification_by_hand_makes_a_case_without_a_link(panel: Service) -> None:
    secretariat, code = await panel.caller("secretariat"), await unconnected(panel)
    original = {"name": "notification.pdf", "sha256": "0" * 64}
    answer = await secretariat.post("/v1/cases/by-hand", notification(code, original=original))
    assert (answer.status_code, answer.json()["case_state"]) == (201, "awaiting_rapid_review")
    case = (await secretariat.get(answer.headers["Location"])).json()
    assert (case["channel"], case["partnership"]["code"], case["messages"]) == ("email", code, [])
    (document,) = case["notifications"]
    assert (document["message_id"], document["receipt_reference"]) == (None, "NSH/2026/14")
    assert document["by_hand"] == {
        "channel": "email",
        "recorded_by": str(secretariat.principal_id),
        "original_name": "notification.pdf",
        "original_sha256": "0" * 64,
    }
    duties = {duty["code"]: duty for duty in case["timeliness"]["duties"]}
    assert duties["rapid_review_completion"]["due_on"] == "2026-01-13"
    listed = (await secretariat.get("/v1/cases")).json()["items"]
    assert case["id"] in {item["id"] for item in listed}


async def test_everything_after_it_is_recorded_by_hand_too(panel: Service) -> None:
    secretariat = await panel.caller("secretariat")
    path = await opened(panel, secretariat)
    for what in ("rapid-review", "local-review-decision", "local-review"):
        answer = await record(secretariat, path, what)
        assert answer.status_code == 201, answer.text
    case = (await secretariat.get(path)).json()
    assert (case["state"], case["version"]) == ("awaiting_decision", 4)
    duties = {duty["code"]: duty["status"] for duty in case["timeliness"]["duties"]}
    assert duties["rapid_review_completion"] == "met"
    assert case["local_review"]["by_hand"]["channel"] == "email"
    for what in ("rapid-review", "local-review"):
        again = await record(secretariat, path, what)
        assert (again.status_code, again.json()["code"]) == (409, "move-not-allowed")
        assert again.json()["rule"] == "Children Act 2004 s16F(3)"


async def test_a_correction_by_hand_stands_beside_the_first_version(panel: Service) -> None:
    secretariat = await panel.caller("secretariat")
    path = await opened(panel, secretariat)
    recorded = await record(secretariat, path, "notification")
    assert (recorded.status_code, recorded.json()["document_version"]) == (201, 2)
    answer = (await secretariat.get(f"{path}/notifications/2/changes")).json()
    (change,) = answer["changes"]
    assert (change["pointer"], change["kind"]) == ("/incident/setting", "changed")
    assert (change["before"], change["after"]) == ("family_home", "hospital")
    assert answer["reason_for_version"] == "correction"
    late = BODIES["notification"]["incident"] | {"occurred_on": NEVER}
    assert (await record(secretariat, path, "notification", incident=late)).status_code == 422


async def test_what_may_be_recorded_by_hand_is_told(panel: Service) -> None:
    secretariat = await panel.caller("secretariat")
    path = await opened(panel, secretariat)
    await record(secretariat, path, "rapid-review")
    steps = {step["kind"]: step for step in (await secretariat.get(f"{path}/by-hand")).json()}
    assert {kind for kind, step in steps.items() if not step["allowed"]} == {"rapid_review"}
    assert steps["rapid_review"]["rule"] == "Children Act 2004 s16F(3)"


async def test_a_report_contradicting_the_last_decision_is_refused(panel: Service) -> None:
    secretariat = await panel.caller("secretariat")
    path = await opened(panel, secretariat)
    await record(secretariat, path, "local-review-decision", commissioned=False)
    refused = await record(secretariat, path, "local-review")
    assert (refused.status_code, refused.json()["allowed"]) == (409, ["record_local_review_decision"])


async def test_a_withdrawal_by_hand_lifts_the_duties_and_ends_the_case(panel: Service) -> None:
    secretariat = await panel.caller("secretariat")
    path = await opened(panel, secretariat)
    assert (await record(secretariat, path, "withdrawal")).json()["case_state"] == "withdrawn"
    case = (await secretariat.get(path)).json()
    assert "lifted" in {duty["status"] for duty in case["timeliness"]["duties"]}
    for refused in (await record(secretariat, path, "rapid-review"), await decide(secretariat, path)):
        assert (refused.status_code, refused.json()["rule"]) == (409, "Children Act 2004 s16C(1)")


async def test_a_decision_is_told_by_hand_once(panel: Service) -> None:
    secretariat = await panel.caller("secretariat")
    path = await opened(panel, secretariat)
    await record(secretariat, path, "rapid-review")
    decided = await decide(secretariat, path)
    assert (decided.status_code, decided.json()["message_id"]) == (201, None)
    told = f"{path}/decisions/1/told-by-hand"
    assert (await secretariat.get(told)).status_code == 404
    unreleased = await secretariat.post(told, TOLD)
    assert (unreleased.status_code, unreleased.json()["allowed"]) == (409, ["release_decision"])
    released = await release(await panel.caller("chair"), decided)
    assert (released.status_code, released.json()["message_id"]) == (200, None)
    for day, code in ((NEVER, "date_in_the_future"), (BEFORE, "before_the_notification")):
        refused = await secretariat.post(told, TOLD | {"told_on": day})
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, code)
    first = await secretariat.post(told, TOLD)
    assert (first.status_code, first.json()["told_to"]) == (201, "The partnership's chair")
    assert (await secretariat.get(told)).json() == first.json()
    again = await secretariat.post(told, TOLD)
    assert (again.status_code, again.json()["code"]) == (409, "move-not-allowed")
    assert again.json()["rule"]


async def test_a_case_on_a_link_is_not_told_of_by_hand(panel: Service) -> None:
    sender, secretariat = await connect(panel), await panel.caller("secretariat")
    subject: UUID = await sender.notify()
    answer = await secretariat.get("/v1/cases", params={"exchange_reference": str(subject)})
    path = f"/v1/cases/{answer.json()['items'][0]['id']}"
    refused = await record(secretariat, path, "withdrawal")
    assert (refused.status_code, refused.json()["code"]) == (409, "move-not-allowed")
    etag = (await secretariat.get(path)).headers["ETag"]
    body = decision(decided_without_rapid_review_reasons="Urgent.")
    await secretariat.post(f"{path}/decisions", body, headers={"If-Match": etag})
    assert (await secretariat.post(f"{path}/decisions/1/told-by-hand", TOLD)).status_code == 409


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({"received_on": NEVER}, "/received_on", "date_in_the_future"),
        ({"sent_on": "2026-01-13"}, "/sent_on", "after_receipt"),
        (
            {"incident": INCIDENT | {"authority_became_aware_at": f"{NEVER}T00:00:00Z"}},
            "/incident/authority_became_aware_at",
            "time_in_the_future",
        ),
        ({"incident": INCIDENT | {"occurred_on": NEVER}}, "/incident/occurred_on", "date_in_the_future"),
        ({"partnership_code": "nobody"}, "/partnership_code", "partnership_unknown"),
        ({"rule_set": "none-such"}, "/rule_set", "rule_set_unknown"),
        ({"partnership_id": str(uuid4())}, "", "one_partnership"),
    ],
)
async def test_what_cannot_be_is_refused(
    panel: Service, changes: dict[str, Any], pointer: str, code: str
) -> None:
    secretariat = await panel.caller("secretariat")
    refused = await secretariat.post("/v1/cases/by-hand", notification(await unconnected(panel), **changes))
    assert refused.status_code == 422
    (error,) = refused.json()["errors"]
    assert (error["pointer"], error["code"]) == (pointer, code)


async def test_days_that_cannot_be_are_refused(panel: Service) -> None:
    secretariat = await panel.caller("secretariat")
    path = await opened(panel, secretariat)
    for what, name in (
        ("rapid-review", "completed_on"),
        ("local-review-decision", "decided_on"),
        ("local-review", "completed_on"),
        ("withdrawal", "withdrawn_on"),
    ):
        for day in (NEVER, "2020-01-01"):
            refused = await record(secretariat, path, what, **{name: day})
            assert refused.status_code == 422, (what, day)
            assert refused.json()["errors"][0]["pointer"] == f"/{name}"


async def test_who_may_and_on_what_they_have_read(panel: Service) -> None:
    secretariat = await panel.caller("secretariat")
    path = await opened(panel, secretariat)
    chair = await panel.caller("chair")
    assert (await chair.post("/v1/cases/by-hand", notification("x"))).status_code == 403
    stranger = await panel.caller("secretariat", organisation="other")
    headers = {"If-Match": '"v1"'}
    for what, body in BODIES.items():
        url = f"{path}/by-hand/{what}"
        assert (await chair.post(url, body, headers=headers)).status_code == 403
        assert (await stranger.post(url, body, headers=headers)).status_code == 404
        assert (await secretariat.post(url, body)).status_code == 428
        assert (await secretariat.post(url, body, headers={"If-Match": '"v9"'})).status_code == 412


async def test_the_same_request_twice_makes_one_case(panel: Service) -> None:
    secretariat, body = await panel.caller("secretariat"), notification(await unconnected(panel))
    headers = {"Idempotency-Key": str(uuid4())}
    answers = [await secretariat.post("/v1/cases/by-hand", body, headers=headers) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
