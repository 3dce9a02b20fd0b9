from local_service.assessments.rules import assess
from local_service.assessments.service import refuse_negated
from local_service.cases.file import CaseFile, touch
from local_service.notifications.models import Notification, NotificationState
from local_service.notifications.rules import why_no_authorisation, why_no_draft, why_not_this_person
from local_service.notifications.schemas import NotificationDraft, NotificationRead, NotificationStage
from local_service.notifications.versions import changed_members, kind_of_version, sent_incident
from local_service.panel_link import send_to_panel
from local_service.rapid_reviews.sending import send_completed_review
from local_service.settings import LocalSettings
from service_kit.acting import Acting
from service_kit.etags import check_version
from service_kit.exchange.status import is_receipted
from service_kit.ids import new_id
from service_kit.moves import refuse
from service_kit.problems import ApiProblem
from shared_schemas.incidents import IncidentFacts
from shared_schemas.messages.local import NOTIFICATION, NotificationBody, Notifier, Partnership


async def draft_notification(acting: Acting, file: CaseFile, given: NotificationDraft) -> Notification:
    """Draft the notification of a case as it stands, or a later version of changed facts; drafted again, it is renewed."""
    refuse(why_no_draft(file))
    draft = file.draft
    if draft is None:
        draft = Notification(
            organisation_id=acting.organisation_id,
            id=new_id(),
            case_id=file.case.id,
            version=len(file.notifications) + 1,
            revision=0,
            state=NotificationState.DRAFT,
        )
        acting.session.add(draft)
    draft.revision += 1
    draft.case_version = file.case.facts_version
    draft.notifier = given.notifier.model_dump(mode="json")
    draft.drafted_by = acting.caller.principal_id
    draft.drafted_at = acting.now
    touch(acting, file.case)
    await acting.session.flush()
    detail = {"version": draft.version, "revision": draft.revision}
    await acting.event("notification.drafted", "case", file.case.id, detail)
    return draft


async def authorise_notification(
    acting: Acting, settings: LocalSettings, file: CaseFile, expected_version: int
) -> Notification:
    """Authorise the draft, by another person, and send it (s16C(1)). A completed rapid review follows at once.

    What is sent is a snapshot that never changes.
    """
    check_version(file.case.version, expected_version)
    refuse(why_no_authorisation(file))
    draft = file.draft
    if draft is None:
        raise ApiProblem("not-found")
    refuse(why_not_this_person(file, acting.caller, four_eyes=settings.four_eyes))
    refuse_negated(assess(file.incident))
    body = _snapshot(acting, file, draft)
    draft.body = body.model_dump(mode="json")
    draft.message_id = await send_to_panel(acting, settings, file.case, NOTIFICATION, body)
    draft.state = NotificationState.SENT
    draft.authorised_by = acting.caller.principal_id
    draft.authorised_at = draft.sent_at = acting.now
    if file.rapid_review is not None:
        await send_completed_review(acting, settings, file.case, file.rapid_review)
    touch(acting, file.case)
    await acting.session.flush()
    detail = {"version": draft.version, "message": str(draft.message_id), "kind": body.reason_for_version}
    await acting.event("notification.authorised", "case", file.case.id, detail)
    return draft


async def show_notifications(acting: Acting, file: CaseFile) -> list[NotificationRead]:
    """Show every version of a case's notification."""
    return [await show_notification(acting, file, one) for one in file.notifications]


async def show_notification(acting: Acting, file: CaseFile, notification: Notification) -> NotificationRead:
    """Show one version; receipted is what the outbox says."""
    review = file.rapid_review
    kind, changed = _told(file, notification)
    return NotificationRead(
        version=notification.version,
        state=await _stage(acting, notification),
        case_version=notification.case_version,
        notifier=Notifier.model_validate(notification.notifier),
        drafted_by=notification.drafted_by,
        drafted_at=notification.drafted_at,
        authorised_by=notification.authorised_by,
        authorised_at=notification.authorised_at,
        sent_at=notification.sent_at,
        message_id=notification.message_id,
        reason_for_version=kind,
        changed=changed,
        rapid_review_sent=review is not None and review.sent_at is not None,
    )


async def _stage(acting: Acting, notification: Notification) -> NotificationStage:
    if notification.message_id is None:
        return NotificationStage.DRAFT
    receipted = await is_receipted(acting.session, acting.organisation_id, notification.message_id)
    return NotificationStage.RECEIPTED if receipted else NotificationStage.SENT


def _snapshot(acting: Acting, file: CaseFile, draft: Notification) -> NotificationBody:
    changed = _changed_since(file)
    return NotificationBody(
        version=draft.version,
        case_id=file.case.id,
        partnership=Partnership(code=acting.caller.organisation_code, name=acting.caller.organisation_name),
        rule_set=file.case.rule_set,
        notifier=Notifier.model_validate(draft.notifier),
        incident=IncidentFacts.model_validate(sent_incident(file.incident)),
        drafted_at=draft.drafted_at,
        authorised_at=acting.now,
        reason_for_version=kind_of_version(changed) if changed else None,
        changed=changed,
    )


def _changed_since(file: CaseFile) -> list[str]:
    sent = file.sent_notifications
    return changed_members(sent[-1].body, file.incident) if sent and sent[-1].body else []


def _told(file: CaseFile, notification: Notification) -> tuple[str | None, list[str]]:
    """Why there is this version and what it changes: as it was sent, or as the draft would be."""
    if notification.body is not None:
        return notification.body.get("reason_for_version"), notification.body.get("changed", [])
    changed = _changed_since(file)
    return (kind_of_version(changed) if changed else None), changed
