import asyncio
from uuid import uuid4

from tests.support.offices import child, etag_of, incident, open_office
from tests.support.services import Service


async def test_a_recorded_case_can_be_read_where_its_location_says(local: Service) -> None:
    east = await open_office(local)
    source = {"source_system": "mosaic", "reference": "SI-2025-0017"}
    made = await east.office.post("/v1/cases", {"source": source, "incident": incident()})
    assert (made.status_code, made.headers["ETag"]) == (201, '"v1"')
    read = await east.office.get(made.headers["Location"])
    assert read.headers["ETag"] == '"v1"'
    assert read.json() == made.json()
    case = read.json()
    assert (case["source"], case["stage"], case["status"]) == (source, "recorded", "open")
    assert case["rule_set"] == "consultation-2017"
    assert case["information_received_at"] == "2025-12-22T10:00:00Z"
    assert case["incident"]["children"][0]["id"]


async def test_the_same_request_twice_records_one_case_and_is_answered_alike(local: Service) -> None:
    east = await open_office(local)
    headers = {"Idempotency-Key": f"{uuid4()}"}
    first = await east.office.post("/v1/cases", {"incident": incident()}, headers=headers)
    again = await east.office.post("/v1/cases", {"incident": incident()}, headers=headers)
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert first.headers["Location"] == again.headers["Location"]
    assert first.headers["ETag"] == again.headers["ETag"]
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len((await east.office.get("/v1/cases")).json()["items"]) == 1


async def test_a_key_with_another_body_is_refused(local: Service) -> None:
    east = await open_office(local)
    headers = {"Idempotency-Key": f"{uuid4()}"}
    await east.office.post("/v1/cases", {"incident": incident()}, headers=headers)
    other = await east.office.post("/v1/cases", {"incident": incident(setting="hospital")}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")
    assert len((await east.office.get("/v1/cases")).json()["items"]) == 1


async def test_without_a_key_nothing_is_recorded(local: Service) -> None:
    east = await open_office(local)
    answer = await east.office.request("POST", "/v1/cases", json={"incident": incident()})
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency-key-missing")


async def test_a_key_belongs_to_one_caller(local: Service) -> None:
    east = await open_office(local)
    headers = {"Idempotency-Key": f"{uuid4()}"}
    body = {"incident": incident()}
    made = [await who.post("/v1/cases", body, headers=headers) for who in (east.office, east.notifier)]
    assert made[0].json()["id"] != made[1].json()["id"]


async def test_a_refused_request_leaves_its_key_free(local: Service) -> None:
    east = await open_office(local)
    headers = {"Idempotency-Key": f"{uuid4()}"}
    wrong = {"incident": incident(occurred_on="2999-01-01")}
    assert (await east.office.post("/v1/cases", wrong, headers=headers)).status_code == 422
    made = await east.office.post("/v1/cases", {"incident": incident()}, headers=headers)
    assert made.status_code == 201
    assert "Idempotency-Replayed" not in made.headers


async def test_the_same_request_ten_times_at_once_records_one_case(local: Service) -> None:
    east = await open_office(local)
    headers = {"Idempotency-Key": f"{uuid4()}"}
    body = {"incident": incident()}
    answers = await asyncio.gather(*(east.office.post("/v1/cases", body, headers=headers) for _ in range(10)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    made = [answer for answer in answers if answer.status_code == 201]
    assert len({answer.content for answer in made}) == 1
    assert all(answer.json()["code"] == "request-in-progress" for answer in answers if answer not in made)
    assert len((await east.office.get("/v1/cases")).json()["items"]) == 1


async def test_a_source_and_reference_name_one_case(local: Service) -> None:
    east = await open_office(local)
    body = {"source": {"source_system": "mosaic", "reference": "A1"}, "incident": incident()}
    assert (await east.office.post("/v1/cases", body)).status_code == 201
    second = await east.office.post("/v1/cases", body)
    assert (second.status_code, second.json()["code"]) == (409, "conflict")
    west = await open_office(local)
    assert (await west.office.post("/v1/cases", body)).status_code == 201


async def test_a_change_replaces_the_members_given_and_only_those(local: Service) -> None:
    east = await open_office(local)
    path = await east.record()
    before = await east.office.get(path)
    changed = await east.office.patch(path, {"incident": {"setting": "hospital"}}, before.headers["ETag"])
    assert (changed.status_code, changed.headers["ETag"]) == (200, '"v2"')
    facts = before.json()["incident"]
    assert changed.json()["incident"] == {**facts, "setting": "hospital"}
    assert (await east.office.get(path)).json() == changed.json()


async def test_of_two_changes_on_one_reading_the_second_is_refused(local: Service) -> None:
    east = await open_office(local)
    path = await east.record()
    answers = await asyncio.gather(
        *(east.office.patch(path, {"incident": {"setting": "hospital"}}, '"v1"') for _ in range(4))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412]
    stale = next(answer for answer in answers if answer.status_code == 412)
    assert stale.headers["ETag"] == '"v2"'


async def test_a_child_keeps_its_id_through_changes(local: Service) -> None:
    east = await open_office(local)
    sibling = child(index_child=False, la_child_id="LA2", outcome="not_seriously_harmed", nhs_number=None)
    path = await east.record(children=[child(), sibling])
    first, second = (await east.read(path))["incident"]["children"]
    # The second becomes the index child and comes first; the other is known by the authority's identifier.
    children = [{**second, "index_child": True}, child(index_child=False)]
    changed = await east.office.patch(path, {"incident": {"children": children}}, '"v1"')
    assert changed.status_code == 200, changed.text
    assert [one["id"] for one in changed.json()["incident"]["children"]] == [second["id"], first["id"]]
    fewer = await east.office.patch(path, {"incident": {"children": [children[0]]}}, '"v2"')
    assert [one["id"] for one in fewer.json()["incident"]["children"]] == [second["id"]]


async def test_a_case_is_kept_up_to_date_under_its_own_reference(local: Service) -> None:
    east = await open_office(local)
    path = "/v1/cases/by-reference/mosaic/SI-2025-0042"
    body, other = {"incident": incident()}, {"incident": incident(setting="hospital")}
    assert (await east.office.get(path)).status_code == 404
    assert (await east.office.put(path, body, etag='"v1"')).status_code == 412
    new = await east.office.put(path, body)
    assert (new.status_code, new.headers["ETag"]) == (201, '"v1"')
    same = await east.office.put(path, body)
    assert (same.status_code, same.headers["ETag"]) == (200, '"v1"')
    assert same.json() == new.json()
    unread = await east.office.put(path, other)
    assert (unread.status_code, unread.json()["code"]) == (428, "precondition-required")
    stale = await east.office.put(path, other, etag='"v9"')
    assert (stale.status_code, stale.json()["code"]) == (412, "precondition-failed")
    changed = await east.office.put(path, other, etag='"v1"')
    assert (changed.status_code, changed.headers["ETag"]) == (200, '"v2"')
    read = await east.office.get(path)
    assert read.json() == (await east.office.get(new.headers["Location"])).json()
    assert read.json()["incident"]["setting"] == "hospital"


async def test_the_same_reference_put_at_once_is_one_case(local: Service) -> None:
    east = await open_office(local)
    path = "/v1/cases/by-reference/mosaic/SI-2025-0043"
    answers = await asyncio.gather(*(east.office.put(path, {"incident": incident()}) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 200, 201]
    assert len({answer.json()["id"] for answer in answers}) == 1


async def test_a_list_is_paged_filtered_and_names_no_child(local: Service) -> None:
    east = await open_office(local)
    paths = [await east.record(children=[child(first_name="Zebedee")]) for _ in range(3)]
    body = {"source": {"source_system": "mosaic", "reference": "A1"}, "incident": incident()}
    paths.append((await east.office.post("/v1/cases", body)).headers["Location"])
    first = await east.office.get("/v1/cases", params={"limit": 3})
    rest = await east.office.get("/v1/cases", params={"limit": 3, "cursor": first.json()["next_cursor"]})
    items = first.json()["items"] + rest.json()["items"]
    assert [f"/v1/cases/{item['id']}" for item in items] == paths[::-1]
    assert rest.json()["next_cursor"] is None
    for told in ("Zebedee", "9434765919", "LA100234"):
        assert told not in first.text + rest.text
    only = await east.office.get("/v1/cases", params={"source_system": "mosaic"})
    assert [item["source"]["reference"] for item in only.json()["items"]] == ["A1"]
    assert (await east.office.get("/v1/cases", params={"status": "closed"})).json()["items"] == []


async def test_each_step_allowed_is_named_and_each_other_says_why_not(local: Service) -> None:
    east = await open_office(local)
    path = await east.record()
    steps = {step["action"]: step for step in (await east.read(path))["allowed_actions"]}
    assert steps["start_rapid_review"]["allowed"] is True
    assert steps["decide_on_local_review"]["allowed"] is False
    assert steps["decide_on_local_review"]["rule"]
    assert "assessments:write" in steps["give_judgement"]["why_not"]
    assert etag_of(await east.office.get(path)) == {"If-Match": '"v1"'}


async def test_a_change_that_changes_nothing_is_a_read_and_audited_as_one(local: Service) -> None:
    east = await open_office(local)
    path = await east.record()
    read = await east.office.get(path)
    answer = await east.office.patch(path, {"incident": {}}, read.headers["ETag"])
    assert (answer.status_code, answer.json()["version"]) == (200, 1)
    actions = [entry["action"] for entry in await east.audit(path)]
    assert actions.count("case.read") == 2
