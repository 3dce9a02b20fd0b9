from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from service_kit.administration import owner_session
from service_kit.exchange.message_types import SetAside
from shared_schemas.messages.improvements import IMPROVEMENT_RESPONSE
from shared_schemas.messages.local import LOCAL_REVIEW, LOCAL_REVIEW_DECISION, NOTIFICATION, RAPID_REVIEW
from tests.panel.improving import CITED, NATIONAL_BODY, TEXT, Board, open_board
from tests.panel.received import Sender, connect, incident
from tests.panel.test_by_hand import notification
from tests.support.services import Service

TOMORROW = f"{(datetime.now(UTC) + timedelta(days=2)).date()}"


@pytest.fixture
async def board(panel: Service) -> Board:
    """A Panel of this test's own."""
    return await open_board(panel)


async def case_of(board: Board, sender: Sender, **changes: Any) -> str:
    """Let a partnership notify a case and send its rapid review; give the case's id at the Panel."""
    subject = await sender.notify(**changes)
    await sender.send(RAPID_REVIEW, subject)
    listed = await board.secretariat.get("/v1/cases", params={"exchange_reference": str(subject)})
    found: str = listed.json()["items"][0]["id"]
    return found


def named(name: str) -> dict[str, Any]:
    facts = incident()
    return {**facts, "children": [{**facts["children"][0], "first_name": name, "surname": "Example"}]}


async def test_it_is_identified_with_its_evidence_and_read_back(board: Board) -> None:
    sender = await connect(board.panel, board.organisation)
    case = await case_of(board, sender)
    evidence = [{"kind": "notification", "case_id": case}, {"kind": "rapid_review", "case_id": case}, CITED]
    national = {"kind": "national_review", "reference": "NR-2026-1"}
    made = await board.identify(evidence=[*evidence, national])
    assert made.status_code == 201, made.text
    read = await board.read(made.headers["Location"])
    assert (read["state"], read["version"]) == ("identified", 1)
    assert [entry["kind"] for entry in read["evidence"]] == [
        "notification",
        "rapid_review",
        "other",
        "national_review",
    ]
    assert read["evidence"][0]["document_version"] == 1
    assert read["evidence"][2]["citation"]["publisher"] == "A royal college"
    assert read["addressees"][0]["told"] == "not_yet"
    allowed = {entry["move"] for entry in read["next_moves"] if entry["allowed"]}
    assert allowed == {"change", "agree", "supersede"}


async def test_it_goes_from_identified_to_implemented_and_keeps_its_history(board: Board) -> None:
    path = await board.addressed()
    assert (await board.read(path))["addressees"][0]["told"] == "by_hand"
    assert (await board.respond(path)).status_code == 201
    assert (await board.step(path, "progress", {"remark": "It has begun."})).status_code == 200
    done = {"implemented_on": "2026-01-20", "evidence": "The pathway is in force."}
    assert (await board.step(path, "implementation", done)).status_code == 200
    read = await board.read(path)
    assert read["state"] == "implemented"
    assert [entry["to_state"] for entry in read["history"]] == [
        "agreed",
        "addressed",
        "responded",
        "in_progress",
        "implemented",
    ]
    assert read["history"][-1]["facts"]["implemented_on"] == "2026-01-20"
    refused = await board.step(path, "progress", {"remark": "More."})
    assert (refused.status_code, refused.json()["rule"]) == (409, "Children Act 2004 s16B(2)")
    assert refused.json()["allowed"] == ["record_response"]


async def test_it_may_be_rejected_and_not_implemented(board: Board) -> None:
    path = await board.addressed()
    refused = await board.respond(path, response="rejected", by_when=None)
    assert refused.status_code == 422
    answer = await board.respond(path, response="rejected", reasons="The law changes in spring.")
    assert answer.status_code == 201
    done = await board.step(path, "non-implementation", {"reasons": "Every addressee rejected it."})
    assert (done.status_code, done.json()["state"]) == (200, "not_implemented")


async def test_it_is_superseded_by_another_and_never_by_itself(board: Board) -> None:
    path, other = await board.agreed(), await board.agreed()
    own = {"superseded_by_id": path.rsplit("/", 1)[1], "reasons": "It covers the same."}
    refused = await board.step(path, "supersession", own)
    assert refused.json()["errors"][0]["pointer"] == "/superseded_by_id"
    body = {**own, "superseded_by_id": other.rsplit("/", 1)[1]}
    done = await board.step(path, "supersession", body)
    assert (done.json()["state"], done.json()["superseded_by_id"]) == ("superseded", body["superseded_by_id"])
    refused = await board.step(path, "addressing", {})
    assert (refused.status_code, refused.json()["code"]) == (409, "move-not-allowed")


async def test_a_second_person_agrees_and_only_on_evidence(board: Board) -> None:
    path = (await board.identify(evidence=[])).headers["Location"]
    refused = await board.step(path, "agreement", caller=board.chair)
    assert (refused.status_code, refused.json()["allowed"]) == (409, ["add_evidence"])
    added = await board.secretariat.post(f"{path}/evidence", {"evidence": [CITED]})
    assert (added.status_code, added.json()["evidence_counts"]) == (201, {"other": 1})
    own = await board.step(path, "agreement")
    assert (own.status_code, own.json()["code"]) == (403, "second-person-required")
    assert (await board.step(path, "agreement", caller=board.chair)).status_code == 200


async def test_a_text_stands_once_agreed(board: Board) -> None:
    path = (await board.identify()).headers["Location"]
    changed = await board.secretariat.patch(path, {"why": "Two agencies recorded it."}, '"v1"')
    assert (changed.status_code, changed.headers["ETag"]) == (200, '"v2"')
    stale = await board.secretariat.patch(path, {"why": "Three agencies did."}, '"v1"')
    assert stale.status_code == 412
    await board.step(path, "agreement", caller=board.chair)
    refused = await board.secretariat.patch(path, {"why": "Three agencies did."}, '"v3"')
    assert (refused.status_code, refused.json()["rule"]) == (409, "Children Act 2004 s16B(2)")


@pytest.mark.parametrize("step", ["agreement", "addressing", "responses", "progress", "implementation"])
async def test_a_step_on_an_older_reading_is_refused(board: Board, step: str) -> None:
    bodies = {
        "addressing": {},
        "progress": {"remark": "It has begun."},
        "responses": {
            "addressee_id": f"{uuid4()}",
            "response": "accepted",
            "by_when": "2027-06-30",
            "responded_on": "2026-01-15",
        },
        "implementation": {"implemented_on": "2026-01-20", "evidence": "In force."},
    }
    path = (await board.identify()).headers["Location"]
    await board.secretariat.patch(path, {"why": "Two agencies recorded it."}, '"v1"')
    stale = await board.chair.post(f"{path}/agreement", headers={"If-Match": '"v1"'})
    if step != "agreement":
        headers = {"If-Match": '"v1"'}
        stale = await board.secretariat.post(f"{path}/{step}", bodies[step], headers=headers)
    assert (stale.status_code, stale.headers["ETag"]) == (412, '"v2"')


async def test_evidence_must_have_been_received(board: Board) -> None:
    sender = await connect(board.panel, board.organisation)
    case = await case_of(board, sender)
    for evidence in (
        {"kind": "local_review", "case_id": case},
        {"kind": "notification", "case_id": f"{uuid4()}"},
    ):
        refused = await board.identify(evidence=[CITED, evidence])
        assert refused.status_code == 422
        (error,) = refused.json()["errors"]
        assert (error["pointer"], error["code"]) == ("/evidence/1/case_id", "not_received")


@pytest.mark.parametrize("left_out", ["title", "publisher", "year", "identifier", "locator"])
async def test_other_evidence_needs_its_whole_citation(board: Board, left_out: str) -> None:
    refused = await board.identify(evidence=[{name: CITED[name] for name in CITED if name != left_out}])
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"].endswith(f"/{left_out}")


async def test_a_citation_of_a_year_to_come_is_refused(board: Board) -> None:
    refused = await board.identify(evidence=[CITED | {"year": datetime.now(UTC).year + 2}])
    (error,) = refused.json()["errors"]
    assert (error["pointer"], error["code"]) == ("/evidence/0/year", "date_in_the_future")


async def test_no_text_names_a_child_of_a_case_that_is_evidence(board: Board) -> None:
    sender = await connect(board.panel, board.organisation)
    case = await case_of(board, sender, incident=named("Ottoline"))
    evidence = [{"kind": "notification", "case_id": case}]
    refused = await board.identify(why="What Ottoline said was not recorded.", evidence=evidence)
    assert refused.status_code == 422
    (error,) = refused.json()["errors"]
    assert (error["pointer"], error["code"]) == ("/why", "names_a_child")
    assert "Ottoline" not in refused.text
    path = (await board.identify(evidence=evidence)).headers["Location"]
    patched = await board.secretariat.patch(path, {"what": "Listen to ottoline."}, '"v1"')
    assert patched.json()["errors"][0]["pointer"] == "/what"


async def test_evidence_is_refused_where_the_text_names_its_child(board: Board) -> None:
    sender = await connect(board.panel, board.organisation)
    case = await case_of(board, sender, incident=named("Ottoline"))
    path = (await board.identify(why="Ottoline was not heard.")).headers["Location"]
    refused = await board.secretariat.post(
        f"{path}/evidence", {"evidence": [{"kind": "notification", "case_id": case}]}
    )
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/why")
    assert (await board.read(path))["evidence_counts"] == {"other": 1}


async def test_partnerships_concerned_are_told_in_the_order_of_their_links(board: Board) -> None:
    first, second, third = [await connect(board.panel, board.organisation) for _ in range(3)]
    case = await case_of(board, first)
    path = await board.agreed(
        addressees=[NATIONAL_BODY, {"kind": "partnership", "partnership_id": str(second.party)}],
        evidence=[{"kind": "notification", "case_id": case}],
    )
    chosen = {"partnership_ids": [str(third.party)]}
    told = (await board.step(path, "addressing", chosen)).json()
    concerns = {entry["partnership_id"]: entry["concern"] for entry in told["told"]}
    assert concerns == {
        str(first.party): "case_is_evidence",
        str(second.party): "addressed",
        str(third.party): "chosen",
    }
    assert [entry["name"] for entry in told["to_be_told_by_hand"]] == ["NHS England"]
    by_link = {sender.link: sender.party for sender in (first, second, third)}
    sent = sorted((entry["message_id"], entry["partnership_id"]) for entry in told["told"])
    assert [partnership for _, partnership in sent] == [f"{by_link[link]}" for link in sorted(by_link)]


async def test_a_partnership_whose_link_is_closed_is_told_by_hand(board: Board) -> None:
    sender = await connect(board.panel, board.organisation)
    partnership = {"kind": "partnership", "partnership_id": str(sender.party)}
    path = await board.agreed(addressees=[partnership])
    async with owner_session(board.panel.settings) as session:
        await session.execute(
            text("UPDATE exchange_links SET state = 'closed' WHERE id = :link"), {"link": sender.link}
        )
    told = (await board.step(path, "addressing", {})).json()
    assert told["told"] == []
    assert [entry["partnership_id"] for entry in told["to_be_told_by_hand"]] == [str(sender.party)]
    assert (await board.respond(path)).status_code == 201


async def test_an_unknown_partnership_is_pointed_to(board: Board) -> None:
    unknown = {"kind": "partnership", "partnership_id": f"{uuid4()}"}
    refused = await board.identify(addressees=[NATIONAL_BODY, unknown])
    assert refused.json()["errors"][0]["pointer"] == "/addressees/1/partnership_id"
    path = await board.agreed()
    refused = await board.step(path, "addressing", {"partnership_ids": [f"{uuid4()}"]})
    assert refused.json()["errors"][0]["pointer"] == "/partnership_ids/0"
    assert (await board.read(path))["state"] == "agreed"


async def test_who_was_told_by_message_answers_by_message(board: Board) -> None:
    sender = await connect(board.panel, board.organisation)
    path = await board.addressed(addressees=[{"kind": "partnership", "partnership_id": str(sender.party)}])
    refused = await board.respond(path)
    assert refused.json()["errors"][0]["code"] == "answers_by_message"
    refused = await board.respond(path, addressee_id=f"{uuid4()}")
    assert refused.json()["errors"][0]["code"] == "not_an_addressee"


async def test_an_addressee_is_overdue_by_its_own_day(board: Board) -> None:
    path = await board.addressed()
    await board.respond(path, by_when="2026-02-01")
    assert (await board.read(path))["addressees"][0]["overdue"] is True
    done = {"progress": "implemented", "on": "2026-02-03", "evidence": "It is in force."}
    await board.respond(path, by_when="2026-02-01", progress=done)
    assert (await board.read(path))["addressees"][0]["overdue"] is False


async def test_a_child_named_in_a_later_version_keeps_the_text_from_being_sent(board: Board) -> None:
    sender = await connect(board.panel, board.organisation)
    subject = await sender.notify()
    listed = await board.secretariat.get("/v1/cases", params={"exchange_reference": str(subject)})
    case = listed.json()["items"][0]["id"]
    path = await board.agreed(
        why="What Ottoline said was not recorded.", evidence=[{"kind": "notification", "case_id": case}]
    )
    await sender.send(NOTIFICATION, subject, incident=named("Ottoline"), version=2)
    refused = await board.step(path, "addressing", {})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/why")
    assert (await board.read(path))["state"] == "agreed"


async def test_a_cases_improvements_are_listed_to_who_may_read_it(board: Board) -> None:
    sender = await connect(board.panel, board.organisation)
    case = await case_of(board, sender)
    await board.identify()
    made = await board.identify(evidence=[{"kind": "rapid_review", "case_id": case}])
    params = {"case_id": case}
    (item,) = (await board.secretariat.get("/v1/improvements", params=params)).json()["items"]
    assert item["id"] == made.json()["id"]
    analyst = await board.panel.caller("analyst", organisation=board.organisation)
    assert (await analyst.get("/v1/improvements", params=params)).status_code == 403


async def test_a_response_of_tomorrow_is_refused(board: Board) -> None:
    path = await board.addressed()
    refused = await board.respond(path, responded_on=TOMORROW)
    (error,) = refused.json()["errors"]
    assert (error["pointer"], error["code"]) == ("/responded_on", "date_in_the_future")


async def test_a_partnerships_response_is_kept_beside_the_one_before(board: Board) -> None:
    sender = await connect(board.panel, board.organisation)
    path = await board.addressed(addressees=[{"kind": "partnership", "partnership_id": str(sender.party)}])
    improvement = UUID(path.rsplit("/", 1)[1])
    response = {"response": "accepted", "by_when": "2027-06-30"}
    facts = {"improvement_id": str(improvement), "response": response}
    await sender.send(IMPROVEMENT_RESPONSE, improvement, **facts, version=1, progress=None)
    assert (await board.read(path))["state"] == "responded"
    progress = {"progress": "in_progress", "on": "2026-01-20"}
    await sender.send(IMPROVEMENT_RESPONSE, improvement, **facts, version=2, progress=progress)
    read = await board.read(path)
    assert read["state"] == "in_progress"
    assert [entry["version"] for entry in read["addressees"][0]["responses"]] == [1, 2]
    assert read["history"][-1]["moved_by"] is None


async def test_a_partnership_registered_before_it_had_a_link_is_told_and_answers(board: Board) -> None:
    area = {"code": f"late-{uuid4()}", "name": "Northshire", "valid_from": "2019-09-29"}
    partnership = (await board.secretariat.post("/v1/partnerships", area)).json()["id"]
    case = await board.secretariat.post("/v1/cases/by-hand", notification(area["code"]))
    sender = await connect(board.panel, board.organisation, area["code"])
    shown = {"kind": "notification", "case_id": case.json()["case_id"]}
    path = await board.addressed(
        addressees=[{"kind": "partnership", "partnership_id": partnership}], evidence=[shown]
    )
    # The case came by hand: its reference is nothing to the partnership, so the improvement is the subject.
    improvement = UUID(path.rsplit("/", 1)[1])
    facts = {
        "improvement_id": str(improvement),
        "response": {"response": "accepted", "by_when": "2027-06-30"},
    }
    await sender.send(IMPROVEMENT_RESPONSE, improvement, **facts, version=1, progress=None)
    assert (await board.read(path))["state"] == "responded"


async def test_a_response_that_fits_nothing_is_set_aside(board: Board) -> None:
    sender, stranger = [await connect(board.panel, board.organisation) for _ in range(2)]
    path = await board.addressed(addressees=[{"kind": "partnership", "partnership_id": str(sender.party)}])
    improvement = UUID(path.rsplit("/", 1)[1])
    facts = {"improvement_id": str(improvement), "version": 1, "progress": None}
    for who, subject, changes in (
        (stranger, improvement, {}),
        (sender, uuid4(), {}),
        (sender, improvement, {"version": 2}),
        (sender, improvement, {"improvement_id": str(uuid4())}),
    ):
        with pytest.raises(SetAside):
            await who.send(IMPROVEMENT_RESPONSE, subject, **facts | changes)
    assert (await board.read(path))["state"] == "addressed"


async def test_the_same_post_twice_is_one_improvement(board: Board) -> None:
    headers = {"Idempotency-Key": f"{uuid4()}"}
    body = {**TEXT, "addressees": [NATIONAL_BODY], "evidence": [CITED]}
    answers = [await board.secretariat.post("/v1/improvements", body, headers=headers) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert len((await board.secretariat.get("/v1/improvements")).json()["items"]) == 1


async def test_the_register_is_filtered(board: Board) -> None:
    await board.identify()
    await board.identify(scope="national", themes=["neglect"])
    await board.agreed(themes=["neglect"])
    for params, count in (
        ({}, 3),
        ({"theme": "neglect"}, 2),
        ({"scope": "national"}, 1),
        ({"state": "agreed", "theme": "neglect"}, 1),
        ({"state": "agreed", "scope": "national"}, 0),
    ):
        items = (await board.secretariat.get("/v1/improvements", params=params)).json()["items"]
        assert len(items) == count, params


async def test_an_analyst_sees_what_and_how_often_but_not_whose(board: Board) -> None:
    sender = await connect(board.panel, board.organisation)
    case = await case_of(board, sender)
    path = await board.addressed(evidence=[{"kind": "notification", "case_id": case}])
    analyst = await board.panel.caller("analyst", organisation=board.organisation)
    read = await analyst.get(path)
    assert read.status_code == 200
    assert read.json()["evidence_counts"] == {"notification": 1}
    assert [read.json()[name] for name in ("evidence", "addressees", "history")] == [None] * 3
    assert case not in read.text
    assert str(sender.party) not in read.text
    assert (await analyst.get("/v1/themes")).status_code == 200
    assert (await analyst.get(f"{path}/recurrences")).status_code == 403


@pytest.mark.parametrize("role", ["member", "analyst", "auditor", "administrator"])
async def test_who_may_not_identify_is_refused(board: Board, role: str) -> None:
    caller = await board.panel.caller(role, organisation=board.organisation)
    refused = await caller.post("/v1/improvements", {**TEXT, "addressees": [NATIONAL_BODY]})
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")


async def test_another_organisation_finds_nothing(board: Board) -> None:
    path = await board.agreed()
    stranger = await open_board(board.panel)
    assert (await stranger.secretariat.get(path)).status_code == 404
    answer = await stranger.secretariat.post(f"{path}/addressing", {}, headers={"If-Match": '"v2"'})
    assert answer.status_code == 404
    check = await stranger.secretariat.post("/v1/improvements/recurrence-check", {"what": TEXT["what"]})
    assert check.json()["recurrences"] == []


async def test_a_draft_is_compared_with_what_was_recommended_before(board: Board) -> None:
    sender = await connect(board.panel, board.organisation)
    subject = await sender.notify()
    await sender.send(LOCAL_REVIEW_DECISION, subject)
    report = {
        "reviewers": ["An independent reviewer"],
        "improvements_summary": "The child's school should keep one chronology.",
        "systemic_analysis": "Nobody answered for the whole.",
        "recommendations": [
            {
                "what": "Agree a single pathway on bruising of babies that are not mobile.",
                "owner": "The integrated care board",
                "by_when": "2027-06-30",
            },
            {
                "what": "Record every knife found at school.",
                "owner": "The police",
                "by_when": "2027-06-30",
            },
        ],
    }
    await sender.send(LOCAL_REVIEW, subject, report=report)
    earlier = await board.agreed()
    draft = {"what": TEXT["what"], "themes": ["non_accidental_injury_under_one"]}
    answer = await board.secretariat.post("/v1/improvements/recurrence-check", draft)
    assert answer.status_code == 200, answer.text
    same, alike = answer.json()["recurrences"]
    assert (same["source_kind"], same["source_id"], same["score"]) == (
        "improvement",
        earlier.rsplit("/", 1)[1],
        1.0,
    )
    assert (alike["source_kind"], alike["position"]) == ("local_review", 1)
    assert alike["text"].startswith("Agree a single pathway")
    assert alike["shared_themes"] == ["non_accidental_injury_under_one"]
    assert alike["shared_words"] >= 4
    assert alike["themes_suggested"] is True
    assert "Recommended in a local review of" in alike["explanation"]
    assert "non_accidental_injury_under_one" in answer.json()["suggested_themes"]
    themes = {entry["theme"]: entry for entry in (await board.secretariat.get("/v1/themes")).json()}
    (year,) = themes["non_accidental_injury_under_one"]["years"]
    assert (year["improvements"], year["local_reviews"], year["national_reviews"]) == (1, 1, 0)
    assert themes["weapons_and_knife_crime"]["total"] == 1
    assert themes["early_help"]["total"] == 0


async def test_a_person_confirms_that_it_was_previously_identified(board: Board) -> None:
    earlier = await board.agreed()
    path = (await board.identify()).headers["Location"]
    found = (await board.secretariat.get(f"{path}/recurrences")).json()["recurrences"]
    assert [hit["source_id"] for hit in found] == [earlier.rsplit("/", 1)[1]]
    assert found[0]["confirmed_by"] is None
    body = {"text_id": found[0]["text_id"], "remark": "The very same."}
    assert (await board.read(path))["previously_identified"] is False
    await board.secretariat.post(f"{path}/recurrences", body)
    confirmed = await board.secretariat.post(f"{path}/recurrences", body)
    assert confirmed.status_code == 201
    assert (await board.read(path))["previously_identified"] is True
    (hit,) = confirmed.json()["recurrences"]
    assert hit["confirmed_by"] == str(board.secretariat.principal_id)
    own = await board.secretariat.post(f"{earlier}/recurrences", {"text_id": found[0]["text_id"]})
    assert (own.status_code, own.json()["rule"]) == (422, "SI 2018/789 reg 3(a)")
    unknown = await board.secretariat.post(f"{path}/recurrences", {"text_id": f"{uuid4()}"})
    assert unknown.json()["errors"][0]["pointer"] == "/text_id"
