from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from panel_service.cases.service import decisions_of, find_case, releases_of
from panel_service.cases.timeliness import Received, judge_timeliness
from panel_service.cases.view import Documents
from panel_service.decisions.models import DecisionState
from panel_service.decisions.showing import state_of
from panel_service.deps import SettingsDep
from panel_service.intake.documents import documents_of
from service_kit.acting import Acting, Requires
from service_kit.clock.bank_holidays import published_calendar
from service_kit.clock.duties import ComputedDuty
from service_kit.clock.rule_sets import published_rule_sets

router = APIRouter(prefix="/v1/cases/{case_id}/duties", tags=["cases"])


@router.get("", summary="List what is due on a case")
async def list_duties(
    case_id: UUID, acting: Annotated[Acting, Requires("cases:read")], settings: SettingsDep
) -> list[ComputedDuty]:
    """List what the partnership and the Panel had to do on a case, and by when, by the partnership's own rule set.

    No source states a time for the Panel's answer; a target that this service sets itself is shown as a target.
    """
    case = await find_case(acting, case_id)
    documents = Documents(await documents_of(acting, case.id))
    decisions, releases = await decisions_of(acting, case.id), await releases_of(acting, case.id)
    decided = [
        decision.recorded_at
        for decision in decisions
        if state_of(decision, releases.get(decision.id)) is DecisionState.RELEASED
    ]
    first, rapid_review = documents.notifications[0], documents.rapid_review
    received = Received(
        first_notification=first.body,
        notification_sent_at=first.sent_at,
        rapid_review=rapid_review.body if rapid_review else None,
        rapid_review_sent_at=rapid_review.sent_at if rapid_review else None,
        local_review_decisions=[decision.body for decision in documents.local_review_decisions],
        withdrawn_at=documents.withdrawal.body.withdrawn_at if documents.withdrawal else None,
        decided_at=min(decided, default=None),
    )
    await acting.audit("duties.read", "case", case.id, {"rule_set": case.rule_set})
    duties = judge_timeliness(
        rapid_review.body.rule_set if rapid_review else case.rule_set,
        received,
        published_rule_sets(),
        published_calendar(),
        acting.now,
        response_target=settings.response_target_working_days,
    )
    return duties or []
