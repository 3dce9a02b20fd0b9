"""A case as it is read: what came, what was decided, and what follows from both."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar
from uuid import UUID

from pydantic import BaseModel

from panel_service.cases.models import Case, CaseState
from panel_service.cases.pseudonymised import PseudonymisedCase, pseudonymise
from panel_service.cases.rules import allowed_actions
from panel_service.cases.schemas import CaseRead, DocumentRead, RecordedByHand, Timeliness
from panel_service.cases.service import decisions_of, find_case, list_facts, releases_of
from panel_service.cases.timeliness import Received, judge_timeliness
from panel_service.decisions.models import DecisionState
from panel_service.decisions.showing import show_decision, state_of
from panel_service.intake.documents import documents_of
from panel_service.intake.models import DocumentKind, ReceivedDocument
from panel_service.partnerships.service import find_partnership
from service_kit.acting import Acting
from service_kit.clock.bank_holidays import published_calendar
from service_kit.clock.rule_sets import published_rule_sets
from service_kit.exchange.standing import standing_of
from service_kit.exchange.status import messages_of
from shared_schemas.messages.identification import NotificationWithdrawnBody
from shared_schemas.messages.local import (
    LocalReviewBody,
    LocalReviewDecisionBody,
    NotificationBody,
    RapidReviewBody,
)

Shape = TypeVar("Shape", bound=BaseModel)


@dataclass(frozen=True)
class Documents:
    """What was received about a case, read back into the shapes it came in."""

    rows: Sequence[ReceivedDocument]

    @cached_property
    def notifications(self) -> list[DocumentRead[NotificationBody]]:
        return self._of(DocumentKind.NOTIFICATION, DocumentRead[NotificationBody])

    @cached_property
    def rapid_review(self) -> DocumentRead[RapidReviewBody] | None:
        return next(iter(self._of(DocumentKind.RAPID_REVIEW, DocumentRead[RapidReviewBody])), None)

    @cached_property
    def local_review_decisions(self) -> list[DocumentRead[LocalReviewDecisionBody]]:
        return self._of(DocumentKind.LOCAL_REVIEW_DECISION, DocumentRead[LocalReviewDecisionBody])

    @cached_property
    def local_review(self) -> DocumentRead[LocalReviewBody] | None:
        return next(iter(self._of(DocumentKind.LOCAL_REVIEW, DocumentRead[LocalReviewBody])), None)

    @cached_property
    def withdrawal(self) -> DocumentRead[NotificationWithdrawnBody] | None:
        found = self._of(DocumentKind.NOTIFICATION_WITHDRAWN, DocumentRead[NotificationWithdrawnBody])
        return next(iter(found), None)

    def _of(self, kind: DocumentKind, shape: type[Shape]) -> list[Shape]:
        return [read_document(row, shape) for row in self.rows if row.kind == kind]


async def read_case(acting: Acting, case_id: UUID) -> tuple[CaseRead | PseudonymisedCase, int]:
    """Show a case, pseudonymised to those who may not read it whole, and give its version. Audited. Raises 404."""
    case = await find_case(acting, case_id)
    documents = Documents(await documents_of(acting, case.id))
    whole = "cases:read" in acting.scopes
    detail = {"version": case.version, "view": "whole" if whole else "pseudonymised"}
    await acting.audit("case.read", "case", case.id, detail)
    if not whole:
        return pseudonymise(case, documents.notifications[-1].body), case.version
    return await _whole(acting, case, documents), case.version


async def _whole(acting: Acting, case: Case, documents: Documents) -> CaseRead:
    partnership = await find_partnership(acting, case.partnership_id)
    decisions = await decisions_of(acting, case.id)
    releases = await releases_of(acting, case.id)
    subject = str(case.exchange_reference)
    messages = await messages_of(acting.session, subject, link_id=case.link_id) if case.link_id else []
    states = [state_of(decision, releases.get(decision.id)) for decision in decisions]
    return CaseRead(
        **list_facts(case, partnership),
        notifications=documents.notifications,
        rapid_review=documents.rapid_review,
        local_review_decisions=documents.local_review_decisions,
        local_review=documents.local_review,
        decisions=[show_decision(decision, releases.get(decision.id)) for decision in decisions],
        withdrawal=documents.withdrawal,
        timeliness=_timeliness(acting, case, documents),
        messages=messages,
        exchange=await standing_of(acting.session, subject, messages, link_id=case.link_id)
        if case.link_id
        else None,
        allowed_actions=allowed_actions(
            may_decide="decisions:write" in acting.scopes,
            may_release="decisions:release" in acting.scopes,
            decided=DecisionState.RELEASED in states,
            waits_for_release=DecisionState.RECORDED in states,
            has_rapid_review=documents.rapid_review is not None,
            withdrawn=case.state == CaseState.WITHDRAWN,
        ),
    )


def read_document(row: ReceivedDocument, shape: type[Shape]) -> Shape:
    """Read a received document back into the shape it came in; codes not known here are shown as they came."""
    facts = {
        "version": row.version,
        "message_id": row.message_id,
        "receipt_reference": row.reference,
        "sent_at": row.sent_at,
        "received_at": row.received_at,
        "by_hand": _by_hand(row),
        "unknown_codes": row.unknown_codes,
        "body": row.body,
    }
    return shape.model_validate(facts, context={"open_lists": True})


def _by_hand(row: ReceivedDocument) -> RecordedByHand | None:
    if row.channel is None or row.recorded_by is None:
        return None
    original = row.original or {}
    return RecordedByHand(
        channel=row.channel,
        recorded_by=row.recorded_by,
        original_name=original.get("name"),
        original_sha256=original.get("sha256"),
    )


def _timeliness(acting: Acting, case: Case, documents: Documents) -> Timeliness:
    first, rapid_review = documents.notifications[0], documents.rapid_review
    received = Received(
        first_notification=first.body,
        notification_sent_at=first.sent_at,
        rapid_review=rapid_review.body if rapid_review else None,
        rapid_review_sent_at=rapid_review.sent_at if rapid_review else None,
        local_review_decisions=[decision.body for decision in documents.local_review_decisions],
        withdrawn_at=documents.withdrawal.body.withdrawn_at if documents.withdrawal else None,
    )
    rule_set = rapid_review.body.rule_set if rapid_review else case.rule_set
    duties = judge_timeliness(rule_set, received, published_rule_sets(), published_calendar(), acting.now)
    return Timeliness(rule_set=rule_set, rule_set_known=duties is not None, duties=duties or [])
