from typing import Any

from sqlalchemy import select

from panel_service.cases.models import Case
from shared_schemas.messages.identification import NOTIFICATION_WITHDRAWN
from shared_schemas.messages.local import LOCAL_REVIEW, NOTIFICATION, RAPID_REVIEW
from shared_schemas.messages.review_course import PUBLICATION_NOTICE
from tests.panel.received import connect, incident
from tests.panel.test_decisions import path_of, record, reviewed
from tests.panel.test_triage import board, codes, queue
from tests.support.services import Service

ASKED = {"subject": "facts", "text": "Which agencies knew the family before the move?"}


def named(**changes: Any) -> dict[str, Any]:
    (child,) = incident()["children"]
    return incident(children=[{**child, "first_name": "Rosalind", "surname": "Thistlewood", **changes}])


async def test_a_query_keeps_an_undecided_case_open(panel: Service) -> None:
    sender, secretariat, _ = await board(panel)
    _, path = await reviewed(sender, secretariat)
    asked = await secretariat.post(f"{path}/queries", {**ASKED, "due_on": "2099-01-01"})
    assert asked.status_code == 201, asked.text
    assert (asked.json()["state"], asked.json()["number"]) == ("open", 1)
    assert (await secretariat.get(path)).json()["state"] == "awaiting_information"
    assert (await secretariat.get(asked.headers["Location"])).json() == asked.json()
    closing = f"{asked.headers['Location']}/closing"
    stale = await secretariat.post(closing, headers={"If-Match": '"v9"'})
    assert stale.status_code == 412
    closed = await secretariat.post(closing, headers={"If-Match": asked.headers["ETag"]})
    assert (closed.status_code, closed.json()["state"]) == (200, "closed")
    assert (await secretariat.get(path)).json()["state"] == "awaiting_decision"
    entries = f"{asked.headers['Location']}/entries"
    late = await secretariat.post(entries, {"text": "More?"}, headers={"If-Match": closed.headers["ETag"]})
    assert (late.status_code, late.json()["code"]) == (409, "move-not-allowed")
    assert late.json()["rule"] == "Children Act 2004 s16B(1)"


async def test_neither_a_decision_nor_a_comment_names_a_child(panel: Service) -> None:
    sender, secretariat, _ = await board(panel)
    subject = await sender.notify(incident=named())
    await sender.send(RAPID_REVIEW, subject)
    await sender.send(LOCAL_REVIEW, subject)
    await sender.send(PUBLICATION_NOTICE, subject)
    path = await path_of(secretariat, subject)
    text, etag = "Rosalind was known to two agencies.", (await secretariat.get(path)).headers["ETag"]
    criterion = {"criterion": "reg_3_c", "answer": "yes", "reasons": text}
    for pointer, given in (
        ("/reasons", {"reasons": text}),
        ("/opinion_reasons", {"opinion_reasons": text}),
        ("/criteria/0/reasons", {"criteria": [criterion]}),
    ):
        refused = await record(secretariat, path, etag, **given)
        (error,) = refused.json()["errors"]
        assert (refused.status_code, error["pointer"], error["code"]) == (422, pointer, "names_a_child")
    comment = {"report_version": 1, "comment": text}
    refused = await secretariat.post(f"{path}/publication-comments", comment, headers={"If-Match": etag})
    assert refused.status_code == 422, refused.text
    assert refused.json()["errors"][0]["pointer"] == "/comment"


async def test_an_overdue_query_needs_a_person(panel: Service) -> None:
    sender, secretariat, _ = await board(panel)
    _, path = await reviewed(sender, secretariat)
    past = await secretariat.post(f"{path}/queries", {**ASKED, "due_on": "2025-01-01"})
    assert (past.status_code, past.json()["errors"][0]["pointer"]) == (422, "/due_on")
    await secretariat.post(f"{path}/queries", {**ASKED, "due_on": "2099-01-01"})
    assert "query_overdue" not in codes((await queue(secretariat))[0])


async def test_a_query_on_a_withdrawn_case_is_due_no_more_and_can_only_be_closed(panel: Service) -> None:
    sender, secretariat, _ = await board(panel)
    subject, path = await reviewed(sender, secretariat)
    asked = await secretariat.post(f"{path}/queries", {**ASKED, "due_on": "2099-01-01"})
    await sender.send(NOTIFICATION_WITHDRAWN, subject)
    place, match = asked.headers["Location"], {"If-Match": asked.headers["ETag"]}
    again = await secretariat.post(f"{path}/queries", ASKED)
    further = await secretariat.post(f"{place}/entries", {"text": "And after?"}, headers=match)
    for refused in (again, further):
        assert (refused.status_code, refused.json()["rule"]) == (409, "Children Act 2004 s16C(1)")
    assert (await secretariat.post(f"{place}/closing", headers=match)).status_code == 200
    async with panel.worker.transaction(sender.organisation_id) as session:
        (case,) = (await session.execute(select(Case))).scalars()
    assert (case.state, case.query_due_on, case.next_due_on) == ("withdrawn", None, None)


async def test_a_text_that_names_a_child_does_not_go_out(panel: Service) -> None:
    sender, secretariat = await connect(panel), await panel.caller("secretariat")
    subject = await sender.notify(incident=named())
    path = await path_of(secretariat, subject)
    refused = await secretariat.post(f"{path}/queries", {**ASKED, "text": "Where was rosalind?"})
    assert refused.status_code == 422
    (error,) = refused.json()["errors"]
    assert (error["pointer"], error["code"]) == ("/text", "names_a_child")
    assert "rosalind" not in refused.text.lower()
    # A name that only an earlier version of the notification had is a child's name too.
    await sender.send(NOTIFICATION, subject, version=2, incident=named(surname="Otherwise"))
    again = await secretariat.post(f"{path}/queries", {**ASKED, "text": "The Thistlewood family?"})
    assert again.status_code == 422
    asked = await secretariat.post(f"{path}/queries", ASKED)
    further = await secretariat.post(
        f"{asked.headers['Location']}/entries",
        {"text": "And Rosalind?"},
        headers={"If-Match": asked.headers["ETag"]},
    )
    assert further.status_code == 422


async def test_who_may_ask(panel: Service) -> None:
    sender, secretariat = await connect(panel), await panel.caller("secretariat")
    path = await path_of(secretariat, await sender.notify())
    for role in ("member", "analyst", "auditor"):
        caller = await panel.caller(role)
        assert (await caller.post(f"{path}/queries", ASKED)).status_code == 403
    stranger = await panel.caller("secretariat", organisation="other")
    assert (await stranger.post(f"{path}/queries", ASKED)).status_code == 404
    assert (await stranger.get(f"{path}/queries")).status_code == 404
    headers = {"Idempotency-Key": "one-question-and-no-more"}
    first = await secretariat.post(f"{path}/queries", ASKED, headers=headers)
    again = await secretariat.post(f"{path}/queries", ASKED, headers=headers)
    assert first.content == again.content
    assert len((await secretariat.get(f"{path}/queries")).json()) == 1
