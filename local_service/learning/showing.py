"""Learning as it is read."""

from collections.abc import Sequence

from local_service.learning.models import Learning, LearningShare, ShareState
from local_service.learning.rules import MOVES, PURPOSE, ShareMove, is_overdue
from local_service.learning.schemas import LearningRead, LibraryItem, ShareRead
from local_service.learning.service import shares_of
from local_service.next_moves import next_moves
from service_kit.acting import Acting
from service_kit.clock.working_days import london_date


async def show_learning(acting: Acting, items: Sequence[Learning]) -> list[LearningRead]:
    """Show items of learning with their sharing record."""
    shares = await shares_of(acting, [item.id for item in items])
    return [
        _show(acting, item, [share for share in shares if share.learning_id == item.id]) for item in items
    ]


async def show_item(acting: Acting, item: Learning) -> LearningRead:
    """Show one item of learning."""
    (shown,) = await show_learning(acting, [item])
    return shown


def show_in_library(item: Learning) -> LibraryItem:
    """Show learning without the case it comes from."""
    return LibraryItem.model_validate(item, from_attributes=True)


def _show(acting: Acting, item: Learning, shares: Sequence[LearningShare]) -> LearningRead:
    return LearningRead(
        id=item.id,
        case_id=item.case_id,
        version=item.version,
        learning=item.learning,
        themes=item.themes,
        audience=item.audience,
        recorded_by=item.recorded_by,
        recorded_at=item.recorded_at,
        shares=[_show_share(acting, share) for share in shares],
        sent_to_panel_at=item.sent_at,
        message_id=item.message_id,
    )


def _show_share(acting: Acting, share: LearningShare) -> ShareRead:
    state = ShareState(share.state)
    return ShareRead(
        id=share.id,
        version=share.version,
        state=state,
        audience=share.audience,
        due_on=share.due_on,
        overdue=is_overdue(state, share.due_on, london_date(acting.now)),
        shared_on=share.shared_on,
        shared_by=share.shared_by,
        how=share.how,
        dropped_reasons=share.dropped_reasons,
        recorded_by=share.recorded_by,
        recorded_at=share.recorded_at,
        allowed_actions=next_moves(MOVES, state, list(ShareMove), PURPOSE),
    )
