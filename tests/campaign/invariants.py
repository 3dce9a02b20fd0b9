"""What must hold after heal and drain; each broken invariant is named with the first thing that breaks it."""

import json
import random
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from tests.campaign.load import Caller, Case
from tests.campaign.pair import DEAD, PEER, CampaignPair
from tests.campaign.snapshot import LIVE, Held, Received, Sent, read_both, streams

LISTINGS = (
    "/v1/exchange/messages?limit=200",
    "/v1/exchange/messages?limit=200&state=dead",
    "/v1/exchange/links",
)
REPLAYED = 4  # acknowledged commands asked again in each check
ALL = tuple(f"I{number}" for number in range(1, 14))
DUTIES = (
    "SELECT c.occurred_on, d.code, d.due_on FROM case_duties d JOIN cases c ON c.id = d.case_id"
    " WHERE d.code IN ('notification', 'rapid_review_completion')"
)


@dataclass
class Findings:
    """What a check found: counts for the table, and every broken invariant."""

    lost: int = 0
    twice: int = 0
    phantom: int = 0
    broken: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def say(self, invariant: str, what: str) -> None:
        """Note that an invariant does not hold."""
        self.broken[invariant].append(what)


def check(
    pair: CampaignPair,
    caller: Caller,
    cases: Iterable[Case],
    rng: random.Random,
    *,
    dead_is_back: bool = False,
    excused: frozenset[UUID] = frozenset(),
) -> Findings:
    """Check everything the databases hold, and over the API these cases. ``excused`` were lost by a restore."""
    found = Findings()
    dead_link = None if dead_is_back else pair.partnerships[DEAD].link
    check_held(found, read_both(pair), dead_link, excused)
    for case in cases:
        _acknowledged(found, pair, caller, case)
    _idempotent(found, caller, rng)
    _isolated(found, pair, caller, list(cases))
    _same_dates(found, pair)
    if caller.history.open:
        found.say("I10", f"{len(caller.history.open)} commands are neither done nor refused")
    return found


def check_held(
    found: Findings, held: dict[str, Held], dead_link: UUID | None, excused: frozenset[UUID]
) -> None:
    """Hold both databases against each other."""
    for sender in PEER:
        _crossed(found, sender, held, dead_link)
        _written_together(found, sender, held[sender], excused)
    _in_order(found, held)


def _crossed(found: Findings, sender: str, held: dict[str, Held], dead_link: UUID | None) -> None:
    """I3, I4, I5: what was committed here is there, the same bytes, once; and nothing else is."""
    ours, theirs = held[sender], held[PEER[sender]]
    which = "I3" if sender == "local" else "I4"
    for message in ours.sent.values():
        if message.state not in LIVE or message.link == dead_link:
            continue
        _compare_with_held(found, which, message, theirs.received.get(message.id))
        _is_delivered(found, which, message)
    for id_ in theirs.received:
        if id_ not in ours.sent:
            found.phantom += 1
            found.say("I5", f"{id_} is at its receiver and unknown to its sender")
        _applied_once(found, theirs, id_)


def _compare_with_held(found: Findings, which: str, message: Sent, there: Received | None) -> None:
    if there is None:
        found.lost += 1
        found.say(which, f"{message.type} {message.id} ({message.state}) is not at its receiver")
    elif there.hash != message.hash:
        found.say(which, f"{message.id} has other bytes at its receiver")
    elif there.state != "applied":
        found.say(which, f"{message.type} {message.id} is {there.state} at its receiver")


def _is_delivered(found: Findings, which: str, message: Sent) -> None:
    """I9: nothing waits after the drain, and no proxy's page has killed a message."""
    if message.state != "delivered":
        found.say("I9", f"{message.type} {message.id} is {message.state} after the drain")
    elif not (message.receipted or message.recovered):
        found.say(which, f"{message.id} is delivered without a receipt")


def _applied_once(found: Findings, receiver: Held, id_: UUID) -> None:
    applied = receiver.audit["exchange.applied", id_]
    if applied > 1 or receiver.effects.get(id_, 0) > 1:
        found.twice += 1
        found.say("I3", f"{id_} took effect {max(applied, receiver.effects.get(id_, 0))} times")
    if receiver.received[id_].state == "applied" and applied != 1:
        found.say("I8", f"{id_} is applied with {applied} audit entries")


def _written_together(found: Findings, service: str, held: Held, excused: frozenset[UUID]) -> None:
    """I2, I8: business row, outbox row and audit entry are there together or not at all."""
    for id_, kind in held.sent_by.items():
        if id_ not in held.sent:
            found.say("I2", f"{service}: {kind} {id_} was sent by its row and is not in the outbox")
    kinds = set(held.sent_by.values())
    for message in held.sent.values():
        if message.type in kinds and message.id not in held.sent_by and message.id not in excused:
            found.phantom += 1
            found.say("I2", f"{service}: {message.type} {message.id} is in the outbox without its row")
        wanted = 1 if message.state == "delivered" and message.receipted else 0
        if not message.recovered and held.audit["exchange.delivered", message.id] < wanted:
            found.say("I8", f"{service}: {message.id} is delivered without an audit entry")
    for id_ in held.effects:
        if id_ not in held.received:
            found.say("I2", f"{service}: an effect of {id_}, which was never received")


def _in_order(found: Findings, held: dict[str, Held]) -> None:
    """I6: each stream is 1, 2, 3 … and took effect in that order."""
    for service, side in held.items():
        for (_, subject), messages in streams(side.received).items():
            if [message.number for message in messages] != list(range(1, len(messages) + 1)):
                found.say("I6", f"{service}: {subject} has a gap")
            times = [message.applied_at for message in messages if message.applied_at is not None]
            if times != sorted(times):
                found.say("I6", f"{service}: {subject} took effect out of order")


def _acknowledged(found: Findings, pair: CampaignPair, caller: Caller, case: Case) -> None:
    """I1: what was acknowledged is there to be read, once."""
    if case.trouble:
        found.say("I9", f"case {case.number}: {case.trouble}")
    if not case.id:
        return
    people = pair.partnerships[case.partnership].people
    office = people["partnership_office"]
    read = caller.read(office, case.path)
    text = json.dumps(read.body)
    if case.canaries[2] not in text:
        _lose(found, case, "its summary")
    sent = [one for one in read.body["messages"] if one["type"] == "local.notification.v1"]
    _compare(found, case, "notifications", len(sent), case.versions)
    if case.reviewed and caller.read(office, f"{case.path}/rapid-review").body["state"] == "draft":
        _lose(found, case, "its completed rapid review")
    onward = [one for one in read.body["messages"] if one["type"] == "local.learning.v1"]
    _compare(found, case, "learning sent onward", len(onward), case.learning)
    if not case.panel_id or case.trouble:
        return
    there = caller.read(pair.panel_people["secretariat"], case.panel_path)
    versions = [one["version"] for one in there.body["notifications"]]
    if versions and max(versions) != case.versions:
        found.say("I6", f"case {case.number}: version {max(versions)} stands at the Panel")
    _compare(found, case, "versions at the Panel", len(versions), case.versions)
    if case.reviewed and not there.body["rapid_review"]:
        _lose(found, case, "its rapid review at the Panel")
    if case.partnership != DEAD:
        decisions = caller.read(office, f"{case.path}/panel-decisions").body
        _compare(found, case, "decisions", len(decisions), case.decisions)


def _compare(found: Findings, case: Case, what: str, there: int, wanted: int) -> None:
    if there < wanted:
        found.lost += wanted - there
        found.say("I1", f"case {case.number}: {there} {what}, {wanted} acknowledged")
    elif there > wanted and not case.trouble:
        found.twice += there - wanted
        found.say("I1", f"case {case.number}: {there} {what}, {wanted} acknowledged")


def _lose(found: Findings, case: Case, what: str) -> None:
    found.lost += 1
    found.say("I1", f"case {case.number} has lost {what}")


def _idempotent(found: Findings, caller: Caller, rng: random.Random) -> None:
    """I7: the same key and body give the first answer; the same key and another body are refused."""
    for done in rng.sample(caller.done, min(REPLAYED, len(caller.done))):
        again = done.person.call("POST", done.path, done.body, **done.headers)
        if (again.status, again.raw) != (done.status, done.raw):
            found.say("I7", f"{done.path} was answered {again.status} where {done.status} was the answer")
        other = done.person.call("POST", done.path, {"campaign": "another body"}, **done.headers)
        if other.status != 422:
            found.say("I7", f"{done.path} took another body under its key: {other.status}")


def _isolated(found: Findings, pair: CampaignPair, caller: Caller, cases: list[Case]) -> None:
    """I12: no partnership sees another's case, also after connections died in mid-transaction."""
    own: dict[str, set[str]] = defaultdict(set)
    for case in cases:
        own[case.partnership].add(case.id)
    for code, partnership in pair.partnerships.items():
        office = partnership.people["partnership_office"]
        listed = {item["id"] for item in caller.read(office, "/v1/cases?limit=200").body["items"]}
        others = {case.id for case in cases if case.partnership != code and case.id}
        if listed & others:
            found.say("I12", f"{code} is listed another's case")
        for id_ in sorted(others)[:2]:
            answer = office.call("GET", f"/v1/cases/{id_}")
            if answer.status != 404:
                found.say("I12", f"{code} was answered {answer.status} for another's case")


def _same_dates(found: Findings, pair: CampaignPair) -> None:
    """I13: incidents of one day have the same statutory dates, whatever the host's clock said at the time."""
    dates = defaultdict(set)
    for occurred_on, code, due_on in pair.rows("local", DUTIES):
        dates[occurred_on, code].add(due_on)
    for (occurred_on, code), found_dates in dates.items():
        if len(found_dates) > 1:
            found.say("I13", f"{code} of incidents of {occurred_on}: {sorted(map(str, found_dates))}")


def search_canaries(pair: CampaignPair, canaries: list[str], refusals: list[bytes]) -> list[str]:
    """I11: the places where a narrative's words are found though they must not be."""
    places = [path for path in pair.logs.iterdir() if path.is_file()]
    places += [path for server in pair.servers.values() for path in server.log.path.parent.iterdir()]
    listings = [b"".join(refusals)]
    for person in (
        *(partnership.people["partnership_office"] for partnership in pair.partnerships.values()),
        pair.panel_people["administrator"],
    ):
        listings += [person.call("GET", path).raw for path in LISTINGS]
    texts = {path.name: path.read_bytes() for path in places}
    texts |= {"problem documents and listings": b"".join(listings)}
    return [
        f"{name} holds {canary[:8]}…"
        for name, text in texts.items()
        if b"Canary" in text
        for canary in canaries
        if canary.encode() in text
    ]
