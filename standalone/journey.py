"""The main job, shown live between the running processes: a case goes to the Panel and its decision comes back."""

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rich.console import Console

from standalone import onward
from standalone.callers import Answer, CallRefused, Person
from standalone.context import StandaloneContext
from standalone.errors import NotConfirmed
from standalone.incident import local_review_report, panel_decision, rapid_review_sections, serious_incident
from standalone.onward import etag_of

CROSSING_SECONDS = 30.0
LOOK_EVERY_SECONDS = 0.1


@dataclass(frozen=True)
class Cast:
    """Who takes part: each with a key of their own."""

    office: Person
    notifier: Person
    notifier_as_authoriser: Person
    authoriser: Person
    secretariat: Person
    chair: Person
    other_partnership: Person
    operator: Person


async def demonstrate(context: StandaloneContext) -> bool:
    """Show the journey; ``True`` only if every step was confirmed from the receiving side."""
    story = Story(context.console, read_cast(context))
    context.console.print(
        "\n[bold]A case goes from a partnership to the Panel, and its decision comes back[/bold]\n"
    )
    try:
        await asyncio.to_thread(story.tell)
    except (CallRefused, NotConfirmed) as failure:
        context.console.print(f"\nNot confirmed: {failure}", style="bold red", markup=False)
        return False
    context.console.print("\nEvery step was confirmed from the receiving side.\n", style="bold green")
    return True


def read_cast(context: StandaloneContext) -> Cast:
    """Take the people of the demonstration from the credentials file."""
    document = json.loads(context.credentials_path.read_text())

    def person(service: str, organisation: str, role: str) -> Person:
        held = document[service]
        return Person(held["url"], role, held["organisations"][organisation]["keys"][role])

    return Cast(
        office=person("local_service", "demonstration-east", "partnership_office"),
        notifier=person("local_service", "demonstration-east", "notifier"),
        notifier_as_authoriser=person("local_service", "demonstration-east", "notifier_as_authoriser"),
        authoriser=person("local_service", "demonstration-east", "authoriser"),
        secretariat=person("panel_service", "panel", "secretariat"),
        chair=person("panel_service", "panel", "chair"),
        other_partnership=person("local_service", "demonstration-west", "partnership_office"),
        operator=person("local_service", "demonstration-east", "administrator"),
    )


class Story:
    """The steps in their order. Each waits until its effect is seen at the other side."""

    def __init__(self, console: Console, cast: Cast) -> None:
        self.console = console
        self.cast = cast
        self.number = 0
        self.case = ""
        self.panel_case = ""

    def tell(self) -> None:
        """Go through all of it. Raises ``CallRefused`` or ``NotConfirmed``."""
        now = datetime.fromisoformat(self.cast.office.get("/v1/me").body["now"])
        self._record(now)
        self._check_that_others_see_nothing()
        self._notify()
        self._complete_rapid_review(now)
        onward.share_learning(self, now)
        onward.correct_the_facts(self)
        self._decide(now)
        self._review_locally(now)
        onward.improve(self, now)
        onward.look_back(self)
        onward.compare_and_prove(self)

    def _record(self, now: datetime) -> None:
        case = self.cast.office.post("/v1/cases", {"incident": serious_incident(now)}).body
        self.case = f"/v1/cases/{case['id']}"
        self.step("The partnership's office records a case: two children, serious harm, abuse suspected")
        self.fact("case", case["id"])
        self._duty("rapid_review_completion")
        answer = self.cast.authoriser.get(f"{self.case}/assessment")
        judgement = {
            "judgement": "serious_case",
            "reasons": "Abuse is suspected and the child is seriously harmed: fractures of different ages, unexplained.",
        }
        self.cast.authoriser.put(f"{self.case}/assessment", judgement, etag=self.case_etag())
        self.step("The authority judges it a serious child safeguarding case (Children Act 2004 s16B(9))")
        self.fact("computed from the recorded facts", answer.body["computed"]["answer"])

    def _check_that_others_see_nothing(self) -> None:
        self.is_refused("not-found", lambda: self.cast.other_partnership.get(self.case))
        self.step("Another partnership asks for the case and is answered 404, as if there were none")

    def _notify(self) -> None:
        notifier = {
            "name": "A. Notifier",
            "role": "Head of safeguarding",
            "email": "notifier@demonstration.example",
        }
        self.cast.notifier.post(f"{self.case}/notification", {"notifier": notifier})
        self.step("The notifier drafts the notification (s16C(1))")
        drafter = self.cast.notifier_as_authoriser
        self.is_refused(
            "second-person-required",
            lambda: drafter.post(f"{self.case}/notification/authorisation", etag=self.case_etag()),
        )
        self.step(
            "The same person, who may authorise others' drafts, is refused: a second person is required"
        )
        self.cast.authoriser.post(f"{self.case}/notification/authorisation", etag=self.case_etag())
        self.step("The authoriser, another person, authorises it: it is on its way to the Panel")
        reference = self.cast.office.get(self.case).body["exchange_reference"]
        self.panel_case = self.wait_for(
            "the notification at the Panel", lambda: self._find_panel_case(reference)
        )
        self.receipt("local.notification.v1")
        self.fact("the Panel's reference", self.panel_case.rsplit("/", 1)[1])

    def _complete_rapid_review(self, now: datetime) -> None:
        answer = self.cast.office.post(f"{self.case}/rapid-review")
        for sections in rapid_review_sections(now):
            answer = self.cast.office.patch(
                f"{self.case}/rapid-review", {"sections": sections}, etag=etag_of(answer)
            )
        self.step("The rapid review is written in parts, by several people")
        self.cast.office.post(f"{self.case}/rapid-review/completion", etag=etag_of(answer))
        self.step(
            "It is completed with the decision on next steps: a local review is appropriate in principle"
        )
        self._duty("rapid_review_completion")
        self.wait_for("the rapid review at the Panel", lambda: self._panel_part("rapid_review"))
        self.receipt("local.rapid_review.v1")

    def _decide(self, now: datetime) -> None:
        answer = self.cast.secretariat.get(self.panel_case)
        recorded = self.cast.secretariat.post(
            f"{self.panel_case}/decisions", panel_decision(now), etag=etag_of(answer)
        )
        decision, etag = recorded.body, etag_of(recorded)
        release = f"{self.panel_case}/decisions/{decision['decision_version']}/release"
        self.step(
            "The Panel decides: no national review, a local review is more appropriate (SI 2018/789 reg 11(d))"
        )
        self.fact("decision", f"version {decision['decision_version']}, {decision['outcome']}")
        self.is_refused(
            "second-person-required",
            lambda: self.cast.secretariat.post(release, etag=etag),
        )
        self.step("Whoever recorded it is refused its release: a second person is required")
        self.cast.chair.post(release, etag=etag)
        self.step("The chair, another person, releases it: it is on its way to the partnership")
        self.wait_for("the decision at the partnership", self._decision_came_back)
        self.step("The decision is back at the partnership by signed webhook, and applied")

    def _review_locally(self, now: datetime) -> None:
        decision = {
            "commissioned": True,
            "reasons": "Criterion (c) is met and the Panel agrees.",
            "decided_on": now.date().isoformat(),
        }
        self.cast.office.post(f"{self.case}/local-review/decision", decision)
        self.step("The partners commission a local review; the decision is theirs alone (s16F(1)(b))")
        onward.appoint_a_reviewer(self, now)
        onward.attach_the_document(self)
        answer = self.cast.office.get(f"{self.case}/local-review")
        answer = self.cast.office.patch(
            f"{self.case}/local-review", {"report": local_review_report(now)}, etag=etag_of(answer)
        )
        self.cast.office.post(f"{self.case}/local-review/completion", etag=etag_of(answer))
        self.step("The review is completed with both parts that reg 15 requires")
        self.wait_for("the local review at the Panel", lambda: self._panel_part("local_review"))
        self.receipt("local.local_review.v1")
        onward.find_the_document(self)

    def _find_panel_case(self, reference: str) -> str | None:
        for case in self.cast.secretariat.get("/v1/cases?limit=200").body["items"]:
            if case["exchange_reference"] == reference:
                return f"/v1/cases/{case['id']}"
        return None

    def _panel_part(self, part: str) -> Any:
        return self.cast.secretariat.get(self.panel_case).body[part]

    def _decision_came_back(self) -> Any:
        return self.cast.office.get(f"{self.case}/panel-decisions").body

    def wait_for(self, what: str, look: Callable[[], Any]) -> Any:
        for _ in range(int(CROSSING_SECONDS / LOOK_EVERY_SECONDS)):
            found = look()
            if found:
                return found
            time.sleep(LOOK_EVERY_SECONDS)
        raise NotConfirmed(f"{what} was not seen within {CROSSING_SECONDS:.0f} seconds")

    def is_refused(self, code: str, call: Callable[[], Answer]) -> None:
        try:
            call()
        except CallRefused as refused:
            if refused.answer.body.get("code") != code:
                raise
        else:
            raise NotConfirmed(f"what should be refused as {code} was allowed")

    def receipt(self, message_type: str) -> None:
        message = self.wait_for(f"the receipt of {message_type}", lambda: self._delivered(message_type))
        self.step(f"{message_type} is held at the Panel; its signed receipt is kept here")
        self.fact(
            "receipt", f"{message['receipt_reference']}, stored there {_moment(message['receipt_stored_at'])}"
        )

    def _delivered(self, message_type: str) -> Any:
        for message in self.cast.office.get(self.case).body["messages"]:
            if message["type"] == message_type and message["state"] == "delivered":
                return message
        return None

    def _duty(self, code: str) -> None:
        duty = self.cast.office.get(f"{self.case}/duties/{code}").body
        self.fact("duty", f"{duty['title']}: {duty['status'].replace('_', ' ')}, due {duty['due_on']}")
        self.fact("why then", duty["explanation"]["sentence"])

    def case_etag(self) -> str:
        return etag_of(self.cast.office.get(self.case))

    def step(self, text: str) -> None:
        self.number += 1
        self.console.print(f"{self.number:3}. {text}", highlight=False, markup=False)

    def fact(self, name: str, value: str) -> None:
        self.console.print(f"       {name}: {value}", style="dim", highlight=False, markup=False)


def _moment(text: str) -> str:
    return datetime.fromisoformat(text).strftime("%d %B %Y %H:%M:%S UTC")
