"""Many cases in one request: each stands or falls by itself."""

from typing import Any
from uuid import uuid4

from httpx import Response

from tests.support.offices import incident, open_office
from tests.support.services import Caller, Service


def record(reference: str, **more: Any) -> dict[str, Any]:
    source = {"source_system": "mosaic", "reference": reference}
    return {"source": source, "incident": incident(), **more}


async def send(caller: Caller, *records: Any, key: str | None = None) -> Response:
    headers = {"Idempotency-Key": key} if key else {}
    return await caller.post("/v1/cases/batch", {"records": list(records)}, headers=headers)


async def results(caller: Caller, *records: Any) -> list[dict[str, Any]]:
    answer = await send(caller, *records)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["results"]
    return found


async def test_one_bad_record_refuses_no_other(local: Service) -> None:
    east = await open_office(local)
    wrong = record("SI-2", incident=incident(occurred_on="2099-01-01"))
    malformed = record("SI-3", incident=incident(nature="no_such_code", secret_name="x"))
    found = await results(
        east.office, record("SI-1"), wrong, malformed, {"incident": incident()}, record("SI-4")
    )
    assert [result["status"] for result in found] == ["created", "refused", "refused", "refused", "created"]
    assert [result["index"] for result in found] == [0, 1, 2, 3, 4]
    assert found[1]["problem"]["errors"][0]["pointer"] == "/records/1/incident/occurred_on"
    assert found[1]["problem"]["errors"][0]["code"] == "date_in_the_future"
    pointers = {error["pointer"] for error in found[2]["problem"]["errors"]}
    assert pointers == {"/records/2/incident", "/records/2/incident/nature"}
    assert found[3]["problem"]["errors"][0]["pointer"] == "/records/3/source"
    cases = (await east.office.get("/v1/cases")).json()["items"]
    assert {case["source"]["reference"] for case in cases} == {"SI-1", "SI-4"}
    assert {case["id"] for case in cases} == {found[0]["case_id"], found[4]["case_id"]}
    duties = (await east.office.get("/v1/duties", params={"code": "notification"})).json()["items"]
    assert len(duties) == 2


async def test_records_are_updated_by_reference(local: Service) -> None:
    east = await open_office(local)
    await results(east.office, record("SI-1"), record("SI-2"), record("SI-3"))
    changed = incident(abuse_or_neglect="known")
    found = await results(
        east.office,
        record("SI-1"),
        record("SI-2", incident=changed, version=1),
        record("SI-3", incident=changed),
        record("SI-2", incident=changed, version=1),
        record("SI-2", incident=incident(), version=1),
    )
    assert [result["status"] for result in found] == [
        "unchanged",
        "updated",
        "refused",
        "unchanged",
        "refused",
    ]
    assert found[1]["version"] == 2
    assert found[2]["problem"]["code"] == "precondition-required"
    assert found[4]["problem"]["code"] == "precondition-failed"


async def test_the_whole_batch_is_done_once(local: Service) -> None:
    east = await open_office(local)
    key = str(uuid4())
    first = await send(east.office, record("SI-1"), key=key)
    again = await send(east.office, record("SI-1"), key=key)
    assert again.content == first.content
    assert again.headers["Idempotency-Replayed"] == "true"
    other = await send(east.office, record("SI-2"), key=key)
    assert other.status_code == 422


async def test_what_a_batch_may_not_be(local: Service) -> None:
    east = await open_office(local)
    assert (await send(east.office)).status_code == 422
    assert (await send(east.office, *[{}] * 201)).status_code == 422
    assert (await send(east.authoriser, record("SI-1"))).status_code == 403
