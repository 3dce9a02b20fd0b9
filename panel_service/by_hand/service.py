"""Recording by hand what came by form, e-mail or post: not every area is connected."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import select

from panel_service.by_hand.models import ToldByHand
from panel_service.by_hand.rules import BY_HAND_KINDS, check_days, check_incident, why_not_kept, why_not_told
from panel_service.by_hand.schemas import (
    ByHandStep,
    Came,
    CaseByHand,
    LocalReviewByHand,
    LocalReviewDecisionByHand,
    NotificationByHand,
    RapidReviewByHand,
    RecordedNow,
    Told,
    WithdrawalByHand,
)
from panel_service.cases.models import Case, CaseState
from panel_service.cases.service import lock_case, releases_of
from panel_service.decisions.models import DecisionState
from panel_service.decisions.service import find_decision
from panel_service.decisions.showing import state_of
from panel_service.intake.documents import documents_of
from panel_service.intake.models import DocumentKind, ReceivedDocument
from panel_service.partnerships.models import Partnership
from panel_service.statistics.service import count_notification
from panel_service.triage.attention import note_document
from service_kit.acting import Acting
from service_kit.clock.working_days import london_date, start_of_day
from service_kit.etags import check_version
from service_kit.ids import new_id
from service_kit.moves import Refusal, refuse
from service_kit.problems import field_problem
from shared_schemas.incidents import when_first_received
from shared_schemas.local_reviews import LocalReviewDecision
from shared_schemas.messages.identification import NotificationWithdrawnBody
from shared_schemas.messages.local import (
    LocalReviewBody,
    LocalReviewDecisionBody,
    NotificationBody,
    RapidReviewBody,
)
from shared_schemas.messages.local import Partnership as SentBy


async def open_case(acting: Acting, given: CaseByHand) -> RecordedNow:
    """Make a case of a notification that came by hand (s16C(1)): it has no link, and our own reference."""
    _check_came(acting, given)
    check_incident(given.incident, acting.now)
    partnership = await _partnership(acting, given)
    case_id, written_at = new_id(), _written_at(given)
    case = Case(
        organisation_id=acting.organisation_id,
        id=case_id,
        version=0,
        state=CaseState.AWAITING_RAPID_REVIEW,
        partnership_id=partnership.id,
        link_id=None,
        channel=given.channel,
        exchange_reference=new_id(),
        partnership_case_id=case_id,
        rule_set=given.rule_set,
        nature=given.incident.nature,
        occurred_on=given.incident.occurred_on,
        received_at=start_of_day(given.received_on),
        updated_at=acting.now,
    )
    acting.session.add(case)
    await acting.session.flush()
    body = NotificationBody(
        version=1,
        case_id=case_id,
        partnership=SentBy(code=partnership.code, name=partnership.name),
        rule_set=given.rule_set,
        notifier=given.notifier,
        incident=given.incident,
        drafted_at=written_at,
        authorised_at=written_at,
    )
    await count_notification(acting, case.id, given.incident, case.received_at)
    return await _keep(acting, case, DocumentKind.NOTIFICATION, body, given)


async def record_version(
    acting: Acting, case_id: UUID, expected_version: int, given: NotificationByHand
) -> RecordedNow:
    """Put a later version of the notification beside those before it; each stays as it came."""
    case = await _lock(acting, case_id, expected_version, DocumentKind.NOTIFICATION)
    _check_came(acting, given)
    check_incident(given.incident, acting.now)
    last, written_at = await _notification(acting, case), _written_at(given)
    body = NotificationBody(
        version=last.version + 1,
        case_id=case.partnership_case_id,
        partnership=last.partnership,
        rule_set=case.rule_set,
        notifier=given.notifier,
        incident=given.incident,
        drafted_at=written_at,
        authorised_at=written_at,
        reason_for_version=given.reason_for_version,
    )
    case.nature, case.occurred_on = given.incident.nature, given.incident.occurred_on
    return await _keep(acting, case, DocumentKind.NOTIFICATION, body, given)


async def steps_of(acting: Acting, case: Case) -> list[ByHandStep]:
    """Say of each kind whether it may be recorded by hand now, and why not."""
    documents = await documents_of(acting, case.id)
    refusals = {kind: _why_not(case, documents, kind) for kind in BY_HAND_KINDS}
    return [
        ByHandStep(
            kind=kind,
            allowed=refusal is None,
            why_not=refusal.detail if refusal else None,
            rule=refusal.rule if refusal else None,
        )
        for kind, refusal in refusals.items()
    ]


async def record_rapid_review(
    acting: Acting, case_id: UUID, expected_version: int, given: RapidReviewByHand
) -> RecordedNow:
    """Put a rapid review that came by hand beside the notification."""
    case = await _lock(acting, case_id, expected_version, DocumentKind.RAPID_REVIEW)
    notification = await _notification(acting, case)
    received_at = when_first_received(notification.incident)
    _check_came(acting, given)
    check_days({"/completed_on": given.completed_on}, not_before=london_date(received_at), now=acting.now)
    body = RapidReviewBody(
        case_id=case.partnership_case_id,
        rule_set=case.rule_set,
        information_received_at=received_at,
        completed_at=max(start_of_day(given.completed_on), received_at),
        sections=given.sections,
    )
    if case.state == CaseState.AWAITING_RAPID_REVIEW:
        case.state = CaseState.AWAITING_DECISION
    return await _keep(acting, case, DocumentKind.RAPID_REVIEW, body, given)


async def record_local_review_decision(
    acting: Acting, case_id: UUID, expected_version: int, given: LocalReviewDecisionByHand
) -> RecordedNow:
    """Record what the partners decided on a local review; the decision is theirs (s16F(1)(b)) and may change."""
    case = await _lock(acting, case_id, expected_version, DocumentKind.LOCAL_REVIEW_DECISION)
    _check_came(acting, given)
    check_days({"/decided_on": given.decided_on}, not_before=case.occurred_on, now=acting.now)
    facts = given.model_dump(include=set(LocalReviewDecision.model_fields))
    body = LocalReviewDecisionBody(**facts, case_id=case.partnership_case_id, rule_set=case.rule_set)
    return await _keep(acting, case, DocumentKind.LOCAL_REVIEW_DECISION, body, given)


async def record_local_review(
    acting: Acting, case_id: UUID, expected_version: int, given: LocalReviewByHand
) -> RecordedNow:
    """Record a completed local review with its report (s16F(3), SI 2018/789 reg 15)."""
    case = await _lock(acting, case_id, expected_version, DocumentKind.LOCAL_REVIEW)
    _check_came(acting, given)
    check_days({"/commissioned_on": given.commissioned_on}, not_before=case.occurred_on, now=acting.now)
    check_days({"/completed_on": given.completed_on}, not_before=given.commissioned_on, now=acting.now)
    body = LocalReviewBody(
        case_id=case.partnership_case_id,
        rule_set=case.rule_set,
        commissioned_on=start_of_day(given.commissioned_on),
        completed_at=start_of_day(given.completed_on),
        report=given.report,
    )
    return await _keep(acting, case, DocumentKind.LOCAL_REVIEW, body, given)


async def record_withdrawal(
    acting: Acting, case_id: UUID, expected_version: int, given: WithdrawalByHand
) -> RecordedNow:
    """Record the local authority's own withdrawal: it alone lifts its duty (s16C(1))."""
    case = await _lock(acting, case_id, expected_version, DocumentKind.NOTIFICATION_WITHDRAWN)
    _check_came(acting, given)
    (first, *_) = await documents_of(acting, case.id, DocumentKind.NOTIFICATION)
    not_before = london_date(first.sent_at)
    check_days({"/withdrawn_on": given.withdrawn_on}, not_before=not_before, now=acting.now)
    body = NotificationWithdrawnBody(
        case_id=case.partnership_case_id,
        rule_set=case.rule_set,
        notification_version=(await _notification(acting, case)).version,
        reason=given.reason,
        reasons=given.reasons,
        drafted_at=start_of_day(given.withdrawn_on),
        withdrawn_at=start_of_day(given.withdrawn_on),
    )
    case.state = CaseState.WITHDRAWN
    return await _keep(acting, case, DocumentKind.NOTIFICATION_WITHDRAWN, body, given)


async def record_told(acting: Acting, case_id: UUID, version: int, given: Told) -> ToldByHand:
    """Record that a partnership without a link was told of a decision. Raises 404, 409, 422."""
    case = await lock_case(acting, case_id)
    decision = await find_decision(acting, case.id, version)
    told = await find_told(acting, case.id, version)
    release = (await releases_of(acting, case.id)).get(decision.id)
    refuse(
        why_not_told(
            by_message=case.link_id is not None,
            told=told is not None,
            released=state_of(decision, release) is DecisionState.RELEASED,
        )
    )
    decided_on = date.fromisoformat(decision.facts["decided_on"])
    check_days({"/told_on": given.told_on}, not_before=decided_on, now=acting.now)
    row = ToldByHand(
        organisation_id=acting.organisation_id,
        id=new_id(),
        case_id=case.id,
        decision_version=version,
        recorded_by=acting.caller.principal_id,
        recorded_at=acting.now,
        **given.model_dump(),
    )
    acting.session.add(row)
    case.version, case.updated_at = case.version + 1, acting.now
    await acting.session.flush()
    detail = {"version": version, "channel": given.channel}
    await acting.event("decision.told_by_hand", "case", case.id, detail)
    return row


async def find_told(acting: Acting, case_id: UUID, version: int) -> ToldByHand | None:
    """Give how a partnership was told of a decision by hand, if it was."""
    statement = select(ToldByHand).where(
        ToldByHand.organisation_id == acting.organisation_id,
        ToldByHand.case_id == case_id,
        ToldByHand.decision_version == version,
    )
    return (await acting.session.execute(statement)).scalar_one_or_none()


async def _keep(acting: Acting, case: Case, kind: DocumentKind, body: BaseModel, came: Came) -> RecordedNow:
    version = len(await documents_of(acting, case.id, kind)) + 1
    document = ReceivedDocument(
        organisation_id=acting.organisation_id,
        id=new_id(),
        case_id=case.id,
        kind=kind,
        version=version,
        message_id=None,
        reference=came.reference,
        sent_at=_written_at(came),
        received_at=start_of_day(came.received_on),
        body=body.model_dump(mode="json"),
        unknown_codes=[],
        channel=came.channel,
        recorded_by=acting.caller.principal_id,
        original=came.original.model_dump() if came.original else None,
    )
    acting.session.add(document)
    case.version, case.updated_at = case.version + 1, acting.now
    await note_document(acting, case, kind, body, version, _written_at(came))
    detail = {"kind": kind, "version": version, "channel": came.channel}
    await acting.event("document.recorded_by_hand", "case", case.id, detail)
    return RecordedNow(
        case_id=case.id,
        case_version=case.version,
        case_state=case.state,
        kind=kind,
        document_version=version,
        channel=came.channel,
        received_on=came.received_on,
        recorded_by=document.recorded_by,
    )


async def _lock(acting: Acting, case_id: UUID, expected_version: int, kind: DocumentKind) -> Case:
    case = await lock_case(acting, case_id)
    check_version(case.version, expected_version)
    refuse(_why_not(case, await documents_of(acting, case.id), kind))
    return case


def _why_not(case: Case, documents: Sequence[ReceivedDocument], kind: DocumentKind) -> Refusal | None:
    decisions = [entry for entry in documents if entry.kind == DocumentKind.LOCAL_REVIEW_DECISION]
    return why_not_kept(
        kind,
        by_hand=case.channel is not None,
        state=CaseState(case.state),
        held=[DocumentKind(entry.kind) for entry in documents],
        commissioned=[bool(decision.body["commissioned"]) for decision in decisions],
    )


async def _notification(acting: Acting, case: Case) -> NotificationBody:
    (*_, last) = await documents_of(acting, case.id, DocumentKind.NOTIFICATION)
    return NotificationBody.model_validate(last.body, context={"open_lists": True})


async def _partnership(acting: Acting, given: CaseByHand) -> Partnership:
    wanted = (
        Partnership.id == given.partnership_id
        if given.partnership_id
        else Partnership.code == given.partnership_code
    )
    statement = select(Partnership).where(Partnership.organisation_id == acting.organisation_id, wanted)
    found = (await acting.session.execute(statement)).scalar_one_or_none()
    if found is None:
        pointer = "/partnership_id" if given.partnership_id else "/partnership_code"
        raise field_problem(pointer, "partnership_unknown", "Must name a partnership of the register.")
    return found


def _check_came(acting: Acting, came: Came) -> None:
    check_days({"/received_on": came.received_on, "/sent_on": came.sent_on}, now=acting.now)
    if came.sent_on is not None and came.sent_on > came.received_on:
        raise field_problem("/sent_on", "after_receipt", "Must not lie after received_on.")


def _written_at(came: Came) -> datetime:
    return start_of_day(came.sent_on or came.received_on)
