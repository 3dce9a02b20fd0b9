"""Bad input at the Panel's own writing operation."""

from datetime import UTC, datetime
from typing import Any

import pytest

from panel_service.decisions.schemas import EXAMPLE
from shared_schemas.messages.local import RAPID_REVIEW
from tests.contract.refusals import CANARY, check_refused
from tests.panel.received import connect
from tests.support.services import Caller, Service

BAD: dict[str, tuple[dict[str, Any], str, str]] = {
    "unknown_member": ({CANARY: 1}, "", "unknown_member"),
    "code_not_on_its_list": ({"outcome": CANARY}, "/outcome", "code_not_on_list"),
    "wrong_type": ({"reasons": [CANARY]}, "/reasons", "string_type"),
    "control_character": ({"reasons": f"{CANARY}\u0007"}, "/reasons", "text_has_control_characters"),
    "impossible_date": ({"decided_on": "2026-02-30"}, "/decided_on", "date_from_datetime_parsing"),
    "in_the_future": ({"decided_on": "2999-01-01"}, "/decided_on", "in_the_future"),
    "nobody_decided": ({"decided_by": []}, "/decided_by", "too_short"),
    "recused_but_decided": (
        {"decided_by": [CANARY], "recused": [CANARY]},
        "",
        "recused_but_decided",
    ),
}
UNREADABLE = {
    "nan": b'{"outcome": NaN}',
    "member_twice": b'{"reasons": "a", "reasons": "%s"}' % CANARY.encode(),
    "nul_character": b'{"reasons": "%s\\u0000"}' % CANARY.encode(),
    "cut_off": b'{"reasons": "%s' % CANARY.encode(),
}


@pytest.fixture
async def secretariat(panel: Service) -> Caller:
    """Somebody who speaks for the Panel."""
    return await panel.caller("secretariat")


@pytest.fixture
async def case(panel: Service, secretariat: Caller) -> str:
    """The path of a case that waits for its decision."""
    sender = await connect(panel)
    subject = await sender.notify()
    await sender.send(RAPID_REVIEW, subject)
    answer = await secretariat.get("/v1/cases", params={"exchange_reference": str(subject)})
    (item,) = answer.json()["items"]
    return f"/v1/cases/{item['id']}"


async def check_undecided(secretariat: Caller, case: str) -> None:
    read = (await secretariat.get(case)).json()
    assert (read["version"], read["decisions"]) == (2, [])


@pytest.mark.parametrize("name", sorted(BAD))
async def test_a_decision_that_cannot_be_is_refused(secretariat: Caller, case: str, name: str) -> None:
    changes, pointer, code = BAD[name]
    body = {**EXAMPLE, "decided_on": datetime.now(UTC).date().isoformat(), **changes}
    answer = await secretariat.post(f"{case}/decisions", body, headers={"If-Match": '"v2"'})
    check_refused(answer, 422, "invalid-request", pointer, code)
    await check_undecided(secretariat, case)


@pytest.mark.parametrize("name", sorted(UNREADABLE))
async def test_a_body_that_cannot_be_read_is_refused(secretariat: Caller, case: str, name: str) -> None:
    headers = {"If-Match": '"v2"', "Content-Type": "application/json"}
    answer = await secretariat.post(f"{case}/decisions", content=UNREADABLE[name], headers=headers)
    check_refused(answer, 400, "malformed-body")
    await check_undecided(secretariat, case)


@pytest.mark.parametrize("etag", [CANARY, '"v1"', "*", ""])
async def test_an_etag_that_is_stale_or_none(secretariat: Caller, case: str, etag: str) -> None:
    answer = await secretariat.post(f"{case}/decisions", EXAMPLE, headers={"If-Match": etag})
    check_refused(answer, 412, "precondition-failed")
    await check_undecided(secretariat, case)


@pytest.mark.parametrize("number", ["0", "-1", CANARY, "9" * 30])
async def test_a_version_that_is_none(secretariat: Caller, case: str, number: str) -> None:
    answer = await secretariat.get(f"{case}/decisions/{number}")
    assert answer.status_code in {404, 422}
    check_refused(answer, answer.status_code, answer.json()["code"])


@pytest.mark.parametrize("name", ["partnership", "exchange_reference"])
async def test_a_filter_that_is_none(secretariat: Caller, name: str) -> None:
    answer = await secretariat.get("/v1/cases", params={name: CANARY})
    check_refused(answer, 422, "invalid-request", f"/query/{name}", "uuid_parsing")
