from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select

from local_service.cases.file import CaseFile
from local_service.dates import check_past
from local_service.learning.models import Learning, LearningShare, ShareState
from local_service.learning.rules import (
    PURPOSE,
    ShareMove,
    check_names_no_child,
    names_a_child,
    why_no_further_share,
    why_no_learning,
    why_not,
    why_not_onward,
)
from local_service.learning.schemas import LearningCreate, ShareCreate, Sharing
from local_service.panel_link import send_to_panel
from local_service.settings import LocalSettings
from service_kit.acting import Acting
from service_kit.etags import check_version
from service_kit.ids import new_id
from service_kit.moves import Refusal, refuse
from service_kit.pagination import PageRequest, newest_first
from service_kit.problems import ApiProblem
from shared_schemas.messages.exercise import LEARNING, LearningBody, LearningShared


async def record_learning(acting: Acting, file: CaseFile, given: LearningCreate) -> Learning:
    """Record learning; refused where it names a child of the case. The case's row is locked: numbers do not collide."""
    refuse(why_no_learning(file))
    check_names_no_child(_texts(given.learning, given.audience, given.themes), file.incident.children)
    item = Learning(
        organisation_id=acting.organisation_id,
        id=new_id(),
        case_id=file.case.id,
        number=await _count(acting, file.case.id) + 1,
        version=1,
        recorded_by=acting.caller.principal_id,
        recorded_at=acting.now,
        **given.model_dump(mode="json"),
    )
    acting.session.add(item)
    await acting.session.flush()
    await acting.event("learning.recorded", "case", file.case.id, {"learning": str(item.id)})
    return item


async def add_share(
    acting: Acting, file: CaseFile, item: Learning, expected_version: int, given: ShareCreate
) -> LearningShare:
    """Plan to share learning with somebody by a day, or record that it was shared."""
    check_version(item.version, expected_version)
    refuse(why_no_learning(file))
    refuse(why_no_further_share(len(await shares_of(acting, [item.id]))))
    check_names_no_child({"/audience": given.audience}, file.incident.children)
    share = LearningShare(
        organisation_id=acting.organisation_id,
        id=new_id(),
        case_id=item.case_id,
        learning_id=item.id,
        version=1,
        state=ShareState.PLANNED,
        audience=given.audience,
        due_on=given.due_on,
        recorded_by=acting.caller.principal_id,
        recorded_at=acting.now,
    )
    if given.sharing is not None:
        _set_shared(acting, file, share, given.sharing, "/sharing")
    acting.session.add(share)
    item.version += 1
    await acting.session.flush()
    name = "learning.shared" if given.sharing is not None else "learning.share_planned"
    await acting.event(name, "case", item.case_id, {"learning": str(item.id), "share": str(share.id)})
    return share


async def record_sharing(
    acting: Acting, file: CaseFile, share: LearningShare, expected_version: int, given: Sharing
) -> None:
    """Record that a planned share took place."""
    check_version(share.version, expected_version)
    refuse(why_not(ShareMove.SHARE, ShareState(share.state)))
    _set_shared(acting, file, share, given, "")
    share.version += 1
    await acting.session.flush()
    detail = {"learning": str(share.learning_id), "share": str(share.id)}
    await acting.event("learning.shared", "case", share.case_id, detail)


async def drop_share(acting: Acting, share: LearningShare, expected_version: int, reasons: str) -> None:
    """Drop a planned share, with reasons."""
    check_version(share.version, expected_version)
    refuse(why_not(ShareMove.DROP, ShareState(share.state)))
    share.state, share.dropped_reasons = ShareState.DROPPED, reasons
    share.version += 1
    await acting.session.flush()
    detail = {"learning": str(share.learning_id), "share": str(share.id)}
    await acting.event("learning.share_dropped", "case", share.case_id, detail)


async def send_onward(
    acting: Acting, settings: LocalSettings, file: CaseFile, item: Learning, expected_version: int
) -> None:
    """Share learning onward to the Panel, once, with whom it was shared before.

    Checked again: a child's name may have been recorded after the learning was.
    """
    check_version(item.version, expected_version)
    refuse(why_not_onward(file, sent=item.sent_at is not None))
    kept = [one for one in await shares_of(acting, [item.id]) if one.state != ShareState.DROPPED]
    if _named_by_now(file, item, kept):
        refuse(Refusal("By what is recorded now, it names a child of the case: record it anew.", PURPOSE))
    shares = [
        LearningShared(
            audience=share.audience,
            due_on=share.due_on,
            shared_on=share.shared_on,
            shared_by=share.shared_by,
            how=share.how,
        )
        for share in kept
    ]
    body = LearningBody(
        case_id=file.case.id,
        learning_id=item.id,
        learning=item.learning,
        themes=item.themes,
        audience=item.audience,
        shares=shares,
        recorded_at=item.recorded_at,
    )
    item.message_id = await send_to_panel(acting, settings, file.case, LEARNING, body)
    item.sent_at = acting.now
    item.version += 1
    await acting.session.flush()
    detail = {"learning": str(item.id), "message": str(item.message_id)}
    await acting.event("learning.sent", "case", item.case_id, detail)


async def find_learning(acting: Acting, case_id: UUID, learning_id: UUID, *, lock: bool = False) -> Learning:
    """Find an item of learning. Raises 404."""
    statement = select(Learning).where(
        Learning.organisation_id == acting.organisation_id,
        Learning.case_id == case_id,
        Learning.id == learning_id,
    )
    statement = statement.with_for_update() if lock else statement
    item = (await acting.session.execute(statement)).scalar_one_or_none()
    if item is None:
        raise ApiProblem("not-found")
    return item


async def find_share(acting: Acting, item: Learning, share_id: UUID) -> LearningShare:
    """Find a share of an item that is locked. Raises 404."""
    shares = await shares_of(acting, [item.id])
    share = next((one for one in shares if one.id == share_id), None)
    if share is None:
        raise ApiProblem("not-found")
    return share


async def learning_of(acting: Acting, case_id: UUID) -> Sequence[Learning]:
    """Give a case's learning, the first item first."""
    statement = (
        select(Learning)
        .where(Learning.organisation_id == acting.organisation_id, Learning.case_id == case_id)
        .order_by(Learning.number)
    )
    return (await acting.session.execute(statement)).scalars().all()


async def shares_of(acting: Acting, learning_ids: Sequence[UUID]) -> Sequence[LearningShare]:
    """Give the shares of these items, the first one first."""
    statement = (
        select(LearningShare)
        .where(
            LearningShare.organisation_id == acting.organisation_id,
            LearningShare.learning_id.in_(learning_ids),
        )
        .order_by(LearningShare.id)
    )
    return (await acting.session.execute(statement)).scalars().all()


async def search_library(
    acting: Acting, page: PageRequest, *, theme: str | None, words: str | None
) -> Sequence[Learning]:
    """Give a page of the organisation's learning, by theme and by words that stand in it; newest first."""
    statement = select(Learning).where(Learning.organisation_id == acting.organisation_id)
    if theme is not None:
        statement = statement.where(Learning.themes.contains([theme]))
    if words is not None:
        statement = statement.where(Learning.learning.icontains(words, autoescape=True))
    return (await acting.session.execute(newest_first(statement, Learning.id, page))).scalars().all()


def _texts(learning: str, audience: str, themes: Sequence[str]) -> dict[str, str | None]:
    # A theme's words are written with underscores between them.
    named = {f"/themes/{place}": theme.replace("_", " ") for place, theme in enumerate(themes)}
    return {"/learning": learning, "/audience": audience, **named}


def _named_by_now(file: CaseFile, item: Learning, shares: Sequence[LearningShare]) -> bool:
    texts = [item.learning, item.audience, *(theme.replace("_", " ") for theme in item.themes)]
    texts += [text for share in shares for text in (share.audience, share.how) if text]
    return any(names_a_child(text, file.incident.children) for text in texts)


def _set_shared(acting: Acting, file: CaseFile, share: LearningShare, given: Sharing, pointer: str) -> None:
    check_past(f"{pointer}/shared_on", given.shared_on, acting.now)
    check_names_no_child({f"{pointer}/how": given.how}, file.incident.children)
    share.state = ShareState.SHARED
    share.shared_on, share.shared_by, share.how = given.shared_on, given.shared_by, given.how


async def _count(acting: Acting, case_id: UUID) -> int:
    statement = select(func.count()).where(
        Learning.organisation_id == acting.organisation_id, Learning.case_id == case_id
    )
    return (await acting.session.execute(statement)).scalar_one()
