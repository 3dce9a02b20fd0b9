"""What is told in the exercise comes back to those who may read it, and to no log and no error."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from structlog.testing import LogCapture

from tests.contract.refusals import CANARY
from tests.support.offices import etag_of, open_office
from tests.support.services import Service

TOLD = f"{CANARY} told"
ENTRY = {"on": "2025-10-02", "event": TOLD, "source": TOLD, "significance": TOLD}
AGENCY = {"agency_type": "nhs_trust", "name": TOLD, "contact": {"name": TOLD, "email": TOLD}}
CONTENT = {"period_from": "2025-08-01", "period_to": "2025-12-21", "involvement": TOLD, "entries": [ENTRY]}


@pytest.fixture
def logged() -> Iterator[list[Any]]:
    """Every event that is logged, before the keys that are not allowed are dropped."""
    capture = LogCapture()
    before = structlog.get_config()
    structlog.configure(processors=[structlog.contextvars.merge_contextvars, capture])
    yield capture.entries
    structlog.configure(**before)


async def test_no_step_writes_its_words_to_a_log_the_audit_or_the_feed(
    local: Service, logged: list[Any]
) -> None:
    east = await open_office(local, linked=True)
    path = await east.notified()

    async def post(where: str, body: Any, *, read: str | None = None) -> str:
        headers = etag_of(await east.office.get(read)) if read else {}
        answer = await east.office.post(where, body, headers=headers)
        assert answer.is_success, answer.text
        return str(answer.headers.get("Location", ""))

    request = await post(f"{path}/information-requests", {"recipient": AGENCY, "what": TOLD})
    await post(f"{request}/service", {"served_on": "2025-12-23", "how": "post"}, read=request)
    await post(f"{request}/escalation", {"to": "other", "note": TOLD}, read=request)
    await post(f"{request}/refusal", {"reasons": TOLD}, read=request)
    await post(f"{request}/answer", {"narrative": TOLD, "entries": [ENTRY]}, read=request)
    summary = await post(f"{path}/agency-summaries", {"agency": AGENCY, "content": CONTENT})
    await post(f"{summary}/submission", None, read=summary)
    await post(f"{summary}/return", {"reasons": TOLD}, read=summary)
    item = await post(f"{path}/learning", {"learning": TOLD, "audience": TOLD})
    sharing = {"shared_on": "2026-01-05", "shared_by": TOLD, "how": TOLD}
    await post(f"{item}/shares", {"audience": TOLD, "sharing": sharing}, read=item)
    await post(f"{item}/onward", None, read=item)
    await east.start_review(path)
    outstanding = {"partner": "police", "organisation": TOLD, "reason": TOLD}
    await post(f"{path}/rapid-review/views/outstanding", outstanding)
    await east.complete_review(path)
    await post(f"{path}/rapid-review/addenda", {"what_is_new": TOLD, "reasons": TOLD})
    refused = await east.office.get(f"{request}/answer")
    assert (refused.status_code, CANARY in refused.text) == (403, False)
    assert CANARY in (await east.office.get(f"{path}/learning")).text
    assert logged
    assert CANARY.lower() not in json.dumps(logged, default=repr).lower()
    assert CANARY.lower() not in json.dumps(await east.audit(path)).lower()
