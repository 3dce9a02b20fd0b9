from typing import Any

from panel_service.decisions.models import Decision, DecisionRelease, DecisionState
from panel_service.decisions.schemas import DecisionRead


def state_of(decision: Decision, release: DecisionRelease | None) -> DecisionState:
    """Say whether a decision has left the Panel."""
    if release is not None:
        return DecisionState(release.state)
    return DecisionState.RELEASED if decision.message_id else DecisionState.RECORDED


def show_decision(decision: Decision, release: DecisionRelease | None = None) -> DecisionRead:
    """Show a decision as it was recorded, and what became of it."""
    state = state_of(decision, release)
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
            "state": state,
            **(_what_became(release, state) if release else {}),
        },
        context={"open_lists": True},
    )


def _what_became(release: DecisionRelease, state: DecisionState) -> dict[str, Any]:
    if state == DecisionState.RELEASED:
        return {
            "released_at": release.done_at,
            "released_by": release.done_by,
            "message_id": release.message_id,
        }
    return {
        "withdrawn_at": release.done_at,
        "withdrawn_by": release.done_by,
        "withdrawn_reasons": release.reasons,
    }
