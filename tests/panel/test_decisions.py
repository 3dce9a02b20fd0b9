from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from httpx import Response
from sqlalchemy import select

from panel_service.decisions.schemas import EXAMPLE
from service_kit.exchange.models import OutboundMessage
from service_kit.identity import PrincipalKind
from shared_schemas.exchange.envelope import parse_envelope
from shared_schemas.messages.local import NOTIFICATION, RAPID_REVIEW
from shared_schemas.messages.panel import DecisionBody
from tests.panel.received import Sender, connect
from tests.support.services import Caller, Service


def decision(**changes: Any) -> dict[str, Any]:
    today = datetime.now(UTC).date()
    return {**EXAMPLE, "decided_on": f"{today}", **changes}


async def path_of(secretariat: Caller, subject: UUID) -> str:
    answer = await secretariat.get("/v1/cases", params={"exchange_reference": str(subject)})
    (case,) = answer.json()["items"]
    return f"/v1/cases/{case['id']}"


async def reviewed(sender: Sender, secretariat: Caller) -> tuple[UUID, str]:
    subject = await sender.notify()
    await sender.send(RAPID_REVIEW, subject)
    return subject, await path_of(secretariat, subject)


async def sent_about(panel: Service, sender: Sender, subject: UUID) -> list[tuple[str, dict[str, Any]]]:
    async with panel.worker.transaction(sender.organisation_id) as session:
        rows = await session.execute(
            select(OutboundMessage)
            .where(OutboundMessage.link_id == sender.link, OutboundMessage.subject == str(subject))
            .order_by(OutboundMessage.number)
        )
        return [(row.type, parse_envelope(row.body or b"").data) for row in rows.scalars()]


async def record(recorder: Caller, path: str, etag: str = '"v2"', **changes: Any) -> Response:
    return await recorder.post(f"{path}/decisions", decision(**changes), headers={"If-Match": etag})


async def release(releaser: Caller, recorded: Response, **more: Any) -> Response:
    return await releaser.post(
        f"{recorded.headers['Location']}/release", headers={"If-Match": recorded.headers["ETag"]}, **more
    )


async def test_a_decision_is_recorded_and_another_person_releases_it(panel: Service) -> None:
    sender, secretariat = await connect(panel), await panel.caller("secretariat")
    chair = await panel.caller("chair")
    subject, path = await reviewed(sender, secretariat)
    answer = await secretariat.post(f"{path}/decisions", decision(), headers={"If-Match": '"v2"'})
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"{path}/decisions/1"
    assert answer.headers["ETag"] == '"v3"'
    recorded = answer.json()
    assert (recorded["state"], recorded["released_at"], recorded["message_id"]) == ("recorded", None, None)
    waiting = (await chair.get(path)).json()
    assert waiting["state"] == "awaiting_release"
    assert [step["action"] for step in waiting["allowed_actions"]] == [
        "release_decision",
        "withdraw_decision",
    ]
    assert await sent_about(panel, sender, subject) == []
    released = await release(chair, answer)
    assert (released.status_code, released.headers["ETag"]) == (200, '"v4"')
    assert (released.json()["state"], released.json()["released_by"]) == ("released", str(chair.principal_id))
    assert recorded["recorded_by"] == str(secretariat.principal_id)
    assert (recorded["decided_on_notification_version"], recorded["decided_on_rapid_review"]) == (1, True)
    ((message_type, data),) = await sent_about(panel, sender, subject)
    assert message_type == "panel.decision.recorded.v1"
    body = DecisionBody.model_validate(data)
    assert body.decision_id == UUID(recorded["id"])
    assert body.released_at is not None
    assert body.circumstances == ["in_care_or_child_protection_plan"]
    assert "decided_by" not in data
    case = (await secretariat.get(path)).json()
    assert (case["state"], len(case["decisions"])) == ("decided", 1)
    assert [step["action"] for step in case["allowed_actions"]] == ["supersede_decision"]


async def test_a_later_decision_supersedes_and_overwrites_nothing(panel: Service) -> None:
    sender, chair, secretariat = (
        await connect(panel),
        await panel.caller("chair"),
        await panel.caller("secretariat"),
    )
    subject, path = await reviewed(sender, chair)
    first = await release(secretariat, await record(chair, path))
    later = await release(secretariat, await record(chair, path, '"v4"', outcome="thematic_candidate"))
    assert (later.json()["decision_version"], later.json()["supersedes_version"]) == (2, 1)
    listed = (await chair.get(f"{path}/decisions")).json()
    assert [entry["outcome"] for entry in listed] == ["local_review_more_appropriate", "thematic_candidate"]
    assert (await chair.get(f"{path}/decisions/1")).json() == first.json()
    assert (await chair.get(f"{path}/decisions/3")).status_code == 404
    types = [message_type for message_type, _ in await sent_about(panel, sender, subject)]
    assert types == ["panel.decision.recorded.v1", "panel.decision.superseded.v1"]


async def test_the_same_request_twice_decides_and_releases_once(panel: Service) -> None:
    sender, secretariat = await connect(panel), await panel.caller("secretariat")
    chair = await panel.caller("chair")
    subject, path = await reviewed(sender, secretariat)
    headers = {"If-Match": '"v2"', "Idempotency-Key": "one-decision-and-no-more"}
    body = decision()
    first = await secretariat.post(f"{path}/decisions", body, headers=headers)
    again = await secretariat.post(f"{path}/decisions", body, headers=headers)
    assert (first.status_code, first.content) == (again.status_code, again.content)
    headers = {"If-Match": '"v3"', "Idempotency-Key": "one-release-and-no-more"}
    once = await chair.post(f"{path}/decisions/1/release", headers=headers)
    twice = await chair.post(f"{path}/decisions/1/release", headers=headers)
    assert (once.status_code, once.content) == (twice.status_code, twice.content)
    assert len(await sent_about(panel, sender, subject)) == 1


async def test_whoever_recorded_it_cannot_release_it(panel: Service) -> None:
    sender, secretariat = await connect(panel), await panel.caller("secretariat")
    subject, path = await reviewed(sender, secretariat)
    recorded = await record(secretariat, path)
    refused = await release(secretariat, recorded)
    assert (refused.status_code, refused.json()["code"]) == (403, "second-person-required")
    machine = await panel.caller("chair", kind=PrincipalKind.SYSTEM)
    assert (await release(machine, recorded)).json()["code"] == "second-person-required"
    member = await panel.caller("member")
    assert (await release(member, recorded)).json()["code"] == "forbidden"
    stranger = await panel.caller("chair", organisation="other")
    assert (await release(stranger, recorded)).status_code == 404
    assert await sent_about(panel, sender, subject) == []


async def test_what_came_after_the_recording_keeps_it_from_its_release(panel: Service) -> None:
    sender, secretariat = await connect(panel), await panel.caller("secretariat")
    chair = await panel.caller("chair")
    subject, path = await reviewed(sender, secretariat)
    recorded = await record(secretariat, path)
    await sender.send(NOTIFICATION, subject, version=2)
    assert (await release(chair, recorded)).status_code == 412
    read = await chair.get(path)
    refused = await chair.post(f"{path}/decisions/1/release", headers={"If-Match": read.headers["ETag"]})
    assert (refused.status_code, refused.json()["rule"]) == (412, "Children Act 2004 s16B(1)")
    assert refused.json()["allowed"] == ["withdraw_decision"]
    assert await sent_about(panel, sender, subject) == []


async def test_a_withdrawn_decision_stays_on_record_and_never_leaves(panel: Service) -> None:
    sender, secretariat = await connect(panel), await panel.caller("secretariat")
    chair = await panel.caller("chair")
    subject, path = await reviewed(sender, secretariat)
    recorded = await record(secretariat, path)
    second = await record(secretariat, path, recorded.headers["ETag"])
    assert (second.status_code, second.json()["allowed"]) == (409, ["release_decision", "withdraw_decision"])
    withdrawn = await secretariat.post(
        f"{path}/decisions/1/withdrawal",
        {"reasons": "A correction is on its way."},
        headers={"If-Match": recorded.headers["ETag"]},
    )
    assert (withdrawn.status_code, withdrawn.json()["state"]) == (200, "withdrawn")
    late = await chair.post(f"{path}/decisions/1/release", headers={"If-Match": withdrawn.headers["ETag"]})
    assert (late.status_code, late.json()["code"]) == (409, "move-not-allowed")
    assert (await chair.get(path)).json()["state"] == "awaiting_decision"
    anew = await record(secretariat, path, withdrawn.headers["ETag"])
    assert (anew.json()["decision_version"], anew.json()["supersedes_version"]) == (2, None)
    assert (await release(chair, anew)).status_code == 200
    ((message_type, data),) = await sent_about(panel, sender, subject)
    assert (message_type, data["decision_version"]) == ("panel.decision.recorded.v1", 2)
    listed = (await chair.get(f"{path}/decisions")).json()
    assert [entry["state"] for entry in listed] == ["withdrawn", "released"]


async def test_a_decision_on_an_older_reading_is_refused(panel: Service) -> None:
    sender, secretariat = await connect(panel), await panel.caller("secretariat")
    subject, path = await reviewed(sender, secretariat)
    stale = await secretariat.post(f"{path}/decisions", decision(), headers={"If-Match": '"v1"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "precondition-failed")
    missing = await secretariat.post(f"{path}/decisions", decision())
    assert (missing.status_code, missing.json()["code"]) == (428, "precondition-required")
    assert await sent_about(panel, sender, subject) == []


async def test_before_the_rapid_review_reasons_are_needed(panel: Service) -> None:
    sender, secretariat = await connect(panel), await panel.caller("secretariat")
    path = await path_of(secretariat, await sender.notify())
    headers = {"If-Match": '"v1"'}
    refused = await secretariat.post(f"{path}/decisions", decision(), headers=headers)
    assert refused.status_code == 409
    assert refused.json()["code"] == "move-not-allowed"
    assert refused.json()["rule"] == "Children Act 2004 s16B(1)"
    reasons = {"decided_without_rapid_review_reasons": "The issue is urgent and known from other cases."}
    taken = await secretariat.post(f"{path}/decisions", decision(**reasons), headers=headers)
    assert taken.status_code == 201
    assert taken.json()["decided_on_rapid_review"] is False


async def test_a_rapid_review_after_the_decision_leaves_it_standing(panel: Service) -> None:
    sender, secretariat = await connect(panel), await panel.caller("secretariat")
    subject = await sender.notify()
    path = await path_of(secretariat, subject)
    body = decision(decided_without_rapid_review_reasons="It cannot wait.")
    recorded = await secretariat.post(f"{path}/decisions", body, headers={"If-Match": '"v1"'})
    assert (await release(await panel.caller("chair"), recorded)).status_code == 200
    await sender.send(RAPID_REVIEW, subject)
    case = await secretariat.get(path)
    assert (case.headers["ETag"], case.json()["state"]) == ('"v4"', "decided")


@pytest.mark.parametrize(("days", "code"), [(-1, "before_receipt"), (2, "in_the_future")])
async def test_a_date_outside_receipt_and_today_is_refused(panel: Service, days: int, code: str) -> None:
    sender, secretariat = await connect(panel), await panel.caller("secretariat")
    _, path = await reviewed(sender, secretariat)
    day = datetime.now(UTC).date() + timedelta(days=days)
    answer = await secretariat.post(
        f"{path}/decisions", decision(decided_on=f"{day}"), headers={"If-Match": '"v2"'}
    )
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert (error["pointer"], error["code"]) == ("/decided_on", code)


@pytest.mark.parametrize("role", ["member", "analyst", "auditor", "administrator"])
async def test_who_does_not_speak_for_the_panel_cannot_decide(panel: Service, role: str) -> None:
    sender, secretariat = await connect(panel), await panel.caller("secretariat")
    _, path = await reviewed(sender, secretariat)
    caller = await panel.caller(role)
    answer = await caller.post(f"{path}/decisions", decision(), headers={"If-Match": '"v2"'})
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


async def test_another_organisation_cannot_decide(panel: Service) -> None:
    sender, secretariat = await connect(panel), await panel.caller("secretariat")
    _, path = await reviewed(sender, secretariat)
    stranger = await panel.caller("secretariat", organisation="other")
    answer = await stranger.post(f"{path}/decisions", decision(), headers={"If-Match": '"v2"'})
    assert answer.status_code == 404


async def test_a_decision_too_large_for_a_message_is_refused_whole(panel: Service) -> None:
    sender, secretariat = await connect(panel), await panel.caller("secretariat")
    subject, path = await reviewed(sender, secretariat)
    criterion = {"criterion": "reg_3_c", "answer": "yes", "reasons": "€" * 17_450}
    recorded = await record(secretariat, path, criteria=[criterion] * 20)
    answer = await release(await panel.caller("chair"), recorded)
    assert (answer.status_code, answer.json()["code"]) == (413, "body-too-large")
    assert await sent_about(panel, sender, subject) == []
    (kept,) = (await secretariat.get(f"{path}/decisions")).json()
    assert kept["state"] == "recorded"
