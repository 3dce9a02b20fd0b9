from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from panel_service.cases.service import find_case
from panel_service.deps import SettingsDep
from panel_service.letters.schemas import LetterCreate, LetterPatch, LetterRead
from panel_service.letters.service import (
    change_letter,
    draft_letter,
    find_letter,
    letters_of,
    show_letter,
    sign_letter,
)
from service_kit.acting import Acting, Requires
from service_kit.etags import IfMatchDep, etag
from service_kit.idempotency import OnceDep
from service_kit.routes import StrictRoute

router = APIRouter(prefix="/v1/cases/{case_id}/letters", tags=["views and letters"], route_class=StrictRoute)


@router.post("", status_code=201, summary="Draft a letter to the partnership", response_model=LetterRead)
async def post_letter(
    case_id: UUID, body: LetterCreate, acting: Annotated[Acting, Requires("letters:write")], once: OnceDep
) -> Response:
    """Draft a letter in plain text, composed of the facts of a released decision or of a view.

    It is sent once another person signs it. It names no child.
    """
    letter = await draft_letter(acting, case_id, body)
    headers = {"Location": f"/v1/cases/{case_id}/letters/{letter.id}", "ETag": etag(letter.version)}
    return await once.answer(show_letter(letter), status=201, headers=headers)


@router.get("", summary="List the letters about a case")
async def list_letters(case_id: UUID, acting: Annotated[Acting, Requires("cases:read")]) -> list[LetterRead]:
    """List every letter, drafted or issued, the first one first."""
    case = await find_case(acting, case_id)
    await acting.audit("letter.listed", "case", case.id)
    return [show_letter(letter) for letter in await letters_of(acting, case.id)]


@router.get("/{letter_id}", summary="Read one letter")
async def read_letter(
    case_id: UUID, letter_id: UUID, acting: Annotated[Acting, Requires("cases:read")], response: Response
) -> LetterRead:
    """Read one letter with its text."""
    case = await find_case(acting, case_id)
    letter = await find_letter(acting, case.id, letter_id)
    await acting.audit("letter.read", "case", case.id, {"letter": str(letter.id)})
    response.headers["ETag"] = etag(letter.version)
    return show_letter(letter)


@router.patch("/{letter_id}", summary="Change a letter's draft")
async def patch_letter(
    case_id: UUID,
    letter_id: UUID,
    body: LetterPatch,
    acting: Annotated[Acting, Requires("letters:write")],
    expected: IfMatchDep,
    response: Response,
) -> LetterRead:
    """Write the draft's text anew. Whoever wrote last cannot sign. If-Match is the letter's ETag."""
    letter = await change_letter(acting, case_id, letter_id, expected, body)
    response.headers["ETag"] = etag(letter.version)
    return show_letter(letter)


@router.post("/{letter_id}/signature", summary="Sign a letter and send it", response_model=LetterRead)
async def post_signature(
    case_id: UUID,
    letter_id: UUID,
    acting: Annotated[Acting, Requires("letters:sign")],
    expected: IfMatchDep,
    once: OnceDep,
    settings: SettingsDep,
) -> Response:
    """Sign the letter as another person than wrote it: it goes to the partnership. If-Match is the letter's ETag."""
    letter = await sign_letter(acting, settings, case_id, letter_id, expected)
    return await once.answer(show_letter(letter), status=200, headers={"ETag": etag(letter.version)})
