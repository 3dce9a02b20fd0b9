from typing import Any
from uuid import uuid4

import pytest
from httpx import Response

from shared_schemas.messages.exercise import LEARNING_EXAMPLE as LEARNING
from tests.support.offices import Office, child, etag_of, open_office
from tests.support.services import Service

SHARED = {"shared_on": "2026-01-05", "shared_by": "A. Sharer", "how": "Seven-minute briefing"}
NAMED = [child(first_name="Zedekiah", surname="Quillfeather")]


@pytest.fixture
async def east(local: Service) -> Office:
    """A partnership linked to a Panel."""
    return await open_office(local, linked=True)


async def record(east: Office, path: str, **changes: Any) -> str:
    answer = await east.office.post(f"{path}/learning", LEARNING | changes)
    assert answer.status_code == 201, answer.text
    return answer.headers["Location"]


async def step(east: Office, item: str, what: str, body: Any = None) -> Response:
    return await east.office.post(f"{item}/{what}", body, headers=etag_of(await east.office.get(item)))


async def test_it_is_shared_as_planned_and_the_record_says_with_whom_when_by_whom_how(east: Office) -> None:
    item = await record(east, await east.record())
    planned = await step(east, item, "shares", {"audience": "GP practices", "due_on": "2026-01-02"})
    (share,) = planned.json()["shares"]
    assert (planned.status_code, share["state"], share["overdue"]) == (201, "planned", True)
    at = f"{item}/shares/{share['id']}"
    done = await east.office.post(f"{at}/sharing", SHARED, headers={"If-Match": '"v1"'})
    (share,) = done.json()["shares"]
    assert (share["state"], share["overdue"]) == ("shared", False)
    assert {name: share[name] for name in SHARED} == SHARED
    again = await east.office.post(f"{at}/dropping", {"reasons": "No."}, headers={"If-Match": '"v2"'})
    assert (again.status_code, again.json()["code"]) == (409, "move-not-allowed")
    stale = await east.office.post(f"{at}/sharing", SHARED, headers={"If-Match": '"v1"'})
    assert stale.status_code == 412
    at_once = await step(east, item, "shares", {"audience": "Schools", "sharing": SHARED})
    assert [one["state"] for one in at_once.json()["shares"]] == ["shared", "shared"]


async def test_a_plan_is_dropped_with_reasons(east: Office) -> None:
    item = await record(east, await east.record())
    planned = await step(east, item, "shares", {"audience": "GP practices", "due_on": "2026-01-02"})
    at = f"{item}/shares/{planned.json()['shares'][0]['id']}"
    dropped = await east.office.post(f"{at}/dropping", {"reasons": "Reached."}, headers={"If-Match": '"v1"'})
    assert dropped.json()["shares"][0]["dropped_reasons"] == "Reached."


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"learning": "When ZEDEKIAH was seen."}, "/learning"),
        ({"audience": "The Quillfeather family's GP"}, "/audience"),
        ({"themes": ["home_visits", "zedekiah"]}, "/themes/1"),
        ({"learning": "Child LA100234."}, "/learning"),
    ],
)
async def test_learning_names_no_child_of_its_case(
    east: Office, changes: dict[str, Any], pointer: str
) -> None:
    path = await east.record(children=NAMED)
    refused = await east.office.post(f"{path}/learning", LEARNING | changes)
    assert refused.status_code == 422
    (error,) = refused.json()["errors"]
    assert (error["pointer"], error["code"]) == (pointer, "learning_names_child")
    assert "zedekiah" not in refused.text.casefold()
    assert (await east.office.get(f"{path}/learning")).json() == []


async def test_how_it_was_shared_names_no_child_either(east: Office) -> None:
    item = await record(east, await east.record(children=NAMED))
    sharing = SHARED | {"how": "Zedekiah's conference"}
    refused = await step(east, item, "shares", {"audience": "Schools", "sharing": sharing})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/sharing/how")


async def test_a_name_recorded_later_keeps_it_from_the_panel(east: Office) -> None:
    path = await east.record()
    item = await record(east, path, learning="The Quillfeather rule.")
    current = await east.office.get(path)
    children = [{**current.json()["incident"]["children"][0], "surname": "Quillfeather"}]
    changed = await east.office.patch(path, {"incident": {"children": children}}, current.headers["ETag"])
    assert changed.status_code == 200, changed.text
    await east.notify(path)
    refused = await step(east, item, "onward")
    assert (refused.status_code, refused.json()["code"]) == (409, "move-not-allowed")


async def test_it_goes_to_the_panel_once_and_after_the_notification(east: Office) -> None:
    path = await east.record()
    item = await record(east, path)
    early = await step(east, item, "onward")
    assert (early.status_code, early.json()["rule"]) == (409, "Children Act 2004 s16C(1)")
    await east.notify(path)
    sent = await step(east, item, "onward")
    assert sent.status_code == 200
    assert sent.json()["message_id"]
    assert (await step(east, item, "onward")).status_code == 409
    assert [one["type"] for one in (await east.read(path))["messages"]][1:] == ["local.learning.v1"]


async def test_the_library_is_searched_by_theme_and_words_and_shows_no_case(
    local: Service, east: Office
) -> None:
    await record(east, await east.record(), learning="100% of babies_here.", themes=["babies"])
    await record(east, await east.record(), learning="1000 other words.", themes=["schools", "babies"])
    scrutineer = await local.caller("scrutineer", organisation=east.code)

    async def found(**params: str) -> list[str]:
        answer = await scrutineer.get("/v1/learning", params=params)
        assert answer.status_code == 200
        assert all("case_id" not in item for item in answer.json()["items"])
        return [item["learning"] for item in answer.json()["items"]]

    assert await found() == ["1000 other words.", "100% of babies_here."]
    assert await found(theme="schools") == ["1000 other words."]
    assert await found(q="100%") == ["100% of babies_here."]
    assert await found(q="OTHER", theme="babies") == ["1000 other words."]
    assert await found(q="s_h") == ["100% of babies_here."]
    assert await found(q="b_b") == []
    west = await open_office(local)
    assert (await west.office.get("/v1/learning")).json()["items"] == []


async def test_who_may_and_what_cannot_be(local: Service, east: Office) -> None:
    path = await east.record()
    west = await open_office(local)
    assert (await east.notifier.post(f"{path}/learning", LEARNING)).status_code == 403
    assert (await west.office.post(f"{path}/learning", LEARNING)).status_code == 404
    assert (await west.office.get(f"{path}/learning")).status_code == 404
    key = {"Idempotency-Key": str(uuid4())}
    first, again = [await east.office.post(f"{path}/learning", LEARNING, headers=key) for _ in range(2)]
    assert first.content == again.content
    item = first.headers["Location"]
    assert (await west.office.get(item)).status_code == 404
    future = {"audience": "Schools", "sharing": SHARED | {"shared_on": "2999-01-01"}}
    refused = await step(east, item, "shares", future)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/sharing/shared_on")
    neither = await step(east, item, "shares", {"audience": "Schools"})
    assert neither.json()["errors"][0]["code"] == "planned_or_shared"
    stale = await east.office.post(f"{item}/onward", headers={"If-Match": '"v9"'})
    assert stale.status_code == 412


@pytest.mark.parametrize("params", [{"q": "a\x00b"}, {"q": " "}, {"theme": "a\x00"}, {"theme": "A theme"}])
async def test_what_cannot_be_searched_for(east: Office, params: dict[str, str]) -> None:
    assert (await east.office.get("/v1/learning", params=params)).status_code == 422
