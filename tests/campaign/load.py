"""The load: cases that go to the Panel and come back, each command with a key of its own, tried until it is answered."""

import http.client
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from standalone.incident import panel_decision, rapid_review_sections, serious_incident
from standalone.onward import LEARNING
from tests.campaign.calls import Answer, History, Person
from tests.campaign.pair import CampaignPair, Partnership

NOTIFIER = {"name": "A. Notifier", "role": "Head of safeguarding", "email": "notifier@campaign.example"}
ENDS_EITHER_WAY, ENDS_DECIDED, ENDS_SENT = "either way", "decided", "sent"
UNANSWERED_SECONDS = 120.0
# Nobody knows whether what was answered so took effect, or it was not even begun: the same is asked again.
AGAIN = {408, 425, 429, 500, 502, 503, 504, 507}
NO_ANSWER = (OSError, http.client.HTTPException)


class Refused(Exception):
    """A command was refused for good."""

    def __init__(self, what: str, answer: Answer) -> None:
        super().__init__(f"{what}: {answer.status} {answer.code}")
        self.answer = answer


class Unanswered(Exception):
    """A command got no answer for two minutes."""


@dataclass
class Case:
    """One case as its callers know it: only what was acknowledged counts here."""

    number: int
    partnership: str
    canaries: list[str]
    occurred_on: str = ""
    id: str = ""
    reference: UUID | None = None
    versions: int = 0
    reviewed: bool = False
    learning: int = 0
    withdrawn: bool = False
    decisions: int = 0
    panel_id: str = ""
    trouble: str = ""

    @property
    def path(self) -> str:
        """Where it is at the partnership's service."""
        return f"/v1/cases/{self.id}"

    @property
    def panel_path(self) -> str:
        """Where it is at the Panel's."""
        return f"/v1/cases/{self.panel_id}"

    @property
    def sent(self) -> int:
        """How many messages its callers' commands have written to the Panel."""
        return self.versions + self.reviewed + self.learning + self.withdrawn


@dataclass(frozen=True)
class Done:
    """An acknowledged POST, which may be asked again."""

    person: Person
    path: str
    body: Any
    headers: dict[str, str]
    status: int
    raw: bytes


class Caller:
    """Asks until there is an answer, with the same key, and writes down what came of it."""

    def __init__(self, history: History) -> None:
        self.history = history
        self.acknowledged = 0
        self.answered_500: list[str] = []
        self.done: list[Done] = []
        self.stop = threading.Event()

    def read(self, person: Person, path: str) -> Answer:
        """Read until it is there to be read."""
        return self._until(person, f"read {path}", lambda: person.call("GET", path), None)

    def write(
        self,
        person: Person,
        what: str,
        method: str,
        path: str,
        body: Any = None,
        *,
        fresh: str | None = None,
        key: str | None = None,
    ) -> Answer:
        """Ask for a change; ``fresh`` names what is read for the ETag of each try. Raises Refused."""
        number = self.history.invoke(what, person.name)
        headers: dict[str, str] = {"Idempotency_Key": key} if key else {}

        def ask() -> Answer:
            if fresh is not None:
                headers["If_Match"] = self.read(person, fresh).etag
            return person.call(method, path, {} if body is None else body, **headers)

        try:
            answer = self._until(person, what, ask, number, changed_is_news=fresh is not None)
        except Refused as refused:
            self.history.fail(number, refused.answer.status, refused.answer.code)
            raise
        self.history.ok(number, answer.status)
        self.acknowledged += 1
        if key:
            self.done.append(
                Done(person, path, {} if body is None else body, dict(headers), answer.status, answer.raw)
            )
        return answer

    def _until(
        self,
        person: Person,
        what: str,
        ask: Callable[[], Answer],
        number: int | None,
        *,
        changed_is_news: bool = False,
    ) -> Answer:
        until = time.monotonic() + UNANSWERED_SECONDS
        wait = 0.1
        while time.monotonic() < until and not self.stop.is_set():
            try:
                answer = ask()
            except NO_ANSWER as error:
                if number is not None:
                    self.history.info(number, type(error).__name__)
            else:
                if 200 <= answer.status < 300:
                    return answer
                self.history.problems.append(answer.raw)
                if answer.status == 500:
                    self.answered_500.append(f"{person.name}: {what}")
                changed = answer.status == 412 and changed_is_news
                if answer.status not in AGAIN and answer.code != "request-in-progress" and not changed:
                    raise Refused(what, answer)
                if number is not None and not changed:
                    self.history.info(number, str(answer.status))
            time.sleep(wait)
            wait = min(1.0, wait * 2)
        raise Unanswered(what)


@dataclass
class Load:
    """A bounded number of cases, made by a few callers side by side; the seed says what each is."""

    pair: CampaignPair
    caller: Caller
    rng: random.Random
    cases: list[Case] = field(default_factory=list)
    canaries: list[str] = field(default_factory=list)
    _threads: list[threading.Thread] = field(default_factory=list)

    def begin(
        self,
        count: int,
        *,
        partnerships: tuple[str, ...] = ("east", "west", "north"),
        ending: str = ENDS_EITHER_WAY,
    ) -> list[Case]:
        """Start so many cases in the background, three at a time; give them."""
        made = [self._new(partnerships[at % len(partnerships)]) for at in range(count)]
        plans = {case.number: random.Random(self.rng.random()) for case in made}  # noqa: S311 -- replayable
        waiting = list(made)
        lock = threading.Lock()

        def work() -> None:
            while True:
                with lock:
                    if not waiting:
                        return
                    case = waiting.pop(0)
                self._go(case, plans[case.number], ending)

        self._threads = [threading.Thread(target=work, daemon=True) for _ in range(min(3, count))]
        for thread in self._threads:
            thread.start()
        return made

    def decide(self, cases: list[Case]) -> None:
        """Have the Panel decide these, which it has, at once."""
        for case in cases:
            story = CaseStory(self.pair, self.caller, case, random.Random(self.rng.random()))  # noqa: S311 -- replayable
            story.decide()

    def finish(self, seconds: float) -> bool:
        """Wait until the callers are through; whether they are."""
        until = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def still_going(self) -> bool:
        """Whether any caller is still at it."""
        return any(thread.is_alive() for thread in self._threads)

    def _new(self, partnership: str) -> Case:
        number = len(self.cases) + 1
        canaries = [f"Canary{number}{part}x{self.rng.randrange(10**9):09d}" for part in "abcdefgh"]
        case = Case(number, partnership, canaries)
        self.cases.append(case)
        self.canaries += canaries
        return case

    def _go(self, case: Case, rng: random.Random, ending: str) -> None:
        try:
            CaseStory(self.pair, self.caller, case, rng).tell(ending)
        except Exception as error:  # noqa: BLE001 -- whatever it is, the check must hear of it
            case.trouble = f"{type(error).__name__}: {error}"


class CaseStory:
    """One case's steps in their order; the seed decides which of those that need not be."""

    def __init__(self, pair: CampaignPair, caller: Caller, case: Case, rng: random.Random) -> None:
        self.pair, self.caller, self.case, self.rng = pair, caller, case, rng
        self.of: Partnership = pair.partnerships[case.partnership]
        self.canary = iter(case.canaries)
        self.now = datetime.min.replace(tzinfo=UTC)

    def tell(self, ending: str) -> None:
        """Go through all of it; in the end most are decided and a few withdrawn, unless ``ending`` says which."""
        office = self.of.people["partnership_office"]
        # The day of the incident rests on the database's clock, whatever this host's says.
        self.now = datetime.fromisoformat(self.caller.read(office, "/v1/me").body["now"])
        self._record(office)
        self._notify()
        self._review(office)
        if self.rng.random() < 0.5:
            self._learn(office)
        if self.rng.random() < 0.4:
            self._correct(office)
        self._find_at_panel()
        if ending == ENDS_SENT:
            return
        if self.rng.random() < 0.2 and ending != ENDS_DECIDED:
            self._withdraw()
        else:
            self.decide()

    def _record(self, office: Person) -> None:
        case = self.case
        incident = serious_incident(self.now)
        incident["children"][0] |= {"first_name": next(self.canary), "surname": next(self.canary)}
        incident["summary"] = f"{next(self.canary)} was hurt. {incident['summary']}"
        answer = self._post(office, "record a case", "/v1/cases", {"incident": incident})
        case.id, case.occurred_on = answer.body["id"], incident["occurred_on"]
        case.reference = UUID(self.caller.read(office, case.path).body["exchange_reference"])
        judgement = {
            "judgement": "serious_case",
            "reasons": f"Abuse is suspected; {next(self.canary)} is seriously harmed.",
        }
        authoriser = self.of.people["authoriser"]
        self.caller.write(authoriser, "judge", "PUT", f"{case.path}/assessment", judgement, fresh=case.path)

    def _notify(self) -> None:
        path = f"{self.case.path}/notification"
        self._post(self.of.people["notifier"], "draft the notification", path, {"notifier": NOTIFIER})
        if self.rng.random() < 0.3:
            self._is_refused(path)
        authorisation = f"{path}/authorisation"
        authoriser = self.of.people["authoriser"]
        self._post(authoriser, "authorise the notification", authorisation, fresh=self.case.path)
        self.case.versions += 1

    def _is_refused(self, path: str) -> None:
        """Whoever drafted may not authorise: a refused command must leave nothing behind."""
        drafter = self.of.people["notifier_as_authoriser"]
        try:
            self._post(drafter, "authorise one's own", f"{path}/authorisation", fresh=self.case.path)
        except Refused as refused:
            if refused.answer.code == "second-person-required":
                return
            raise
        raise AssertionError("one person drafted and authorised")

    def _review(self, office: Person) -> None:
        path = f"{self.case.path}/rapid-review"
        self._post(office, "start the rapid review", path)
        first, second = rapid_review_sections(self.now)
        first["circumstances"]["narrative"] = f"{next(self.canary)} moved twice."
        for sections in (first, second):
            self.caller.write(office, "save sections", "PATCH", path, {"sections": sections}, fresh=path)
        self._post(office, "complete the rapid review", f"{path}/completion", fresh=path)
        self.case.reviewed = True

    def _learn(self, office: Person) -> None:
        words = LEARNING | {"learning": f"{next(self.canary)}: {LEARNING['learning']}"}
        item = self._post(office, "record learning", f"{self.case.path}/learning", words)
        path = f"{self.case.path}/learning/{item.body['id']}"
        sharing = {"shared_on": self.now.date().isoformat(), "shared_by": "A. Sharer", "how": "A briefing"}
        share = {"audience": "All GP practices of the area", "sharing": sharing}
        self._post(office, "share learning", f"{path}/shares", share, fresh=path)
        self._post(office, "share learning onward", f"{path}/onward", fresh=path)
        self.case.learning += 1

    def _correct(self, office: Person) -> None:
        path = self.case.path
        patch = {"incident": {"setting": "other_private_home"}}
        self.caller.write(office, "correct a fact", "PATCH", path, patch, fresh=path)
        self._notify()

    def _withdraw(self) -> None:
        path = f"{self.case.path}/withdrawal"
        reasons = {"reason": "other", "reasons": f"{next(self.canary)} is told of elsewhere."}
        self._post(self.of.people["notifier"], "draft a withdrawal", path, reasons, fresh=self.case.path)
        authoriser = self.of.people["authoriser"]
        self._post(authoriser, "withdraw", f"{path}/authorisation", fresh=self.case.path)
        self.case.withdrawn = True

    def _find_at_panel(self) -> None:
        """Wait until all that was sent so far has taken effect at the Panel."""
        until = time.monotonic() + UNANSWERED_SECONDS
        statement = (
            "SELECT (SELECT id FROM cases WHERE exchange_reference = $1),"
            " (SELECT count(*) FROM inbound_messages WHERE subject = $2 AND state = 'applied')"
        )
        while time.monotonic() < until and not self.caller.stop.is_set():
            try:
                [found] = self.pair.rows("panel", statement, self.case.reference, str(self.case.reference))
            except Exception:  # noqa: BLE001 -- the database is down: that is what the campaign does
                time.sleep(0.3)
                continue
            if found[0] is not None and found[1] >= self.case.sent:
                self.case.panel_id = str(found[0])
                return
            time.sleep(0.3)
        raise Unanswered("the case at the Panel")

    def decide(self) -> None:
        """Record the Panel's decision, and have a second person release it."""
        path = self.case.panel_path
        people = self.pair.panel_people
        now = datetime.fromisoformat(self.caller.read(people["secretariat"], "/v1/me").body["now"])
        decision = panel_decision(now)
        decision["reasons"] = f"{self.case.canaries[-1]}: {decision['reasons']}"
        recorded = self._post(
            people["secretariat"], "record a decision", f"{path}/decisions", decision, fresh=path
        )
        version = recorded.body["decision_version"]
        release = f"{path}/decisions/{version}/release"
        self._post(people["chair"], "release a decision", release, fresh=path)
        self.case.decisions += 1

    def _post(
        self, person: Person, what: str, path: str, body: Any = None, *, fresh: str | None = None
    ) -> Answer:
        # From the seed, so that a replay asks with the same keys.
        key = f"campaign-{self.case.number}-{self.rng.getrandbits(96):024x}"
        return self.caller.write(person, what, "POST", path, body, fresh=fresh, key=key)
