from datetime import datetime
from uuid import UUID

from pydantic import ConfigDict, Field

from shared_schemas.base import Facts
from shared_schemas.messages.examples import DECISION
from shared_schemas.messages.panel import DecisionBody


class PanelDecisionRead(DecisionBody):
    """A decision of the Panel as it came back."""

    model_config = Facts.model_config | ConfigDict(
        json_schema_extra={
            "examples": [
                DECISION
                | {
                    "received_at": "2026-11-18T14:03:11Z",
                    "message_id": "01a1eef7-f530-7b7a-8d12-3e4f5a6b7c8d",
                    "stands": True,
                    "asks_to_reconsider_local_review": True,
                }
            ]
        }
    )

    received_at: datetime = Field(description="When it took effect here.")
    message_id: UUID
    stands: bool = Field(description="Whether no later decision supersedes it.")
    asks_to_reconsider_local_review: bool = Field(
        description=(
            "Criterion (d) of SI 2018/789 reg 11 is met and the partners have not decided on a local review since: a "
            "task for them, since the decision on a local review is theirs alone."
        )
    )
