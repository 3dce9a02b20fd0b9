"""What only a person decides about a restore, each with a reason that is kept."""

from datetime import timedelta
from uuid import UUID

from pydantic import RootModel
from sqlalchemy import func, insert, select, update

from service_kit.acting import Acting
from service_kit.exchange.models import Link, LinkState, OutboundStream
from service_kit.exchange.restoring import lists
from service_kit.exchange.restoring.models import Restore, ReturnsOpening, StreamResumption, SuspicionReason
from service_kit.exchange.restoring.suspecting import suspect
from service_kit.exchange.restoring.views import (
    ConfirmationGiven,
    RestoreRead,
    ResumptionGiven,
    ReturnsOpened,
    ReturnsState,
    StreamRead,
    SuspicionGiven,
)
from service_kit.ids import new_id
from service_kit.problems import ApiProblem


class RestoreList(RootModel[list[RestoreRead]]):
    """Suspicions that are open."""


async def suspect_by_hand(acting: Acting, given: SuspicionGiven) -> RestoreList:
    """Hold a link, or all. Raises 404 for an unknown link, 409 for a closed one."""
    if given.link_id is not None:
        await _check_open(acting, given.link_id)
    await suspect(
        acting.session,
        acting.organisation_id,
        given.link_id,
        SuspicionReason.PERSON,
        caller=acting.caller,
        said=given.reason,
    )
    return RestoreList(await lists.open_restores(acting.session, given.link_id))


async def confirm(acting: Acting, restore_id: UUID, given: ConfirmationGiven) -> RestoreRead:
    """Note that a person confirmed the keys. Raises 403 for a system, 404, and 409 where it is settled."""
    person = _person(acting)
    row = await _lock_restore(acting, restore_id)
    if row.settled_at is not None:
        raise ApiProblem("move-not-allowed", "The restore is settled.", allowed=[])
    if row.confirmed_at is None:
        row.confirmed_by, row.confirmation = person, given.reason
        row.confirmed_at = (await acting.session.execute(select(func.now()))).scalar_one()
        await acting.session.flush()
        await acting.audit("exchange.restore_confirmed", "exchange_link", row.link_id)
    return await lists.find_restore(acting.session, restore_id)


async def open_returns(acting: Acting, link_id: UUID, given: ReturnsOpened) -> ReturnsState:
    """Open a link's returns from now on for so many hours. Raises 403 for a system, 404, 409 for a closed link."""
    person = _person(acting)
    await _check_open(acting, link_id)
    until = (await acting.session.execute(select(func.now() + timedelta(hours=given.hours)))).scalar_one()
    await acting.session.execute(
        insert(ReturnsOpening).values(
            organisation_id=acting.organisation_id,
            id=new_id(),
            link_id=link_id,
            opened_by=person,
            open_until=until,
            reason=given.reason,
        )
    )
    await acting.session.execute(
        _change_link(acting, link_id).values(returns_open_until=until, returns_opened_by=person)
    )
    await acting.audit("exchange.returns_opened", "exchange_link", link_id, {"hours": given.hours})
    return ReturnsState(link_id=link_id, open_until=until)


async def close_returns(acting: Acting, link_id: UUID) -> ReturnsState:
    """Close a link's returns. Raises 404."""
    closed = _change_link(acting, link_id).values(returns_open_until=None, returns_opened_by=None)
    if (await acting.session.execute(closed.returning(Link.id))).one_or_none() is None:
        raise ApiProblem("not-found")
    await acting.audit("exchange.returns_closed", "exchange_link", link_id)
    return ReturnsState(link_id=link_id, open_until=None)


async def resume_stream(acting: Acting, stream_id: UUID, given: ResumptionGiven) -> StreamRead:
    """Let a parked stream go on. Raises 403 for a system, 404, and 409 where it is not parked."""
    person = _person(acting)
    statement = select(OutboundStream).filter_by(organisation_id=acting.organisation_id, id=stream_id)
    stream = (await acting.session.execute(statement.with_for_update())).scalar_one_or_none()
    if stream is None:
        raise ApiProblem("not-found")
    if stream.parked_at is None:
        raise ApiProblem("move-not-allowed", "The stream is not parked.", allowed=[])
    await acting.session.execute(
        insert(StreamResumption).values(
            organisation_id=acting.organisation_id,
            id=new_id(),
            stream_id=stream_id,
            parked_at=stream.parked_at,
            parked_reason=stream.parked_reason,
            resumed_by=person,
            reason=given.reason,
        )
    )
    stream.parked_at, stream.parked_reason = None, None
    await acting.session.flush()
    await acting.audit("exchange.stream_resumed", "exchange_stream", stream_id)
    return await lists.find_stream(acting.session, stream_id)


def _person(acting: Acting) -> UUID:
    if acting.caller.principal_id is None or not acting.caller.is_person:
        raise ApiProblem("forbidden", "Only a person decides this, with a credential of their own.")
    return acting.caller.principal_id


async def _check_open(acting: Acting, link_id: UUID) -> None:
    statement = select(Link.state).filter_by(organisation_id=acting.organisation_id, id=link_id)
    state = (await acting.session.execute(statement)).scalar_one_or_none()
    if state is None:
        raise ApiProblem("not-found")
    if state != LinkState.ACTIVE:
        raise ApiProblem("move-not-allowed", "The link is closed.", allowed=[])


async def _lock_restore(acting: Acting, restore_id: UUID) -> Restore:
    statement = select(Restore).filter_by(organisation_id=acting.organisation_id, id=restore_id)
    row = (await acting.session.execute(statement.with_for_update())).scalar_one_or_none()
    if row is None:
        raise ApiProblem("not-found")
    return row


def _change_link(acting: Acting, link_id: UUID):  # type: ignore[no-untyped-def]  # noqa: ANN202
    return (
        update(Link)
        .where(Link.organisation_id == acting.organisation_id, Link.id == link_id)
        .execution_options(synchronize_session=False)
    )
