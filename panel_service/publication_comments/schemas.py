from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictInt

from panel_service.cases.schemas import DocumentRead
from shared_schemas.base import Facts
from shared_schemas.messages.review_course import (
    DecisionReplyBody,
    DelayBody,
    PublicationNoticeBody,
    ReviewerBody,
)
from shared_schemas.text import Narrative


class CommentCreate(Facts):
    """A comment on a planned publication; it names no child."""

    model_config = Facts.model_config | ConfigDict(
        json_schema_extra={
            "examples": [
                {"report_version": 1, "comment": "Please consider the effect of the date on the family."}
            ]
        }
    )

    report_version: Annotated[StrictInt, Field(ge=1, le=10_000)]
    comment: Narrative


class CommentRead(BaseModel):
    """A comment that was sent to the partnership."""

    id: UUID
    report_version: int
    comment: str
    recorded_by: UUID | None
    recorded_at: datetime
    message_id: UUID


class ReviewCourseRead(BaseModel):
    """The course of a local review as the partnership told of it, each kind from the first to the last."""

    reviewers: list[DocumentRead[ReviewerBody]]
    delays: list[DocumentRead[DelayBody]]
    notices: list[DocumentRead[PublicationNoticeBody]] = Field(
        description="Notices of publication; one with stage `revised` holds a later version of the report."
    )
    replies: list[DocumentRead[DecisionReplyBody]]
    comments: list[CommentRead] = Field(description="What the Panel commented.")
