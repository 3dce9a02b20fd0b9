"""One improvement traced: three cases, one local review and one outside source, to whom it is told, and what was done."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from standalone.callers import Answer
from standalone.context import StandaloneContext
from standalone.year.driving import LiveCase
from standalone.year.facts import BRUISING
from standalone.year.onboarding import PanelStaff

CASES_TRACED = 3
OUTSIDE_SOURCE = {
    "kind": "other",
    "title": "Bruising in children who are not independently mobile",
    "publisher": "An invented royal college",
    "year": 2024,
    "identifier": "ISBN 978-0-00-000000-2",
    "locator": "page 14",
}


class Untraced(Exception):
    """The improvement could not be followed from its evidence to its implementation."""


async def trace_improvement(
    context: StandaloneContext,
    staff: PanelStaff,
    cases: Sequence[LiveCase],
    drain: Callable[[], Awaitable[None]],
) -> bool:
    """Identify, agree, address, answer over the wire, implement. Raises ``Untraced`` where a link of it is missing."""
    chosen, reviewed = _choose(cases)
    today = datetime.fromisoformat(staff.secretariat.get("/v1/me").body["now"]).date()
    one = _identify(staff, [*chosen, reviewed])
    path = f"/v1/improvements/{one.body['id']}"
    _say(context, "identified from", one.body["evidence_counts"])
    hits = staff.secretariat.get(f"{path}/recurrences").body["recurrences"]
    _say(
        context,
        "already recommended",
        f"{len(hits)} times; the first: {hits[0]['explanation']}" if hits else "never",
    )
    _require(hits, "the earlier recommendation of the local review was not found")
    agreed = staff.chair.post(f"{path}/agreement", etag=one.etag)
    addressed = staff.secretariat.post(f"{path}/addressing", {"partnership_ids": []}, etag=agreed.etag)
    _say(context, "told by signed webhook", f"{len(addressed.body['told'])} partnerships")
    await drain()
    for office in {case.office.area.code: case.office for case in [*chosen, reviewed]}.values():
        _answer(office.office, one.body["id"], today)
    await drain()
    read = staff.secretariat.get(path)
    responses = [response for addressee in read.body["addressees"] for response in addressee["responses"]]
    _require(
        all(response["by_message"] for response in responses) and responses, "no response came over the wire"
    )
    _say(
        context,
        "answered and implemented by",
        f"{len({addressee['id'] for addressee in read.body['addressees'] if addressee['responses']})} partnerships",
    )
    implemented = staff.secretariat.post(
        f"{path}/implementation",
        {"implemented_on": today.isoformat(), "evidence": "The pathway is in force in every area concerned."},
        etag=read.etag,
    )
    _say(context, "state", implemented.body["state"])
    return bool(implemented.body["state"] == "implemented")


def _choose(cases: Sequence[LiveCase]) -> tuple[list[LiveCase], LiveCase]:
    # Those of the recurrent theme first; a short year may have too few of them.
    decided = sorted(
        (case for case in cases if "decided" in case.done), key=lambda case: not case.plan.is_bruising
    )
    reviewed = next((case for case in cases if "local review completed" in case.done), None)
    chosen = [case for case in decided if case is not reviewed][:CASES_TRACED]
    if reviewed is None or len(chosen) < CASES_TRACED:
        raise Untraced("the year has too few cases to trace an improvement from")
    return chosen, reviewed


def _identify(staff: PanelStaff, cases: Sequence[LiveCase]) -> Answer:
    *chosen, reviewed = cases
    evidence: list[dict[str, Any]] = [
        {"kind": "notification", "case_id": chosen[0].panel_id},
        *({"kind": "rapid_review", "case_id": case.panel_id} for case in chosen[1:]),
        {"kind": "local_review", "case_id": reviewed.panel_id},
        OUTSIDE_SOURCE,
    ]
    improvement = {
        "scope": "national",
        "what": BRUISING,
        "why": "Bruising was seen by one agency and discussed with no other, in several areas.",
        "themes": ["non_accidental_injury_under_one", "information_sharing"],
        "addressees": [{"kind": "national_body", "name": "NHS England"}],
        "evidence": evidence,
    }
    return staff.secretariat.post("/v1/improvements", improvement)


def _answer(office: Any, improvement: str, today: date) -> None:
    path = f"/v1/improvements/{improvement}"
    response = {
        "response": "accepted",
        "by_when": (today + timedelta(days=90)).isoformat(),
        "owner": "Designated nurse",
    }
    answered = office.post(f"{path}/response", response, etag=office.get(path).etag)
    progress = {"progress": "implemented", "on": today.isoformat(), "evidence": "The pathway is in force."}
    office.post(f"{path}/implementation", progress, etag=answered.etag)


def _say(context: StandaloneContext, what: str, fact: object) -> None:
    context.console.print(f"  improvement {what}: {fact}", highlight=False, markup=False)


def _require(found: object, otherwise: str) -> None:
    if not found:
        raise Untraced(otherwise)
