"""Questions, answers, letters and the queue, between the two services."""

from tests.pair.test_journey import decide, decision, reviewed
from tests.pair.wires import Pair
from tests.panel.test_triage import codes, queue

ASKED = {"subject": "facts", "text": "Which agencies knew the family?", "due_on": "2099-01-01"}


async def test_a_question_crosses_and_its_answer_comes_back(pair: Pair) -> None:
    path = await reviewed(pair)
    at_panel = await pair.at_panel(path)
    asked = await pair.secretariat.post(f"{at_panel}/queries", ASKED)
    assert asked.status_code == 201, asked.text
    await pair.drain()
    (query,) = (await pair.east.office.get(f"{path}/queries")).json()
    assert (query["id"], query["state"], query["due_on"]) == (asked.json()["id"], "open", "2099-01-01")
    assert [entry["text"] for entry in query["entries"]] == [ASKED["text"]]
    answer = {"text": "Health visiting did.", "corrected_by_notification_version": 2}
    one = f"{path}/queries/{query['id']}"
    etag = {"If-Match": f'"v{query["version"]}"'}
    never_sent = await pair.east.office.post(f"{one}/answer", answer, headers=etag)
    assert (never_sent.status_code, never_sent.json()["rule"]) == (422, "Children Act 2004 s16C(1)")
    answer["corrected_by_notification_version"] = 1
    stale = await pair.east.office.post(f"{one}/answer", answer, headers={"If-Match": '"v9"'})
    assert stale.status_code == 412
    answered = await pair.east.office.post(f"{one}/answer", answer, headers=etag)
    assert (answered.status_code, answered.json()["state"]) == (201, "answered")
    await pair.drain()
    (there,) = (await pair.secretariat.get(f"{at_panel}/queries")).json()
    assert (there["state"], [entry["side"] for entry in there["entries"]]) == (
        "answered",
        ["panel", "partnership"],
    )
    assert there["entries"][1]["corrected_by_notification_version"] == 1
    assert (await pair.secretariat.get(at_panel)).json()["state"] == "awaiting_decision"
    assert "query_answer_received" in codes((await queue(pair.secretariat))[0])
    further = await pair.chair.post(
        f"{at_panel}/queries/{there['id']}/entries",
        {"text": "And housing?"},
        headers={"If-Match": f'"v{there["version"]}"'},
    )
    assert (further.status_code, further.json()["state"]) == (201, "open")
    await pair.drain()
    read = await pair.east.office.get(one)
    assert (read.json()["state"], len(read.json()["entries"])) == ("open", 3)
    await pair.secretariat.post(
        f"{at_panel}/queries/{there['id']}/closing", headers={"If-Match": further.headers["ETag"]}
    )
    await pair.drain()
    closed = await pair.east.office.get(one)
    late = await pair.east.office.post(
        f"{one}/answer", {"text": "One more thing."}, headers={"If-Match": closed.headers["ETag"]}
    )
    assert (closed.json()["state"], late.status_code, late.json()["code"]) == (
        "closed",
        409,
        "move-not-allowed",
    )


async def test_an_answer_that_crosses_the_closing_is_kept(pair: Pair) -> None:
    path = await reviewed(pair)
    at_panel = await pair.at_panel(path)
    asked = await pair.secretariat.post(f"{at_panel}/queries", ASKED)
    await pair.drain()
    one = f"{path}/queries/{asked.json()['id']}"
    read = await pair.east.office.get(one)
    await pair.east.office.post(f"{one}/answer", {"text": "Yes."}, headers={"If-Match": read.headers["ETag"]})
    await pair.secretariat.post(
        f"{asked.headers['Location']}/closing", headers={"If-Match": asked.headers["ETag"]}
    )
    await pair.drain()
    there = (await pair.secretariat.get(asked.headers["Location"])).json()
    assert (there["state"], len(there["entries"])) == ("closed", 2)
    assert (await pair.east.office.get(one)).json()["state"] == "closed"


async def test_a_case_is_not_closed_over_an_open_question(pair: Pair) -> None:
    path, east = await reviewed(pair), pair.east
    await pair.secretariat.post(f"{await pair.at_panel(path)}/queries", ASKED)
    await pair.drain()
    done = {"reasons": "All is done."}
    refused = await east.office.post(f"{path}/closure", done, headers=await east.if_match(path))
    assert (refused.status_code, refused.json()["allowed"]) == (409, ["answer_query"])
    moves = (await east.office.get(f"{path}/course")).json()["next_moves"]
    assert [move["move"] for move in moves if move["allowed"]] == []
    (query,) = (await east.office.get(f"{path}/queries")).json()
    etag = {"If-Match": f'"v{query["version"]}"'}
    await east.office.post(f"{path}/queries/{query['id']}/answer", {"text": "Yes."}, headers=etag)
    closed = await east.office.post(f"{path}/closure", done, headers=await east.if_match(path))
    assert closed.status_code == 200


async def test_who_may_answer(pair: Pair) -> None:
    path = await reviewed(pair)
    asked = await pair.secretariat.post(f"{await pair.at_panel(path)}/queries", ASKED)
    await pair.drain()
    one = f"{path}/queries/{asked.json()['id']}/answer"
    system = await pair.local.service.caller("integrator", organisation="east")
    refused = await system.post(one, {"text": "Yes."}, headers={"If-Match": '"v1"'})
    assert refused.status_code == 403
    west = await pair.local.service.caller("partnership_office", organisation="west")
    assert (await west.post(one, {"text": "Yes."}, headers={"If-Match": '"v1"'})).status_code == 404
    assert (await west.get(f"{path}/queries")).status_code == 404


async def test_a_letter_is_kept_and_shown_at_the_partnership(pair: Pair) -> None:
    path = await reviewed(pair)
    at_panel = await pair.at_panel(path)
    await decide(pair, at_panel)
    draft = await pair.secretariat.post(f"{at_panel}/letters", {"decision_version": 1})
    await pair.drain()
    assert (await pair.east.office.get(f"{path}/letters")).json() == []
    signed = await pair.chair.post(
        f"{draft.headers['Location']}/signature", headers={"If-Match": draft.headers["ETag"]}
    )
    assert signed.status_code == 200, signed.text
    await pair.drain()
    (letter,) = (await pair.east.office.get(f"{path}/letters")).json()
    assert (letter["decision_version"], letter["text"]) == (1, draft.json()["text"])
    assert letter["id"] == draft.json()["id"]


async def test_a_withdrawn_decision_never_reaches_the_partnership(pair: Pair) -> None:
    path = await reviewed(pair)
    at_panel = await pair.at_panel(path)
    etag = (await pair.secretariat.get(at_panel)).headers["ETag"]
    recorded = await pair.secretariat.post(f"{at_panel}/decisions", decision(), headers={"If-Match": etag})
    await pair.secretariat.post(
        f"{recorded.headers['Location']}/withdrawal",
        {"reasons": "Recorded on the wrong case."},
        headers={"If-Match": recorded.headers["ETag"]},
    )
    await pair.drain()
    assert (await pair.east.office.get(f"{path}/panel-decisions")).json() == []
    await decide(pair, at_panel)
    await decide(pair, at_panel, outcome="thematic_candidate")
    came = (await pair.east.office.get(f"{path}/panel-decisions")).json()
    assert [(one["decision_version"], one["supersedes_version"]) for one in came] == [(2, None), (3, 2)]


async def test_a_message_set_aside_or_held_comes_first(pair: Pair) -> None:
    first, second = await reviewed(pair), await reviewed(pair)
    at_panel = await pair.at_panel(second)
    assert {item["lane"] for item in await queue(pair.secretariat)} == {"waiting"}
    reference = (await pair.east.read(second))["exchange_reference"]
    set_aside = "UPDATE inbound_messages SET state = 'set_aside', problem = 'contradicts-record' WHERE subject = :about"
    await pair.panel.change(set_aside, about=reference)
    items = await queue(pair.secretariat)
    assert (items[0]["lane"], f"/v1/cases/{items[0]['case_id']}") == ("stuck", at_panel)
    assert codes(items[0])[0] == "message_set_aside"
    assert len(items) == 2
    await pair.panel.change(
        "UPDATE inbound_messages SET state = 'held', apply_attempts = 1 WHERE subject = :about",
        about=reference,
    )
    (held,) = await queue(pair.secretariat, reason="message_held")
    assert (held["lane"], codes(held)[0]) == ("stuck", "message_held")
    assert first != second
