from typing import Any
from uuid import UUID, uuid4

import pytest

from service_kit.exchange.message_types import SetAside
from shared_schemas.messages import review_course
from shared_schemas.messages.examples import REPORT
from shared_schemas.messages.local import LOCAL_REVIEW
from shared_schemas.messages.review_course import (
    DECISION_REPLY,
    DELAY,
    LOCAL_REVIEW_REVIEWER,
    PUBLICATION_NOTICE,
)
from tests.panel import received
from tests.panel.received import Sender, connect
from tests.panel.test_decisions import decision, path_of, reviewed
from tests.support.services import Caller, Service

EXAMPLES = {
    LOCAL_REVIEW_REVIEWER: review_course.REVIEWER_EXAMPLE,
    PUBLICATION_NOTICE: review_course.NOTICE_EXAMPLE,
    DELAY: review_course.DELAY_EXAMPLE,
    DECISION_REPLY: review_course.REPLY_EXAMPLE,
}
OTHER_HASH = "0" * 64


@pytest.fixture(autouse=True)
def course_examples(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a sender send what tells of a review's course."""
    monkeypatch.setattr(received, "EXAMPLES", {**received.EXAMPLES, **EXAMPLES})


async def course(panel: Service, subject: UUID) -> dict[str, Any]:
    secretariat = await panel.caller("secretariat")
    answer = await secretariat.get(f"{await path_of(secretariat, subject)}/local-review-course")
    assert answer.status_code == 200, answer.text
    read: dict[str, Any] = answer.json()
    return read


async def set_aside(sender: Sender, message_type: str, subject: UUID, **changes: Any) -> None:
    with pytest.raises(SetAside) as aside:
        await sender.send(message_type, subject, **changes)
    assert aside.value.problem == "contradicts-record"


@pytest.mark.parametrize("message_type", EXAMPLES)
async def test_of_an_unknown_case_it_is_set_aside(panel: Service, message_type: str) -> None:
    await set_aside(await connect(panel), message_type, uuid4())


async def test_a_reviewer_is_removed_after_the_appointment_and_once(panel: Service) -> None:
    sender = await connect(panel)
    subject = await sender.notify()
    await set_aside(sender, LOCAL_REVIEW_REVIEWER, subject, change="removed")
    await sender.send(LOCAL_REVIEW_REVIEWER, subject)
    await set_aside(sender, LOCAL_REVIEW_REVIEWER, subject)
    await sender.send(LOCAL_REVIEW_REVIEWER, subject, change="removed", reasons="Ill.")
    await set_aside(sender, LOCAL_REVIEW_REVIEWER, subject, change="removed")
    await sender.send(LOCAL_REVIEW_REVIEWER, subject, change="renamed", on="2027-01-01")
    changes = [one["body"]["change"] for one in (await course(panel, subject))["reviewers"]]
    assert changes == ["appointed", "removed", "renamed"]


async def test_a_notice_is_of_the_very_version_that_is_held(panel: Service) -> None:
    sender = await connect(panel)
    subject = await sender.notify()
    await set_aside(sender, PUBLICATION_NOTICE, subject)
    await sender.send(LOCAL_REVIEW, subject, report_hash=review_course.HASH)
    await set_aside(sender, PUBLICATION_NOTICE, subject, report_hash=OTHER_HASH)
    await set_aside(sender, PUBLICATION_NOTICE, subject, report_version=2)
    await sender.send(PUBLICATION_NOTICE, subject)
    revised = {"stage": "revised", "report": REPORT, "report_hash": OTHER_HASH}
    await set_aside(sender, PUBLICATION_NOTICE, subject, **revised, report_version=3)
    await sender.send(PUBLICATION_NOTICE, subject, **revised, report_version=2)
    await sender.send(PUBLICATION_NOTICE, subject, report_version=2, report_hash=OTHER_HASH)
    notices = (await course(panel, subject))["notices"]
    assert [(one["version"], one["body"]["report_version"]) for one in notices] == [(1, 1), (2, 2), (3, 2)]


@pytest.mark.parametrize(
    ("on", "where", "entered"),
    [
        ("2026-05-18", "https://eastshire.example/child-x", 1),
        ("2998-05-18", "https://eastshire.example/child-x", 0),
        ("2026-05-18", "javascript:alert(1)", 0),
        ("2026-05-18", "https://eastshire.example@elsewhere.example/", 0),
    ],
)
async def test_what_is_published_stands_on_the_register_once_its_day_has_come(
    fresh_panel: Service, on: str, where: str, entered: int
) -> None:
    sender = await connect(fresh_panel, "panel")
    subject = await sender.notify()
    await sender.send(LOCAL_REVIEW, subject)
    await sender.send(PUBLICATION_NOTICE, subject, stage="published", form="report", on=on, where=where)
    shown = (await fresh_panel.client.get("/v1/public/reviews")).json()["items"]
    assert [entry["title"] for entry in shown] == ["Local child safeguarding practice review"] * entered


async def test_a_delay_for_a_reason_of_a_later_release_is_kept(panel: Service) -> None:
    sender = await connect(panel)
    subject = await sender.notify()
    await sender.send(DELAY, subject, reason="a_new_reason")
    (delay,) = (await course(panel, subject))["delays"]
    assert (delay["body"]["reason"], delay["unknown_codes"]) == ("a_new_reason", ["/reason"])


async def test_a_reply_is_to_a_decision_there_is(panel: Service) -> None:
    sender, secretariat = await connect(panel), await panel.caller("secretariat")
    subject, path = await reviewed(sender, secretariat)
    await set_aside(sender, DECISION_REPLY, subject)
    await secretariat.post(f"{path}/decisions", decision(), headers={"If-Match": '"v2"'})
    await sender.send(DECISION_REPLY, subject)
    (reply,) = (await secretariat.get(f"{path}/decision-replies")).json()
    assert (reply["body"]["decision_version"], reply["body"]["reply"]) == (1, "maintain")


async def commenting(caller: Caller, path: str, version: int = 3) -> int:
    body = {"report_version": 1, "comment": "Please consider another day."}
    headers = {"If-Match": f'"v{version}"'}
    return (await caller.post(f"{path}/publication-comments", body, headers=headers)).status_code


async def test_who_decides_comments_and_nobody_of_another_organisation(panel: Service) -> None:
    sender, member = await connect(panel), await panel.caller("member")
    subject = await sender.notify()
    path = await path_of(member, subject)
    await sender.send(LOCAL_REVIEW, subject)
    await sender.send(PUBLICATION_NOTICE, subject)
    assert await commenting(member, path) == 403
    assert (await member.get(f"{path}/local-review-course")).status_code == 200
    stranger = await panel.caller("chair", organisation=f"other-{uuid4()}")
    assert await commenting(stranger, path) == 404
    analyst = await panel.caller("analyst")
    assert (await analyst.get(f"{path}/local-review-course")).status_code == 403
    chair = await panel.caller("chair")
    assert await commenting(chair, path, version=2) == 412
    assert await commenting(chair, path) == 201
    assert len((await course(panel, subject))["comments"]) == 1
