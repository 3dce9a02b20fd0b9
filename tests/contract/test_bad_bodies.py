import json
from typing import Any

import pytest

from tests.contract.refusals import CANARY, check_refused
from tests.support.offices import Office, child, incident, open_office
from tests.support.services import Service

UNREADABLE = {
    "cut_off": b'{"incident": {"summary": "' + CANARY.encode(),
    "no_json": CANARY.encode(),
    "nan": b'{"incident": {"occurred_on": NaN, "summary": "%s"}}' % CANARY.encode(),
    "infinity": b'{"incident": {"occurred_on": -Infinity}}',
    "member_twice": b'{"incident": {"summary": "a", "summary": "%s"}}' % CANARY.encode(),
    "deep": b'{"a":' * 60 + b'"%s"' % CANARY.encode() + b"}" * 60,
    "very_deep": b"[" * 200_000,
    "nul_character": b'{"incident": {"summary": "%s\\u0000"}}' % CANARY.encode(),
    "lone_surrogate": b'{"incident": {"summary": "%s\\ud800"}}' % CANARY.encode(),
    "not_utf8": b'{"incident": {"summary": "%s\xff"}}' % CANARY.encode(),
    "number_too_great": b'{"incident": {"occurred_on": 1%s}}' % (b"0" * 5000),
    "byte_order_mark": b"\xef\xbb\xbf{}",
}

# The facts changed, then where the answer must point and which check it must name.
BAD_FACTS: dict[str, tuple[dict[str, Any], str, str]] = {
    "unknown_member": ({CANARY: 1}, "/incident", "unknown_member"),
    "unknown_member_of_child": (
        {"children": [child(**{CANARY: 1})]},
        "/incident/children/0",
        "unknown_member",
    ),
    "wrong_type": ({"summary": [CANARY]}, "/incident/summary", "string_type"),
    "number_for_text": ({"summary": 5}, "/incident/summary", "string_type"),
    "text_for_object": ({"location": CANARY}, "/incident/location", "model_attributes_type"),
    "text_for_yes_or_no": (
        {"children": [child(unborn="true")]},
        "/incident/children/0/unborn",
        "bool_type",
    ),
    "null": ({"setting": None}, "/incident/setting", "string_type"),
    "impossible_date": (
        {"occurred_on": "2025-02-30"},
        "/incident/occurred_on",
        "date_from_datetime_parsing",
    ),
    "no_date": ({"occurred_on": CANARY}, "/incident/occurred_on", "date_not_written_out"),
    "moment_without_offset": (
        {"authority_became_aware_at": "2025-12-22T11:00:00"},
        "/incident/authority_became_aware_at",
        "instant_without_offset",
    ),
    "incident_in_the_future": (
        {"occurred_on": "2999-01-01"},
        "/incident/occurred_on",
        "date_in_the_future",
    ),
    "receipt_in_the_future": (
        {"information_received": [{"partner": "police", "received_at": "2999-01-01T00:00:00Z"}]},
        "/incident/information_received/0/received_at",
        "time_in_the_future",
    ),
    "birth_in_the_future": (
        {"children": [child(date_of_birth="2999-01-01")]},
        "/incident/children/0/date_of_birth",
        "date_in_the_future",
    ),
    "death_before_birth": (
        {"children": [child(outcome="died", date_of_death="2025-07-01")]},
        "/incident/children/0",
        "death_before_birth",
    ),
    "nhs_check_digit": (
        {"children": [child(nhs_number="9434765918")]},
        "/incident/children/0/nhs_number",
        "nhs_number_not_valid",
    ),
    "nhs_number_that_is_none": (
        {"children": [child(nhs_number=CANARY)]},
        "/incident/children/0/nhs_number",
        "nhs_number_not_valid",
    ),
    "pupil_number_check_letter": (
        {"children": [child(unique_pupil_number="B950000178301")]},
        "/incident/children/0/unique_pupil_number",
        "unique_pupil_number_not_valid",
    ),
    "code_not_on_its_list": ({"setting": CANARY}, "/incident/setting", "code_not_on_list"),
    "code_twice": (
        {"categories_of_abuse": ["PHY", "PHY"]},
        "/incident/categories_of_abuse",
        "code_given_twice",
    ),
    "choice_not_offered": ({"abuse_or_neglect": CANARY}, "/incident/abuse_or_neglect", "enum"),
    "authority_not_in_england": (
        {"location": {"in_england": True, "local_authority": "999"}},
        "/incident/location/local_authority",
        "local_authority_unknown",
    ),
    "control_character": (
        {"summary": f"{CANARY}\u0007"},
        "/incident/summary",
        "text_has_control_characters",
    ),
    "blank": ({"summary": "   "}, "/incident/summary", "string_too_short"),
    "too_long": ({"summary": CANARY * 2000}, "/incident/summary", "string_too_long"),
    "nobody": ({"children": []}, "/incident/children", "too_short"),
    "two_index_children": ({"children": [child(), child()]}, "/incident", "index_child"),
    "limb_and_place": ({"notification_limb": "s16c_1_b"}, "/incident", "limb_and_location"),
    "id_not_of_this_case": (
        {"children": [child(id="01a19d01-e880-7d4e-8f60-718293a4b5c7")]},
        "/incident/children/0/id",
        "child_unknown",
    ),
}


async def check_nothing_recorded(east: Office) -> None:
    assert (await east.office.get("/v1/cases")).json()["items"] == []


@pytest.mark.parametrize("name", sorted(UNREADABLE))
async def test_a_body_that_cannot_be_read_one_way_only_is_refused(local: Service, name: str) -> None:
    east = await open_office(local)
    headers = {"Content-Type": "application/json"}
    answer = await east.office.post("/v1/cases", content=UNREADABLE[name], headers=headers)
    check_refused(answer, 400, "malformed-body")
    await check_nothing_recorded(east)


@pytest.mark.parametrize("name", sorted(BAD_FACTS))
async def test_a_fact_that_cannot_be_is_refused_with_its_place_and_rule(local: Service, name: str) -> None:
    east = await open_office(local)
    changes, pointer, code = BAD_FACTS[name]
    answer = await east.office.post("/v1/cases", {"incident": incident(**changes)})
    check_refused(answer, 422, "invalid-request", pointer, code)
    await check_nothing_recorded(east)


@pytest.mark.parametrize("name", sorted(BAD_FACTS))
async def test_a_change_to_what_cannot_be_is_refused_and_changes_nothing(local: Service, name: str) -> None:
    east = await open_office(local)
    path = await east.record()
    before = await east.office.get(path)
    changes, pointer, code = BAD_FACTS[name]
    answer = await east.office.patch(path, {"incident": changes}, before.headers["ETag"])
    check_refused(answer, 422, "invalid-request")
    found = [(error["pointer"], error["code"]) for error in answer.json()["errors"]]
    # A patch may leave members out, and so its null means "take away", which then breaks the whole.
    assert (pointer, code) in found
    assert (await east.office.get(path)).json() == before.json()


@pytest.mark.parametrize("body", [None, [], "text", 5, {}])
async def test_a_body_of_another_shape_is_refused(local: Service, body: Any) -> None:
    east = await open_office(local)
    headers = {"Content-Type": "application/json"}
    content = b"" if body is None else json.dumps(body).encode()
    answer = await east.office.post("/v1/cases", content=content, headers=headers)
    check_refused(answer, 422, "invalid-request")
    await check_nothing_recorded(east)


async def test_every_fault_is_told_at_once(local: Service) -> None:
    east = await open_office(local)
    changes = {"setting": CANARY, "summary": "", "children": [child(nhs_number="1")]}
    answer = await east.office.post("/v1/cases", {"incident": incident(**changes)})
    assert len(answer.json()["errors"]) == 3
