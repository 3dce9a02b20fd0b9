"""Reading the course of a local review from its entries, and adding to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import select

from local_service.cases.file import CaseFile, touch
from local_service.cases.models import Case
from local_service.local_reviews.course_models import CourseEntry, EntryKind
from local_service.local_reviews.course_reads import (
    AccessRead,
    AnswerRead,
    CheckpointRead,
    CommentRead,
    CopyRead,
    Course,
    DelayRead,
    HoldRead,
    LiftingRead,
    PlanRead,
    ProgressRead,
    PublicationRead,
    RemovalRead,
    RequestRead,
    ReviewerRead,
    TermsRead,
    UnpublicationRead,
    VersionRead,
)
from local_service.local_reviews.models import LocalReview, LocalReviewState
from service_kit.acting import Acting
from service_kit.exchange.models import OutboundMessage
from service_kit.ids import new_id
from shared_schemas.local_reviews import LocalReviewReport, hash_of_report
from shared_schemas.messages.exchange import DISCARDED

Shape = TypeVar("Shape", bound=BaseModel)


@dataclass(frozen=True)
class Entries:
    """The entries of one case, each kind from its first to its last."""

    rows: Sequence[CourseEntry]

    def of(self, kind: EntryKind, shape: type[Shape], **more: Any) -> list[Shape]:
        """Read one kind back into the shape it is shown in."""
        return [read_entry(row, shape, **more) for row in self.rows if row.kind == kind]


def read_entry(row: CourseEntry, shape: type[Shape], **more: Any) -> Shape:
    """Read an entry back into the shape it is shown in; ``more`` is what came of it."""
    names = ("id", "number", "recorded_by", "recorded_at", "message_id")
    facts = {**row.facts, **{name: getattr(row, name) for name in names}, **more}
    return shape.model_validate(facts, context={"open_lists": True})


async def entries_of(acting: Acting, case: Case) -> Entries:
    """Give every entry of a case."""
    statement = (
        select(CourseEntry)
        .where(CourseEntry.organisation_id == case.organisation_id, CourseEntry.case_id == case.id)
        .order_by(CourseEntry.kind, CourseEntry.number)
    )
    return Entries((await acting.session.execute(statement)).scalars().all())


async def read_course(acting: Acting, file: CaseFile, review: LocalReview) -> Course:
    """Put the course of a commissioned review together, with when the Panel received each version and plan."""
    entries = await entries_of(acting, file.case)
    receipts = await _receipts(acting, review, entries)
    return Course(
        state=LocalReviewState(review.state),
        completed_at=review.completed_at,
        terms_of_reference=entries.of(EntryKind.TERMS_OF_REFERENCE, TermsRead),
        reviewers=_reviewers(entries),
        checkpoints=entries.of(EntryKind.CHECKPOINT, CheckpointRead),
        requests=_requests(entries),
        holds=_holds(entries),
        delays=entries.of(EntryKind.DELAY, DelayRead),
        versions=_versions(review, entries, receipts),
        copies=entries.of(EntryKind.COPY, CopyRead),
        plans=[
            plan.model_copy(update={"received_by_panel_at": receipts.get(plan.message_id)})
            for plan in entries.of(EntryKind.PLAN, PlanRead)
        ],
        publications=entries.of(EntryKind.PUBLICATION, PublicationRead),
        unpublications=entries.of(EntryKind.UNPUBLICATION, UnpublicationRead),
        comments=entries.of(EntryKind.PANEL_COMMENT, CommentRead),
        recommendations_progress=entries.of(EntryKind.RECOMMENDATION_PROGRESS, ProgressRead),
    )


async def add_entry(
    acting: Acting,
    file: CaseFile,
    kind: EntryKind,
    given: BaseModel,
    *,
    message_id: UUID | None = None,
    **more: Any,
) -> CourseEntry:
    """Add a step; the case, locked by whoever calls, and its review count up."""
    row = CourseEntry(
        organisation_id=acting.organisation_id,
        id=more.pop("entry_id", None) or new_id(),
        case_id=file.case.id,
        kind=kind,
        number=sum(entry.kind == kind for entry in (await entries_of(acting, file.case)).rows) + 1,
        facts=given.model_dump(mode="json") | more,
        recorded_by=acting.caller.principal_id,
        recorded_at=acting.now,
        message_id=message_id,
    )
    acting.session.add(row)
    if file.local_review is not None:
        file.local_review.version += 1
    touch(acting, file.case)
    await acting.session.flush()
    return row


def _reviewers(entries: Entries) -> list[ReviewerRead]:
    removals = {one.reviewer_id: one for one in entries.of(EntryKind.REVIEWER_REMOVED, RemovalRead)}
    accesses = entries.of(EntryKind.REVIEWER_ACCESS, AccessRead)
    return [
        one.model_copy(
            update={
                "removal": removals.get(one.id),
                "accesses": [access for access in accesses if access.reviewer_id == one.id],
            }
        )
        for one in entries.of(EntryKind.REVIEWER_APPOINTED, ReviewerRead)
    ]


def _requests(entries: Entries) -> list[RequestRead]:
    answers = {one.request: one for one in entries.of(EntryKind.SUPERVISION_ANSWER, AnswerRead)}
    requests = entries.of(EntryKind.SUPERVISION_REQUEST, RequestRead)
    return [one.model_copy(update={"answer": answers.get(one.number)}) for one in requests]


def _holds(entries: Entries) -> list[HoldRead]:
    liftings = {one.hold: one for one in entries.of(EntryKind.HOLD_LIFTED, LiftingRead)}
    holds = entries.of(EntryKind.HOLD, HoldRead)
    return [one.model_copy(update={"lifting": liftings.get(one.number)}) for one in holds]


def _versions(
    review: LocalReview, entries: Entries, receipts: Mapping[UUID | None, datetime]
) -> list[VersionRead]:
    if review.message_id is None or review.sent_at is None:
        return []
    first = LocalReviewReport.model_validate(review.report)
    later = [row for row in entries.rows if row.kind == EntryKind.REPORT_VERSION]
    return [
        VersionRead(
            version=1,
            report_hash=hash_of_report(first),
            report=first,
            reasons=None,
            recorded_by=review.completed_by,
            recorded_at=review.sent_at,
            message_id=review.message_id,
            received_by_panel_at=receipts.get(review.message_id),
        ),
        *(
            VersionRead(
                **row.facts,
                version=row.number + 1,
                recorded_by=row.recorded_by,
                recorded_at=row.recorded_at,
                message_id=row.message_id,
                received_by_panel_at=receipts.get(row.message_id),
            )
            for row in later
        ),
    ]


async def _receipts(acting: Acting, review: LocalReview, entries: Entries) -> dict[UUID | None, datetime]:
    """When the Panel stored each message that carries a version or a plan, on the clock that rules go by.

    In a demonstration that clock is ahead of the wire's, by as much as when the message was written. A message that
    two people replaced is received with the one that stands for it; one they discarded never is.
    """
    written = {
        row.message_id: row.recorded_at for row in entries.rows if row.kind in _CARRIES and row.message_id
    }
    if review.message_id is not None and review.sent_at is not None:
        written[review.message_id] = review.sent_at
    statement = select(
        OutboundMessage.id,
        OutboundMessage.chain_id,
        OutboundMessage.type,
        OutboundMessage.created_at,
        OutboundMessage.receipt_stored_at,
    ).where(OutboundMessage.organisation_id == acting.organisation_id, OutboundMessage.chain_id.in_(written))
    rows = (await acting.session.execute(statement)).all() if written else []
    ahead = {row.id: written[row.id] - row.created_at for row in rows if row.id in written}
    return {
        row.chain_id: row.receipt_stored_at + ahead[row.chain_id]
        for row in rows
        if row.receipt_stored_at is not None and row.type != DISCARDED
    }


_CARRIES = (EntryKind.REPORT_VERSION, EntryKind.PLAN)
