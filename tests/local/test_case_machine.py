"""No sequence of steps on a case, by whomever, breaks what its reader and its Panel are told."""

from dataclasses import dataclass
from random import Random
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx import Response
from sqlalchemy import func, select

from local_service.partner_views import EXAMPLE as VIEWS
from service_kit.exchange.models import OutboundMessage
from service_kit.feed import FeedEntry
from service_kit.identity import PrincipalKind
from shared_schemas.messages.exercise import (
    ADDENDUM_EXAMPLE,
    LEARNING,
    LEARNING_EXAMPLE,
    RAPID_REVIEW_ADDENDUM,
)
from shared_schemas.messages.identification import NOTIFICATION_WITHDRAWN
from shared_schemas.messages.local import (
    LOCAL_REVIEW,
    LOCAL_REVIEW_DECISION,
    NOTIFICATION,
    RAPID_REVIEW,
)
from shared_schemas.messages.review_course import LOCAL_REVIEW_REVIEWER, PUBLICATION_NOTICE
from tests.support.offices import (
    DECISION,
    JUDGEMENT,
    NOTIFIER,
    REPORT,
    REVIEWER,
    SECTIONS,
    Office,
    incident,
    open_office,
)
from tests.support.services import Caller, Service

SEEDS, STEPS_OF_ONE = 20, 14
REASONS = {"reasons": "New information came from the hospital."}
PLAN = {"form": "published", "version": 1, "planned_on": "2027-05-10"}
# What must have gone before each, in the same stream: nothing crosses before the notification (s16C(1)).
AFTER = {
    NOTIFICATION_WITHDRAWN: NOTIFICATION,
    RAPID_REVIEW: NOTIFICATION,
    RAPID_REVIEW_ADDENDUM: RAPID_REVIEW,
    LOCAL_REVIEW_DECISION: RAPID_REVIEW,
    LOCAL_REVIEW_REVIEWER: LOCAL_REVIEW_DECISION,
    LOCAL_REVIEW: LOCAL_REVIEW_DECISION,
    PUBLICATION_NOTICE: LOCAL_REVIEW,
    LEARNING: NOTIFICATION,
}
ONCE = (NOTIFICATION_WITHDRAWN, RAPID_REVIEW, LOCAL_REVIEW)


@dataclass(frozen=True)
class Step:
    """A step on a case: what ``allowed_actions`` calls it, who takes it as a rule, and how."""

    action: str
    who: str
    method: str
    at: str
    bodies: tuple[Any, ...] = (None,)
    as_read_at: str | None = ""


def _post(action: str, who: str, at: str, *bodies: Any, as_read_at: str | None = "") -> Step:
    return Step(action, who, "POST", at, bodies or (None,), as_read_at)


FACTS = (
    {"incident": {"summary": "An infant was brought to hospital twice."}},
    {"incident": {"summary": "An infant was brought to hospital once."}},
    {"incident": {"abuse_or_neglect": "neither_known_nor_suspected"}},
    {"incident": {"abuse_or_neglect": "suspected"}},
)
JUDGEMENTS = (JUDGEMENT, JUDGEMENT, {**JUDGEMENT, "judgement": "not_a_serious_case"})
NOT_NOTIFIABLE = {
    "reason": "criteria_not_met",
    "reasons": "An accident that a bystander saw.",
    "views": VIEWS,
}
WITHDRAWALS = tuple({"reason": reason, **REASONS} for reason in ("notified_twice", "criteria_not_met"))
RAPID, LOCAL = "/rapid-review", "/local-review"
STEPS = (
    Step("change_facts", "office", "PATCH", "", FACTS),
    Step("give_judgement", "authoriser", "PUT", "/assessment", JUDGEMENTS),
    _post("draft_notification", "notifier", "/notification", {"notifier": NOTIFIER}, as_read_at=None),
    _post("authorise_notification", "authoriser", "/notification/authorisation"),
    _post("draft_withdrawal", "notifier", "/withdrawal", *WITHDRAWALS),
    _post("authorise_withdrawal", "authoriser", "/withdrawal/authorisation"),
    _post("record_not_notifiable", "authoriser", "/not-notifiable", NOT_NOTIFIABLE),
    _post("close_case", "office", "/closure", REASONS),
    _post("reopen_case", "office", "/reopening", REASONS),
    _post("start_rapid_review", "office", RAPID, as_read_at=None),
    Step("write_rapid_review", "office", "PATCH", RAPID, ({"sections": SECTIONS},), RAPID),
    _post("complete_rapid_review", "office", f"{RAPID}/completion", as_read_at=RAPID),
    _post("add_to_rapid_review", "office", f"{RAPID}/addenda", ADDENDUM_EXAMPLE, as_read_at=None),
    _post("decide_on_local_review", "office", f"{LOCAL}/decision", DECISION, as_read_at=None),
    _post("appoint_reviewer", "office", f"{LOCAL}/reviewers", REVIEWER, as_read_at=None),
    Step("write_local_review", "office", "PATCH", LOCAL, ({"report": REPORT},), LOCAL),
    _post("complete_local_review", "office", f"{LOCAL}/completion", as_read_at=LOCAL),
    _post("plan_publication", "office", f"{LOCAL}/publication-plan", PLAN, as_read_at=LOCAL),
    _post("record_learning", "office", "/learning", LEARNING_EXAMPLE, as_read_at=None),
)

# What a second person authorises depends on most else: it is tried more often.
OFTEN = (*STEPS, *[step for step in STEPS if step.at.endswith("/authorisation")] * 3)


@dataclass(frozen=True)
class Told:
    """What the Panel and those who follow the case were told so far."""

    types: tuple[str, ...]
    numbers: tuple[int, ...]
    events: int


@dataclass
class Walk:
    """One case, and whoever may come upon it."""

    office: Office
    callers: dict[str, Caller]
    path: str
    random: Random

    async def told(self) -> Told:
        """Read what is in the case's outbound stream and how many events there were."""
        organisation = self.office.local.organisations[self.office.code]
        case = await self.office.read(self.path)
        sent = (
            select(OutboundMessage.type, OutboundMessage.number)
            .where(OutboundMessage.subject == case["exchange_reference"])
            .order_by(OutboundMessage.number)
        )
        events = select(func.count()).where(FeedEntry.subject_id == UUID(case["id"]))
        async with self.office.local.worker.transaction(organisation) as session:
            rows = (await session.execute(sent)).all()
            count = (await session.execute(events)).scalar_one()
        return Told(tuple(row.type for row in rows), tuple(row.number for row in rows), count)

    async def allowed(self, caller: Caller) -> dict[str, bool]:
        """Read which steps this caller is told may be taken."""
        read = (await caller.get(self.path)).json()
        return {one["action"]: one["allowed"] for one in read["allowed_actions"]}

    async def take(self, step: Step, who: str, body: Any, key: str) -> Response:
        """Take a step as the case, or the part it is about, was last read."""
        headers = {"Idempotency-Key": key} if step.method == "POST" else {}
        if step.as_read_at is not None:
            read = await self.office.office.get(self.path + step.as_read_at)
            headers["If-Match"] = read.headers.get("ETag", '"v1"')
        return await self.callers[who].request(step.method, self.path + step.at, headers=headers, json=body)

    async def onward(self) -> Step | None:
        """Give the step that shares learning with the Panel, where there is any."""
        items = (await self.office.office.get(f"{self.path}/learning")).json()
        if not items:
            return None
        at = f"/learning/{self.random.choice(items)['id']}"
        return _post("share_learning_onward", "office", f"{at}/onward", as_read_at=at)


def check_answer(answer: Response, step: Step, *, allowed: bool | None) -> None:
    """Hold the answer against what the caller was told before."""
    assert answer.status_code < 500, answer.text
    problem = {} if answer.is_success else answer.json()
    if answer.status_code == 409:
        assert problem.get("rule") or problem.get("detail"), problem
    if allowed is False:
        assert answer.status_code in {403, 404, 409}, answer.text
    if allowed and not _contradicts(step, problem):
        assert answer.status_code != 403, problem
        assert problem.get("code") != "move-not-allowed", (
            step.action,
            problem.get("detail"),
            problem.get("rule"),
        )


def _contradicts(step: Step, problem: dict[str, Any]) -> bool:
    """Whether the reason given for a withdrawal is at odds with the judgement: no reading can know it before."""
    return step.action == "draft_withdrawal" and problem.get("rule") == "Children Act 2004 s16B(9)"


def check_stream(told: Told) -> None:
    """Hold the stream against the law: one number after another, and nothing before what it follows."""
    assert told.numbers == tuple(range(1, len(told.numbers) + 1))
    for position, kind in enumerate(told.types):
        before = told.types[:position]
        assert NOTIFICATION_WITHDRAWN not in before, told.types
        assert kind == NOTIFICATION or AFTER[kind] in before, told.types
    assert all(told.types.count(kind) <= 1 for kind in ONCE), told.types


async def next_step(walk: Walk) -> Step:
    """Choose any step, more often one that leads on than not."""
    chance = walk.random.random()
    if chance < 0.1:
        return await walk.onward() or STEPS[0]
    step, *others = walk.random.sample(OFTEN, 1 if chance < 0.4 else 5)
    for other in others:
        if (await walk.allowed(walk.callers[step.who])).get(step.action, True):
            break
        step = other
    return step


async def one_step(walk: Walk, before: Told) -> Told:
    """Take one random step twice under one key; give what was told afterwards."""
    step = await next_step(walk)
    who = step.who if walk.random.random() < 0.8 else walk.random.choice(sorted(walk.callers))
    body, key = walk.random.choice(step.bodies), str(uuid4())
    allowed = (await walk.allowed(walk.callers[who])).get(step.action)
    answer = await walk.take(step, who, body, key)
    after = await walk.told()
    # Facts given as they stand change nothing, which no state forbids.
    nothing_new = step.action == "change_facts" and answer.is_success and after == before
    check_answer(answer, step, allowed=None if nothing_new else allowed)
    check_stream(after)
    assert after.types[: len(before.types)] == before.types
    if not answer.is_success:
        assert after == before
    if step.method == "POST":
        again = await _repeat(walk, step, answer)
        assert (again.status_code, again.content if answer.is_success else None) == (
            answer.status_code,
            answer.content if answer.is_success else None,
        )
        assert await walk.told() == after
    return after


async def _repeat(walk: Walk, step: Step, answer: Response) -> Response:
    """Send the very same request once more, whatever has become of the case."""
    request = answer.request
    assert request.url.path.startswith(walk.path), step
    return await walk.office.local.client.send(request)


async def somewhere(office: Office, random: Random) -> str:
    """Give a case that has come some way already."""
    path = await office.record(**incident())
    steps = (office.judge, office.draft, office.authorise, office.start_review, office.complete_review, office.commission, office.appoint,
             office.write_report, office.complete_local_review)  # fmt: skip
    # As far as a draft that was judged as often as any farther: what follows is then left to chance.
    for step in steps[: random.choice((0, 1, 2, 2, 2, *range(3, len(steps) + 1)))]:
        await step(path)
    return path


@pytest.fixture
async def east(local: Service) -> Office:
    """A partnership linked to a Panel."""
    return await open_office(local, linked=True)


@pytest.mark.parametrize("seed", range(SEEDS))
async def test_no_sequence_of_steps_reaches_what_cannot_be(local: Service, east: Office, seed: int) -> None:
    random = Random(seed)  # noqa: S311 -- the walk is to be the same each time
    callers = {
        "office": east.office,
        "notifier": east.notifier,
        "authoriser": east.authoriser,
        "both": await local.caller("notifier", "authoriser", organisation=east.code),
        "system": await local.caller("integrator", organisation=east.code, kind=PrincipalKind.SYSTEM),
    }
    walk = Walk(east, callers, await somewhere(east, random), random)
    told = await walk.told()
    for _ in range(STEPS_OF_ONE):
        told = await one_step(walk, told)


async def test_a_withdrawal_ends_a_local_review_too(east: Office) -> None:
    path = await east.notified()
    await east.start_review(path)
    await east.complete_review(path)
    await east.commission(path)
    given = {"reason": "notified_twice", **REASONS}
    await east.notifier.post(f"{path}/withdrawal", given, headers=await east.if_match(path))
    await east.authoriser.post(f"{path}/withdrawal/authorisation", headers=await east.if_match(path))
    actions = {one["action"]: one for one in (await east.read(path))["allowed_actions"]}
    assert {name for name, one in actions.items() if one["allowed"]} == set()
    assert actions["appoint_reviewer"]["rule"] == "Children Act 2004 s16C(1)"
    refused = await east.appoint(path)
    assert (refused.status_code, refused.json()["code"]) == (409, "move-not-allowed")
