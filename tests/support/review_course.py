"""Every route of a local review's course, with a body that would do and the scope it needs."""

from typing import Any

from pydantic import BaseModel

from local_service.local_reviews.conduct_schemas import (
    AccessCreate,
    AnswerCreate,
    CheckpointCreate,
    DelayCreate,
    HoldCreate,
    LiftingCreate,
    ProgressCreate,
    RemovalCreate,
    ReplyCreate,
    RequestCreate,
    ReviewerCreate,
    TermsCreate,
)
from local_service.local_reviews.publication_schemas import (
    CopyCreate,
    PlanCreate,
    PublicationCreate,
    UnpublicationCreate,
    VersionCreate,
)


def example_of(model: type[BaseModel]) -> dict[str, Any]:
    """Give a body's own example."""
    example: dict[str, Any] = model.model_json_schema()["examples"][0]
    return example


ROUTES: dict[tuple[str, str], tuple[Any, str]] = {
    ("GET", "/local-review/course"): (None, "local-reviews:scrutinise"),
    ("GET", "/local-review/rapid-review"): (None, "local-reviews:read"),
    ("POST", "/local-review/terms-of-reference"): (example_of(TermsCreate), "local-reviews:write"),
    ("POST", "/local-review/reviewers"): (example_of(ReviewerCreate), "local-reviews:write"),
    ("POST", "/local-review/reviewers/{reviewer_id}/removal"): (
        example_of(RemovalCreate),
        "local-reviews:write",
    ),
    ("POST", "/local-review/reviewers/{reviewer_id}/access"): (
        example_of(AccessCreate),
        "local-reviews:write",
    ),
    ("POST", "/local-review/supervision/checkpoints"): (example_of(CheckpointCreate), "local-reviews:write"),
    ("POST", "/local-review/supervision/requests"): (example_of(RequestCreate), "local-reviews:write"),
    ("POST", "/local-review/supervision/requests/{number}/answer"): (
        example_of(AnswerCreate),
        "local-reviews:write",
    ),
    ("POST", "/local-review/holds"): (example_of(HoldCreate), "local-reviews:write"),
    ("POST", "/local-review/holds/{number}/lifting"): (example_of(LiftingCreate), "local-reviews:decide"),
    ("POST", "/local-review/delays"): (example_of(DelayCreate), "local-reviews:write"),
    ("POST", "/local-review/recommendations/{number}/progress"): (
        example_of(ProgressCreate),
        "local-reviews:write",
    ),
    ("POST", "/local-review/versions"): (example_of(VersionCreate), "local-reviews:write"),
    ("POST", "/local-review/copies"): (example_of(CopyCreate), "local-reviews:write"),
    ("POST", "/local-review/publication-plan"): (example_of(PlanCreate), "local-reviews:decide"),
    ("POST", "/local-review/publication"): (example_of(PublicationCreate), "local-reviews:decide"),
    ("POST", "/local-review/unpublication"): (example_of(UnpublicationCreate), "local-reviews:decide"),
    ("POST", "/panel-decisions/{decision_version}/reply"): (example_of(ReplyCreate), "local-reviews:decide"),
    ("GET", "/panel-decisions/{decision_version}/replies"): (None, "cases:read"),
}
FILLED: dict[str, Any] = {
    "reviewer_id": "01a1eef7-f530-7b7a-8d12-3e4f5a6b7ca1",
    "number": 1,
    "decision_version": 1,
}
