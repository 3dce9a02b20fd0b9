"""What follows in the demonstration: learning, a correction, the report's document, an improvement, the whole thread."""

import hashlib
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from standalone.callers import Answer
from standalone.errors import NotConfirmed

if TYPE_CHECKING:
    from standalone.journey import Story

REVIEWER = {
    "name": "An independent reviewer",
    "organisation": "Independent practice",
    "independence": "Has worked for none of the agencies in the area.",
    "conflicts_of_interest": "None declared.",
}
LEARNING = {
    "learning": "Bruising in a baby not independently mobile always needs a same-day paediatric view.",
    "audience": "Health visitors, midwives and GP practices",
}
REPORT = b"A local child safeguarding practice review, as its reviewer wrote it. It names nobody.\n" * 20_000


def share_learning(story: "Story", now: datetime) -> None:
    """Share immediate learning, and share it onward with the Panel."""
    office = story.cast.office
    item = office.post(f"{story.case}/learning", LEARNING)
    path = f"{story.case}/learning/{item.body['id']}"
    shared = {
        "shared_on": now.date().isoformat(),
        "shared_by": "A. Sharer",
        "how": "A seven-minute briefing",
    }
    share = {"audience": "All GP practices of the area", "sharing": shared}
    item = office.post(f"{path}/shares", share, etag=etag_of(item))
    office.post(f"{path}/onward", etag=etag_of(item))
    story.step("Immediate learning is shared, with whom and when on record, and shared onward with the Panel")
    story.wait_for(
        "the learning at the Panel", lambda: story.cast.secretariat.get(f"{story.panel_case}/learning").body
    )


def correct_the_facts(story: "Story") -> None:
    """Correct a fact after the notification was sent: a second version goes, the first stays beside it."""
    cast = story.cast
    patch = {"incident": {"setting": "other_private_home"}}
    cast.office.patch(story.case, patch, etag=story.case_etag())
    notifier = {
        "name": "A. Notifier",
        "role": "Head of safeguarding",
        "email": "notifier@demonstration.example",
    }
    cast.notifier.post(f"{story.case}/notification", {"notifier": notifier})
    cast.authoriser.post(f"{story.case}/notification/authorisation", etag=story.case_etag())
    story.step("A fact is corrected: the notification goes to the Panel anew as its second version")
    versions = story.wait_for(
        "the second version at the Panel",
        lambda: [
            v for v in cast.secretariat.get(story.panel_case).body["notifications"] if v["version"] == 2
        ],
    )
    changes = cast.secretariat.get(f"{story.panel_case}/notifications/{versions[0]['version']}/changes").body
    story.fact(
        "the Panel sees beside the first version", ", ".join(one["pointer"] for one in changes["changes"])
    )


def appoint_a_reviewer(story: "Story", now: datetime) -> None:
    """Appoint a reviewer (SI 2018/789 reg 12)."""
    reviewer = REVIEWER | {"appointed_on": now.date().isoformat()}
    story.cast.office.post(f"{story.case}/local-review/reviewers", reviewer)
    story.step("A reviewer is appointed (SI 2018/789 reg 12), and the Panel is told")


def attach_the_document(story: "Story") -> None:
    """Upload the report's document and attach it to the review."""
    office = story.cast.office
    document = office.upload("/v1/documents", REPORT, "text/plain")
    read = office.get(f"{story.case}/local-review")
    attached = {"document_id": document.body["id"]}
    office.put(f"{story.case}/local-review/document", attached, etag=etag_of(read))
    story.step(f"The report's document, {len(REPORT):,} bytes, is uploaded, checked and attached")


def find_the_document(story: "Story") -> None:
    """Find the document at the Panel, by its hash."""
    told = story.cast.secretariat.get(f"{story.panel_case}/local-review/document").body
    if told["sha256"] != hashlib.sha256(REPORT).hexdigest():
        raise NotConfirmed("the Panel holds another document than was sent")
    story.step("The Panel holds the document too, verified by its hash")
    story.fact("SHA-256", told["sha256"])


def improve(story: "Story", now: datetime) -> None:
    """Identify an improvement from the case and other evidence; the partnership gets it and answers."""
    cast = story.cast
    path = f"/v1/improvements/{_identify(story)}"
    agreed = cast.chair.post(f"{path}/agreement", etag=etag_of(cast.chair.get(path)))
    cast.secretariat.post(f"{path}/addressing", {"partnership_ids": []}, etag=etag_of(agreed))
    story.step(
        "The Panel identifies an improvement from the case and an outside source; a second person agrees it"
    )
    local = story.wait_for("the improvement at the partnership", lambda: _told(story, path))
    response = {
        "response": "accepted",
        "by_when": (now + timedelta(days=90)).date().isoformat(),
        "owner": "Designated nurse",
    }
    cast.office.post(f"{path}/response", response, etag=etag_of(local))
    story.step("The partnership has it by signed webhook, and accepts it, by whom and by when")
    story.wait_for("the response at the Panel", lambda: _responded(story, path))
    story.step("The Panel has the partnership's response")


def look_back(story: "Story") -> None:
    """Show the whole thread and what is due."""
    office = story.cast.office
    timeline = office.get(f"{story.case}/timeline").body
    items = timeline["items"]
    story.step(
        f"One thread of {len(items)} entries runs from the first information to the last recommendation"
    )
    for item in (items[0], items[-1]):
        story.fact(str(item.get("on") or item.get("at"))[:10], item["title"])
    due = office.get("/v1/duties?limit=5").body["items"]
    story.step("What is due across cases is one list, which a calendar program can read as well")
    for duty in due[:3]:
        when = f", due {duty['due_on']}" if duty["due_on"] else ""
        story.fact(duty["status"].replace("_", " "), f"{duty['title']}{when}")


def compare_and_prove(story: "Story") -> None:
    """Have both sides compared, and show that each message of the case is in what the Panel then signed."""
    operator, office = story.cast.operator, story.cast.office
    link = operator.get("/v1/exchange/links").body["items"][0]["id"]
    compared = f"/v1/exchange/reconciliations?link_id={link}&limit=1"
    before = operator.get(compared).body["items"]
    operator.post(f"/v1/exchange/links/{link}/reconciliation", {"all_days": True})
    latest = story.wait_for(
        "the comparison with the Panel",
        lambda: [one for one in operator.get(compared).body["items"] if one not in before],
    )[0]
    if not (latest["sent_equal"] and latest["received_equal"]):
        raise NotConfirmed("the two sides were compared and are not equal")
    story.step("Both sides are compared, day by day: nothing that one sent is missing at the other")
    messages = office.get(f"{story.case}/proof").body["messages"]
    unproven = [one["id"] for one in messages if not one["agreed"]]
    if unproven:
        raise NotConfirmed(f"{len(unproven)} messages are in no day that the Panel has signed")
    story.step(f"The proof of the case: {len(messages)} messages, each in a day's root that the Panel signed")
    story.fact("checked offline with", "python -m shared_schemas.verify_proof FILE --key urn:uuid:…=whpk_…")


def etag_of(answer: Answer) -> str:
    """Give an answer's ETag, which it must have."""
    if answer.etag is None:
        raise NotConfirmed("an answer came without its ETag")
    return answer.etag


def _identify(story: "Story") -> str:
    panel_case = story.panel_case.rsplit("/", 1)[1]
    improvement: dict[str, Any] = {
        "scope": "local",
        "what": "Make one multi-agency pathway for bruising in babies who are not mobile.",
        "why": "Bruising was seen and recorded by one agency and discussed with no other.",
        "themes": ["non_accidental_injury_under_one", "information_sharing"],
        "addressees": [{"kind": "national_body", "name": "NHS England"}],
        "evidence": [
            {"kind": "rapid_review", "case_id": panel_case},
            {"kind": "local_review", "case_id": panel_case},
            {
                "kind": "other",
                "title": "Bruising in children who are not mobile",
                "publisher": "An invented royal college",
                "year": 2024,
                "identifier": "ISBN 978-0-00-000000-2",
                "locator": "page 14",
            },
        ],
    }
    identified: str = story.cast.secretariat.post("/v1/improvements", improvement).body["id"]
    return identified


def _told(story: "Story", path: str) -> Answer | None:
    listed = story.cast.office.get("/v1/improvements").body["items"]
    wanted = path.rsplit("/", 1)[1]
    here = any(item["id"] == wanted for item in listed)
    return story.cast.office.get(path) if here else None


def _responded(story: "Story", path: str) -> list[Any]:
    addressees = story.cast.secretariat.get(path).body["addressees"]
    return [response for one in addressees for response in one["responses"]]
