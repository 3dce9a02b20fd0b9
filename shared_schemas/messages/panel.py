"""Bodies of what the Panel sends a partnership: `data` of the message types `panel.….v1`. None names a child."""

from uuid import UUID

from shared_schemas.base import Instant
from shared_schemas.panel_decisions import DecisionMade

DECISION_RECORDED = "panel.decision.recorded.v1"
DECISION_SUPERSEDED = "panel.decision.superseded.v1"


class DecisionBody(DecisionMade):
    """A decision; in `panel.decision.superseded.v1` it stands in the place of an earlier one."""

    decision_id: UUID
    panel_case_id: UUID
    released_at: Instant | None = None
