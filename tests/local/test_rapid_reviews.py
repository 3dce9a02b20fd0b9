import pytest

from tests.support.offices import SECTIONS, open_office
from tests.support.services import Service


async def test_it_is_written_in_parts_by_several_people(local: Service) -> None:
    east = await open_office(local)
    path = await east.record()
    started = await east.office.post(f"{path}/rapid-review")
    assert (started.status_code, started.headers["ETag"]) == (201, '"v1"')
    assert started.json()["missing"] == list(SECTIONS)
    colleague = await local.caller("partnership_office", organisation=east.code)
    answer = started
    for who, (name, section) in zip([east.office, colleague] * 3, SECTIONS.items(), strict=False):
        answer = await who.patch(
            f"{path}/rapid-review", {"sections": {name: section}}, answer.headers["ETag"]
        )
        assert answer.status_code == 200, answer.text
    assert answer.json()["missing"] == []
    assert {name for name, value in answer.json()["sections"].items() if value} == set(SECTIONS)
    assert (await east.read(path))["stage"] == "rapid_review_in_progress"


async def test_a_part_on_an_older_reading_is_refused_and_overwrites_nothing(local: Service) -> None:
    east = await open_office(local)
    path = await east.record()
    await east.start_review(path)
    review = f"{path}/rapid-review"
    other = {"sections": {"circumstances": {"narrative": "Another account."}}}
    stale = await east.office.patch(review, other, '"v1"')
    assert (stale.status_code, stale.headers["ETag"]) == (412, '"v2"')
    kept = (await east.office.get(review)).json()["sections"]["circumstances"]
    assert kept["narrative"] == SECTIONS["circumstances"]["narrative"]


async def test_null_takes_a_section_away(local: Service) -> None:
    east = await open_office(local)
    path = await east.record()
    await east.start_review(path)
    answer = await east.office.patch(f"{path}/rapid-review", {"sections": {"circumstances": None}}, '"v2"')
    assert answer.json()["missing"] == ["circumstances"]


@pytest.mark.parametrize("left_out", [*SECTIONS])
async def test_each_section_left_out_is_named(local: Service, left_out: str) -> None:
    east = await open_office(local)
    path = await east.record()
    await east.start_review(path, {name: SECTIONS[name] for name in SECTIONS if name != left_out})
    refused = await east.complete_review(path)
    assert (refused.status_code, refused.json()["code"]) == (409, "incomplete")
    assert refused.json()["rule"] == "Consultation on Working Together 2017"
    (error,) = refused.json()["errors"]
    assert (error["pointer"], error["code"]) == (f"/sections/{left_out}", "missing")


async def test_completed_before_the_notification_it_follows_right_after_it(local: Service) -> None:
    east = await open_office(local, linked=True)
    path = await east.record()
    await east.start_review(path)
    held_back = await east.complete_review(path)
    assert (held_back.status_code, held_back.json()["state"]) == (200, "complete")
    assert held_back.json()["completed_at"]
    assert held_back.json()["sent_at"] is None
    assert (await east.read(path))["messages"] == []
    await east.judge(path)
    await east.draft(path)
    sent = await east.authorise(path)
    assert sent.json()["rapid_review_sent"] is True
    messages = (await east.read(path))["messages"]
    assert [(message["number"], message["type"]) for message in messages] == [
        (1, "local.notification.v1"),
        (2, "local.rapid_review.v1"),
    ]


async def test_completed_after_the_notification_it_goes_at_once_and_never_changes(local: Service) -> None:
    east = await open_office(local, linked=True)
    path = await east.notified()
    await east.start_review(path)
    sent = await east.complete_review(path)
    assert (sent.json()["state"], sent.headers["ETag"]) == ("sent", '"v3"')
    changed = await east.office.patch(f"{path}/rapid-review", {"sections": {"circumstances": None}}, '"v3"')
    for again in (changed, await east.complete_review(path), await east.office.post(f"{path}/rapid-review")):
        assert (again.status_code, again.json()["code"]) == (409, "move-not-allowed")
    assert len((await east.read(path))["messages"]) == 2


async def test_an_unlinked_partnership_can_work_but_not_send(local: Service) -> None:
    east = await open_office(local)
    path = await east.record()
    await east.start_review(path)
    assert (await east.complete_review(path)).status_code == 200


async def test_a_decision_in_the_future_is_refused(local: Service) -> None:
    east = await open_office(local)
    path = await east.record()
    steps = {"decision_on_next_steps": {"decision": "Later.", "decided_on": "2999-01-01"}}
    refused = await east.start_review(path, steps)
    assert refused.status_code == 422
    (error,) = refused.json()["errors"]
    assert error["pointer"] == "/sections/decision_on_next_steps/decided_on"


async def test_what_was_not_started_is_not_there(local: Service) -> None:
    east = await open_office(local)
    path = await east.record()
    assert (await east.office.get(f"{path}/rapid-review")).status_code == 404
    written = await east.office.patch(f"{path}/rapid-review", {"sections": {}}, '"v1"')
    assert (written.status_code, written.json()["allowed"]) == (409, ["start_rapid_review"])


async def test_what_grows_too_long_for_one_message_is_refused(local: Service) -> None:
    east = await open_office(local, linked=True)
    path = await east.notified()
    # Each request is within the limit of 1 MiB, the whole is not.
    long_text = "€" * 20_000
    account = dict.fromkeys(("involvement", "good_practice", "concerns"), long_text)
    agencies = [{**SECTIONS["agency_involvement"]["agencies"][0], **account}] * 5
    await east.start_review(path, {**SECTIONS, "agency_involvement": {"agencies": agencies}})
    more = {
        "circumstances": {"narrative": long_text},
        "decision_on_next_steps": {"decision": long_text, "decided_on": "2025-12-29"},
        "in_principle_view": {"view": "appropriate", "reasons": long_text},
    }
    refused = await east.office.patch(f"{path}/rapid-review", {"sections": more}, '"v2"')
    assert (refused.status_code, refused.json()["code"]) == (413, "body-too-large")
    kept = await east.office.get(f"{path}/rapid-review")
    assert (kept.headers["ETag"], kept.json()["sections"]["circumstances"]) == (
        '"v2"',
        SECTIONS["circumstances"],
    )
