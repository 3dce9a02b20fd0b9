from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from local_service.cases.file import lock_file, read_file
from local_service.deps import SettingsDep
from local_service.learning.schemas import (
    Dropping,
    LearningCreate,
    LearningRead,
    LibraryItem,
    ShareCreate,
    Sharing,
)
from local_service.learning.service import (
    add_share,
    drop_share,
    find_learning,
    find_share,
    learning_of,
    record_learning,
    record_sharing,
    search_library,
    send_onward,
)
from local_service.learning.showing import show_in_library, show_item, show_learning
from service_kit.acting import Acting, Requires
from service_kit.etags import IfMatchDep, etag
from service_kit.idempotency import OnceDep
from service_kit.pagination import Page, PageDep, make_page
from service_kit.routes import StrictRoute
from shared_schemas.messages.exercise import Theme
from shared_schemas.text import ShortText

router = APIRouter(prefix="/v1/cases/{case_id}/learning", tags=["learning"], route_class=StrictRoute)
library = APIRouter(prefix="/v1/learning", tags=["learning"])

ReadingDep = Annotated[Acting, Requires("cases:read")]
WritingDep = Annotated[Acting, Requires("learning:write")]


@router.post("", status_code=201, summary="Record learning from a case", response_model=LearningRead)
async def post_learning(case_id: UUID, body: LearningCreate, acting: WritingDep, once: OnceDep) -> Response:
    """Record learning, for an audience. It goes to people who must not know the child: none is named in it."""
    file = await lock_file(acting, case_id)
    item = await record_learning(acting, file, body)
    headers = {"Location": f"/v1/cases/{case_id}/learning/{item.id}", "ETag": etag(item.version)}
    return await once.answer(await show_item(acting, item), status=201, headers=headers)


@router.get("", summary="List a case's learning")
async def get_learning(case_id: UUID, acting: ReadingDep) -> list[LearningRead]:
    """List the learning with its sharing record: with whom, when, by whom, how; planned shares with their day."""
    file = await read_file(acting, case_id)
    await acting.audit("learning.read", "case", file.case.id)
    return await show_learning(acting, await learning_of(acting, file.case.id))


@router.get("/{learning_id}", summary="Read an item of learning")
async def get_learning_item(
    case_id: UUID, learning_id: UUID, acting: ReadingDep, response: Response
) -> LearningRead:
    """Read one item with its sharing record."""
    item = await find_learning(acting, case_id, learning_id)
    await acting.audit("learning.read", "case", case_id, {"learning": str(learning_id)})
    response.headers["ETag"] = etag(item.version)
    return await show_item(acting, item)


@router.post(
    "/{learning_id}/shares", status_code=201, summary="Plan or record a share", response_model=LearningRead
)
async def post_share(
    case_id: UUID,
    learning_id: UUID,
    body: ShareCreate,
    acting: WritingDep,
    expected: IfMatchDep,
    once: OnceDep,
) -> Response:
    """Plan to share it with somebody by a day, or record that it was shared: with whom, when, by whom, how."""
    file = await lock_file(acting, case_id)
    item = await find_learning(acting, case_id, learning_id, lock=True)
    await add_share(acting, file, item, expected, body)
    headers = {"Location": f"/v1/cases/{case_id}/learning/{item.id}", "ETag": etag(item.version)}
    return await once.answer(await show_item(acting, item), status=201, headers=headers)


@router.post(
    "/{learning_id}/shares/{share_id}/sharing",
    summary="Record that it was shared",
    response_model=LearningRead,
)
async def post_sharing(
    case_id: UUID,
    learning_id: UUID,
    share_id: UUID,
    body: Sharing,
    acting: WritingDep,
    expected: IfMatchDep,
    once: OnceDep,
) -> Response:
    """Record that a planned share took place. If-Match is the share's own version."""
    file = await lock_file(acting, case_id)
    item = await find_learning(acting, case_id, learning_id, lock=True)
    await record_sharing(acting, file, await find_share(acting, item, share_id), expected, body)
    return await once.answer(await show_item(acting, item), status=200)


@router.post(
    "/{learning_id}/shares/{share_id}/dropping", summary="Drop a planned share", response_model=LearningRead
)
async def post_dropping(
    case_id: UUID,
    learning_id: UUID,
    share_id: UUID,
    body: Dropping,
    acting: WritingDep,
    expected: IfMatchDep,
    once: OnceDep,
) -> Response:
    """Drop a planned share, with reasons. If-Match is the share's own version."""
    item = await find_learning(acting, case_id, learning_id, lock=True)
    await drop_share(acting, await find_share(acting, item, share_id), expected, body.reasons)
    return await once.answer(await show_item(acting, item), status=200)


@router.post("/{learning_id}/onward", summary="Share learning with the Panel", response_model=LearningRead)
async def post_onward(
    case_id: UUID,
    learning_id: UUID,
    acting: WritingDep,
    expected: IfMatchDep,
    once: OnceDep,
    settings: SettingsDep,
) -> Response:
    """Send it to the Panel, once, with whom it was shared before; the case's notification goes first."""
    file = await lock_file(acting, case_id)
    item = await find_learning(acting, case_id, learning_id, lock=True)
    await send_onward(acting, settings, file, item, expected)
    return await once.answer(await show_item(acting, item), status=200, headers={"ETag": etag(item.version)})


@library.get("", summary="Search learning across cases")
async def get_library(
    acting: Annotated[Acting, Requires("learning:read")],
    page: PageDep,
    theme: Annotated[Theme | None, Query(description="Only learning of this theme.")] = None,
    q: Annotated[ShortText | None, Query(description="Words that stand in the learning.")] = None,
) -> Page[LibraryItem]:
    """List the organisation's learning, newest first, without the cases it comes from."""
    rows = await search_library(acting, page, theme=theme, words=q)
    await acting.audit("learning.listed", "learning", None, {"count": min(len(rows), page.limit)})
    return make_page(rows, page, show_in_library, lambda row: row.id)
