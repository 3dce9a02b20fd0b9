from panel_service.decisions.models import Decision
from panel_service.decisions.schemas import DecisionRead


def show_decision(decision: Decision) -> DecisionRead:
    """Show a decision as it was recorded."""
    return DecisionRead.model_validate(
        {
            **decision.facts,
            "id": decision.id,
            "case_id": decision.case_id,
            "decision_version": decision.decision_version,
            "supersedes_version": decision.supersedes_version,
            "decided_on_notification_version": decision.decided_on_notification_version,
            "decided_on_rapid_review": decision.decided_on_rapid_review,
            "recorded_by": decision.recorded_by,
            "recorded_at": decision.recorded_at,
            "message_id": decision.message_id,
        },
        context={"open_lists": True},
    )
