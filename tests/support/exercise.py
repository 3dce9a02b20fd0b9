"""The routes of the exercise on a case: each with a body that would do, and the scope it needs."""

from typing import Any
from uuid import UUID

from local_service.agency_summaries.schemas import CONTENT
from local_service.information_requests.schemas import AGENCY
from shared_schemas.messages.exercise import ADDENDUM_EXAMPLE, LEARNING_EXAMPLE

FILLED = {
    name: str(UUID(int=number))
    for number, name in enumerate(("request_id", "summary_id", "learning_id", "share_id"))
}
_REQUESTS, _SUMMARIES, _LEARNING = "/information-requests", "/agency-summaries", "/learning"
_REQUEST, _SUMMARY = f"{_REQUESTS}/{{request_id}}", f"{_SUMMARIES}/{{summary_id}}"
_ITEM = f"{_LEARNING}/{{learning_id}}"
_REASONS = {"reasons": "For these reasons."}
_PARTNER = {"partner": "police", "organisation": "Sussex Police"}
_SHARED = {"shared_on": "2026-01-05", "shared_by": "A. Sharer", "how": "Briefing"}
ROUTES: dict[tuple[str, str], tuple[Any, str]] = {
    ("GET", _REQUESTS): (None, "information-requests:read"),
    ("POST", _REQUESTS): ({"recipient": AGENCY, "what": "A chronology."}, "information-requests:write"),
    ("GET", _REQUEST): (None, "information-requests:read"),
    ("POST", f"{_REQUEST}/service"): (
        {"served_on": "2025-12-23", "how": "email"},
        "information-requests:write",
    ),
    ("GET", f"{_REQUEST}/answer"): (None, "information-requests:read"),
    ("POST", f"{_REQUEST}/answer"): ({"narrative": "Seen twice."}, "information-requests:answer"),
    ("POST", f"{_REQUEST}/refusal"): (_REASONS, "information-requests:answer"),
    ("POST", f"{_REQUEST}/escalation"): ({"to": "legal", "note": "Late."}, "information-requests:write"),
    ("POST", f"{_REQUEST}/closure"): (None, "information-requests:write"),
    ("POST", f"{_REQUEST}/withdrawal"): (_REASONS, "information-requests:write"),
    ("GET", _SUMMARIES): (None, "agency-summaries:read"),
    ("POST", _SUMMARIES): ({"agency": AGENCY}, "agency-summaries:write-own"),
    ("GET", _SUMMARY): (None, "agency-summaries:read"),
    ("PATCH", _SUMMARY): ({"content": CONTENT}, "agency-summaries:write-own"),
    ("POST", f"{_SUMMARY}/submission"): (None, "agency-summaries:write-own"),
    ("POST", f"{_SUMMARY}/acceptance"): (None, "agency-summaries:write"),
    ("POST", f"{_SUMMARY}/return"): (_REASONS, "agency-summaries:write"),
    ("GET", "/chronology"): (None, "cases:read"),
    ("GET", "/rapid-review/views"): (None, "cases:read"),
    ("POST", "/rapid-review/views"): (
        {**_PARTNER, "view": "agree", "on": "2025-12-30"},
        "rapid-reviews:sign",
    ),
    ("POST", "/rapid-review/views/outstanding"): (
        {**_PARTNER, "reason": "On leave."},
        "rapid-reviews:complete",
    ),
    ("GET", "/rapid-review/addenda"): (None, "cases:read"),
    ("POST", "/rapid-review/addenda"): (ADDENDUM_EXAMPLE, "rapid-reviews:complete"),
    ("GET", _LEARNING): (None, "cases:read"),
    ("POST", _LEARNING): (LEARNING_EXAMPLE, "learning:write"),
    ("GET", _ITEM): (None, "cases:read"),
    ("POST", f"{_ITEM}/shares"): ({"audience": "Schools", "due_on": "2026-01-09"}, "learning:write"),
    ("POST", f"{_ITEM}/shares/{{share_id}}/sharing"): (_SHARED, "learning:write"),
    ("POST", f"{_ITEM}/shares/{{share_id}}/dropping"): (_REASONS, "learning:write"),
    ("POST", f"{_ITEM}/onward"): (None, "learning:write"),
}
AUDITED = {
    "information_requests.read",
    "agency_summaries.read",
    "chronology.read",
    "rapid_review_views.read",
    "rapid_review_addenda.read",
    "learning.read",
}
