"""What is told of a child comes back to those who may read it, and to no log and no error."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from structlog.testing import LogCapture

from service_kit.logs import keep_allowed_keys
from tests.contract.refusals import CANARY
from tests.support.offices import REPORT, SECTIONS, child, incident, open_office
from tests.support.services import Service

NAMED = child(
    la_child_id=f"{CANARY[:12]}1",
    first_name=f"{CANARY} first",
    surname=f"{CANARY} surname",
    other_names=[f"{CANARY} other"],
    postcode="BN1 1EE",
)
TOLD: dict[str, Any] = {
    "children": [NAMED],
    "summary": f"{CANARY} summary",
    "location": {"in_england": True, "description": f"{CANARY} place", "postcode": "BN1 1EE"},
    "agencies": [{"agency_type": "police_force", "name": f"{CANARY} agency", "knew_the_child": False}],
}
TOKENS = (CANARY, CANARY[:12], "BN1 1EE", "9434765919")


@pytest.fixture
def logged() -> Iterator[list[Any]]:
    """Every event that is logged, before and after the keys that are not allowed are dropped."""
    capture = LogCapture()
    before = structlog.get_config()
    structlog.configure(processors=[structlog.contextvars.merge_contextvars, capture])
    yield capture.entries
    structlog.configure(**before)


def check_silent(events: list[Any]) -> None:
    text = json.dumps(events, default=repr)
    assert [token for token in TOKENS if token.lower() in text.lower()] == []
    for event in events:
        assert keep_allowed_keys(None, "", dict(event)).keys() | {"log_level"} == event.keys() | {"log_level"}


def marked(value: Any) -> Any:
    """Give the value with the canary in place of each text that is free."""
    if isinstance(value, dict):
        return {name: marked(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [marked(inner) for inner in value]
    return f"{CANARY} {value}" if isinstance(value, str) and " " in value else value


async def test_no_step_of_a_case_writes_its_words_to_a_log(local: Service, logged: list[Any]) -> None:
    east = await open_office(local, linked=True)
    path = await east.record(**TOLD)
    await east.notify(path)
    await east.start_review(path, marked(SECTIONS))
    await east.complete_review(path)
    await east.commission(path, reasons=f"{CANARY} reasons")
    await east.write_report(path, marked(REPORT))
    await east.complete_local_review(path)
    read = (await east.office.get(path)).text
    assert [token for token in TOKENS if token not in read] == []
    assert (await east.office.get(path + "/local-review")).text.count(CANARY) > 2
    assert len(logged) > 8
    check_silent(logged)


async def test_no_refusal_repeats_what_was_told(local: Service, logged: list[Any]) -> None:
    east = await open_office(local)
    path = await east.record(**TOLD)
    etag = (await east.office.get(path)).headers["ETag"]
    refusals = [
        await east.office.post("/v1/cases", {"incident": incident(**TOLD, setting=CANARY)}),
        await east.office.post("/v1/cases", {"incident": {**TOLD, CANARY: CANARY}}),
        await east.office.patch(path, {"incident": {"children": [NAMED, NAMED]}}, etag),
        await east.office.patch(path, {"incident": {"nature": CANARY}}, etag),
        await east.office.patch(path, {"incident": {"location": {**TOLD["location"], "a": CANARY}}}, etag),
        await east.office.get("/v1/cases", params={"status": CANARY, "cursor": CANARY}),
        await east.office.get(f"/v1/cases/by-reference/mosaic/{CANARY}"),
        await east.office.get(f"{path}/duties/{CANARY}"),
        await east.office.get(f"/v1/{CANARY}"),
        await east.draft(f"{path}/{CANARY}"),
    ]
    assert [answer.is_client_error for answer in refusals] == [True] * len(refusals)
    for answer in refusals:
        assert [token for token in TOKENS if token.lower() in answer.text.lower()] == []
    check_silent(logged)


async def test_no_audit_entry_holds_a_word_of_it(local: Service) -> None:
    east = await open_office(local, linked=True)
    path = await east.record(**TOLD)
    await east.notify(path)
    await east.office.get(f"/v1/cases/by-reference/mosaic/{CANARY}")
    auditor = await local.caller("auditor", organisation=east.code)
    text = (await auditor.get("/v1/audit-entries", params={"limit": 200})).text
    assert "case.recorded" in text
    assert [token for token in TOKENS if token.lower() in text.lower()] == []
