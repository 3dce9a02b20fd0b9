from collections.abc import Sequence
from typing import TypeVar
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import select

from panel_service.cases.models import Case
from panel_service.cases.schemas import DocumentRead
from panel_service.cases.service import lock_case
from panel_service.cases.view import read_document
from panel_service.intake.documents import documents_of
from panel_service.intake.models import DocumentKind
from panel_service.intake.review_course import held_reports
from panel_service.partnership_link import send_to_partnership
from panel_service.publication_comments.models import PublicationComment
from panel_service.publication_comments.rules import check_comment
from panel_service.publication_comments.schemas import CommentCreate, CommentRead, ReviewCourseRead
from panel_service.queries.naming import identifying_of
from panel_service.queries.rules import check_names_no_child
from panel_service.settings import PanelSettings
from service_kit.acting import Acting
from service_kit.clock.working_days import london_date
from service_kit.etags import check_version
from service_kit.ids import new_id
from shared_schemas.messages.review_course import (
    PUBLICATION_COMMENTED,
    DecisionReplyBody,
    DelayBody,
    PublicationCommentedBody,
    PublicationNoticeBody,
    ReviewerBody,
)

Body = TypeVar("Body", bound=BaseModel)


async def comment_on_publication(
    acting: Acting, settings: PanelSettings, case_id: UUID, expected_version: int, given: CommentCreate
) -> tuple[PublicationComment, Case]:
    """Comment on a planned publication and send it to the partnership. Raises 404, 409, 412 and 422."""
    case = await lock_case(acting, case_id)
    check_version(case.version, expected_version)
    notices = await documents_of(acting, case.id, DocumentKind.PUBLICATION_NOTICE)
    stages = [notice.body["stage"] for notice in notices]
    check_comment(stages, await held_reports(acting, case), given.report_version)
    check_names_no_child({"/comment": given.comment}, await identifying_of(acting, case.id))
    comment_id = new_id()
    body = PublicationCommentedBody(
        comment_id=comment_id,
        panel_case_id=case.id,
        commented_on=london_date(acting.now),
        **given.model_dump(),
    )
    comment = PublicationComment(
        organisation_id=acting.organisation_id,
        id=comment_id,
        case_id=case.id,
        report_version=given.report_version,
        comment=given.comment,
        recorded_by=acting.caller.principal_id,
        recorded_at=acting.now,
        message_id=await send_to_partnership(
            acting,
            settings,
            link=case.link_id,
            subject=case.exchange_reference,
            message_type=PUBLICATION_COMMENTED,
            body=body,
        ),
    )
    acting.session.add(comment)
    case.version, case.updated_at = case.version + 1, acting.now
    await acting.session.flush()
    detail = {"comment": str(comment_id), "report_version": given.report_version}
    await acting.event("publication.commented", "case", case.id, detail)
    return comment, case


async def show_review_course(acting: Acting, case: Case) -> ReviewCourseRead:
    """Show the course of a local review as it was received, and what was commented."""
    return ReviewCourseRead(
        reviewers=await _received(
            acting, case, DocumentKind.LOCAL_REVIEW_REVIEWER, DocumentRead[ReviewerBody]
        ),
        delays=await _received(acting, case, DocumentKind.DELAY, DocumentRead[DelayBody]),
        notices=await _received(
            acting, case, DocumentKind.PUBLICATION_NOTICE, DocumentRead[PublicationNoticeBody]
        ),
        replies=await show_replies(acting, case),
        comments=[show_comment(comment) for comment in await _comments_of(acting, case)],
    )


async def show_replies(acting: Acting, case: Case) -> list[DocumentRead[DecisionReplyBody]]:
    """Show what the partners replied to the Panel's decisions, the first one first."""
    return await _received(acting, case, DocumentKind.DECISION_REPLY, DocumentRead[DecisionReplyBody])


def show_comment(comment: PublicationComment) -> CommentRead:
    """Show a comment as it was sent."""
    return CommentRead.model_validate(comment, from_attributes=True)


async def _received(acting: Acting, case: Case, kind: DocumentKind, shape: type[Body]) -> list[Body]:
    return [read_document(row, shape) for row in await documents_of(acting, case.id, kind)]


async def _comments_of(acting: Acting, case: Case) -> Sequence[PublicationComment]:
    statement = (
        select(PublicationComment)
        .where(
            PublicationComment.organisation_id == acting.organisation_id,
            PublicationComment.case_id == case.id,
        )
        .order_by(PublicationComment.id)
    )
    return (await acting.session.execute(statement)).scalars().all()
