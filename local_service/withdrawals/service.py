from sqlalchemy import select

from local_service.cases.file import CaseFile, touch
from local_service.cases.models import CaseStatus
from local_service.panel_link import send_to_panel
from local_service.settings import LocalSettings
from local_service.withdrawals.models import Withdrawal, WithdrawalState
from local_service.withdrawals.rules import (
    NOTIFIES,
    why_no_withdrawal,
    why_not_for_this_reason,
    why_not_this_person,
)
from local_service.withdrawals.schemas import WithdrawalDraft, WithdrawalRead
from service_kit.acting import Acting
from service_kit.etags import check_version
from service_kit.ids import new_id
from service_kit.moves import Refusal, refuse
from service_kit.problems import ApiProblem
from shared_schemas.messages.identification import NOTIFICATION_WITHDRAWN, NotificationWithdrawnBody

NO_DRAFT = Refusal("There is no draft of a withdrawal to authorise.", NOTIFIES, ("draft_withdrawal",))


async def draft_withdrawal(
    acting: Acting, file: CaseFile, expected_version: int, given: WithdrawalDraft
) -> Withdrawal:
    """Draft the withdrawal of a notification that was sent; drafted again, the draft is renewed. Raises 409, 412."""
    check_version(file.case.version, expected_version)
    refuse(why_no_withdrawal(file))
    refuse(why_not_for_this_reason(file, given.reason))
    withdrawal = await _find(acting, file)
    if withdrawal is None:
        withdrawal = Withdrawal(
            organisation_id=acting.organisation_id,
            id=new_id(),
            case_id=file.case.id,
            revision=0,
            state=WithdrawalState.DRAFT.value,
        )
        acting.session.add(withdrawal)
    withdrawal.revision += 1
    withdrawal.reason, withdrawal.reasons = given.reason, given.reasons
    withdrawal.drafted_by, withdrawal.drafted_at = acting.caller.principal_id, acting.now
    touch(acting, file.case)
    await acting.session.flush()
    detail = {"revision": withdrawal.revision, "reason": given.reason}
    await acting.event("withdrawal.drafted", "case", file.case.id, detail)
    return withdrawal


async def authorise_withdrawal(
    acting: Acting, settings: LocalSettings, file: CaseFile, expected_version: int
) -> Withdrawal:
    """Authorise it, by another person: the Panel is told, and the case's duties are lifted (s16C(1))."""
    check_version(file.case.version, expected_version)
    withdrawal = await _find(acting, file)
    refuse(why_no_withdrawal(file))
    if withdrawal is None:
        refuse(NO_DRAFT)
        raise ApiProblem("not-found")
    refuse(why_not_for_this_reason(file, withdrawal.reason))
    refuse(why_not_this_person(withdrawal.drafted_by, acting.caller, four_eyes=settings.four_eyes))
    body = NotificationWithdrawnBody(
        case_id=file.case.id,
        rule_set=file.case.rule_set,
        notification_version=file.sent_notifications[-1].version,
        reason=withdrawal.reason,
        reasons=withdrawal.reasons,
        drafted_at=withdrawal.drafted_at,
        withdrawn_at=acting.now,
    )
    withdrawal.message_id = await send_to_panel(acting, settings, file.case, NOTIFICATION_WITHDRAWN, body)
    withdrawal.state = WithdrawalState.SENT.value
    withdrawal.authorised_by, withdrawal.sent_at = acting.caller.principal_id, acting.now
    file.case.status, file.case.lifted_at = CaseStatus.WITHDRAWN.value, acting.now
    touch(acting, file.case)
    await acting.session.flush()
    detail = {"reason": withdrawal.reason, "message": str(withdrawal.message_id)}
    await acting.event("withdrawal.authorised", "case", file.case.id, detail)
    return withdrawal


async def find_withdrawal(acting: Acting, file: CaseFile) -> Withdrawal:
    """Find a case's withdrawal. Raises 404."""
    withdrawal = await _find(acting, file)
    if withdrawal is None:
        raise ApiProblem("not-found")
    return withdrawal


def show_withdrawal(
    acting: Acting, settings: LocalSettings, file: CaseFile, withdrawal: Withdrawal
) -> WithdrawalRead:
    """Show a withdrawal, and whether the caller may authorise it."""
    refusal = why_no_withdrawal(file) or why_not_for_this_reason(file, withdrawal.reason)
    refusal = refusal or why_not_this_person(
        withdrawal.drafted_by, acting.caller, four_eyes=settings.four_eyes
    )
    may = "notifications:authorise" in acting.scopes
    why_not = (
        refusal.detail if refusal else None if may else "Your roles do not include notifications:authorise."
    )
    facts = {
        name: getattr(withdrawal, name) for name in WithdrawalRead.model_fields if hasattr(withdrawal, name)
    }
    return WithdrawalRead(
        **facts,
        may_authorise=may and refusal is None,
        why_not=why_not,
        rule=refusal.rule if refusal else None,
    )


async def _find(acting: Acting, file: CaseFile) -> Withdrawal | None:
    statement = select(Withdrawal).where(
        Withdrawal.organisation_id == acting.organisation_id, Withdrawal.case_id == file.case.id
    )
    return (await acting.session.execute(statement)).scalar_one_or_none()
