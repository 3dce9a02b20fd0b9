"""The Panel's supervision of a national review: time, quality, requests in writing (SI 2018/789 reg 7)."""

from uuid import UUID

from panel_service.national_reviews.changing import changed, check_day, open_for
from panel_service.national_reviews.file import ReviewFile, read_review
from panel_service.national_reviews.models import Checkpoint, ReviewerRequest
from panel_service.national_reviews.schemas import CheckpointMade, RequestAnswered, RequestMade
from panel_service.national_reviews.states import Move
from service_kit.acting import Acting
from service_kit.ids import new_id
from service_kit.moves import Refusal, refuse
from service_kit.problems import ApiProblem


async def record_checkpoint(
    acting: Acting, review_id: UUID, expected: int, given: CheckpointMade
) -> ReviewFile:
    """Record how the Panel finds time and quality, and when it looks next (reg 7(1))."""
    file = await open_for(acting, review_id, expected, Move.CHECK)
    last = file.checkpoints[-1].on_day if file.checkpoints else None
    check_day(acting, given.on, file.review.started_on, last)
    acting.session.add(
        Checkpoint(
            organisation_id=acting.organisation_id,
            id=new_id(),
            review_id=review_id,
            on_day=given.on,
            timeliness=given.timeliness,
            quality=given.quality,
            note=given.note,
            next_on=given.next_on,
            recorded_by=acting.caller.principal_id,
            recorded_at=acting.now,
        )
    )
    detail = {"timeliness": given.timeliness, "quality": given.quality}
    await changed(acting, file.review, "national_review.checked", **detail)
    return await read_review(acting, review_id)


async def request_in_writing(
    acting: Acting, review_id: UUID, expected: int, given: RequestMade
) -> ReviewFile:
    """Record a request to the reviewer for specified information or a draft, by the letter it is made in (reg 7(2), (3))."""
    file = await open_for(acting, review_id, expected, Move.REQUEST)
    check_day(acting, given.requested_on, file.review.started_on, pointer="/requested_on")
    request = ReviewerRequest(
        organisation_id=acting.organisation_id,
        id=new_id(),
        review_id=review_id,
        kind=given.kind,
        what=given.what,
        letter_reference=given.letter_reference,
        requested_on=given.requested_on,
        due_on=given.due_on,
    )
    acting.session.add(request)
    detail = {"request": str(request.id), "kind": given.kind}
    await changed(acting, file.review, "national_review.information_requested", **detail)
    return await read_review(acting, review_id)


async def record_answer(
    acting: Acting, review_id: UUID, request_id: UUID, expected: int, given: RequestAnswered
) -> ReviewFile:
    """Record the answer to a request; once, whatever the review's state: an answer that came is a fact."""
    file = await open_for(acting, review_id, expected)
    request = next((one for one in file.requests if one.id == request_id), None)
    if request is None:
        raise ApiProblem("not-found")
    if request.answered_on is not None:
        refuse(Refusal("The answer to this request is recorded already.", "SI 2018/789 reg 7(2)"))
    check_day(acting, given.answered_on, request.requested_on, pointer="/answered_on")
    request.answered_on, request.answer_note = given.answered_on, given.note
    await changed(acting, file.review, "national_review.information_answered", request=str(request.id))
    return file
