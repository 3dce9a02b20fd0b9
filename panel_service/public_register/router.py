from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, Field

from panel_service.national_reviews.schemas import PublishedReview
from panel_service.national_reviews.service import published_reviews
from panel_service.public_register.models import RegisterEntry, ReviewKind
from panel_service.public_register.schemas import EntryCreate, EntryRead, PublicReview, TakingDown
from panel_service.public_register.service import PublicDep, enter, shown_entries, take_down
from panel_service.reviewers.schemas import PoolMember
from panel_service.reviewers.service import pool_now
from panel_service.statistics.router import Year
from panel_service.statistics.service import latest_editions
from panel_service.statistics.table import StatisticsRow
from panel_service.statistics.writing import as_csv
from service_kit.acting import Acting, Requires
from service_kit.clock.working_days import london_date
from service_kit.idempotency import OnceDep
from service_kit.pagination import Page, PageDep, make_page, newest_first
from service_kit.problems import ApiProblem
from service_kit.routes import StrictRoute
from shared_schemas.code_lists import CodeList, UnknownCodeList, all_code_lists, code_list

router = APIRouter(prefix="/v1", tags=["public register"], route_class=StrictRoute)
WritingDep = Annotated[Acting, Requires("register:write")]


class PublishedStatistics(BaseModel):
    """A year's table as it was last published."""

    reporting_year: int = Field(description="The year in which it ends, on 31 March.")
    edition: int
    published_at: datetime
    rows: list[StatisticsRow]


class PublishedYear(BaseModel):
    """A year whose table is published."""

    reporting_year: int
    edition: int
    published_at: datetime


@router.get("/public/reviews", summary="List published reviews")
async def list_published_reviews(
    public: PublicDep,
    page: PageDep,
    kind: Annotated[ReviewKind | None, Query(description="Only national or only local ones.")] = None,
) -> Page[PublicReview]:
    """List every review on the register: national ones for three years, local ones for one, at least."""
    statement = newest_first(shown_entries(public.organisation_id, kind), RegisterEntry.id, page)
    rows = (await public.session.execute(statement)).scalars().all()
    return make_page(rows, page, PublicReview.model_validate, lambda row: row.id)


@router.get("/public/reviewer-pool", summary="Read the pool of potential reviewers")
async def read_pool(public: PublicDep) -> list[PoolMember]:
    """List who is in the pool today, with experience and availability (SI 2018/789 reg 4(1), (2))."""
    return await pool_now(public.session, public.organisation_id, london_date(public.now))


@router.get("/public/national-reviews", summary="List published national reviews")
async def list_national_reviews(public: PublicDep) -> list[PublishedReview]:
    """List the national reviews that stand published, with what was published of each (SI 2018/789 reg 10)."""
    return await published_reviews(public.session, public.organisation_id)


@router.get("/public/statistics", summary="List the years with published statistics")
async def list_published_statistics(public: PublicDep) -> list[PublishedYear]:
    """List each year whose table is published, the latest first, with its last edition."""
    return [
        PublishedYear(
            reporting_year=edition.reporting_year,
            edition=edition.edition,
            published_at=edition.published_at,
        )
        for edition in await latest_editions(public.session, public.organisation_id)
    ]


@router.get("/public/statistics/{year}", summary="Read a year's published statistics")
async def read_published_statistics(year: Year, public: PublicDep) -> PublishedStatistics:
    """Give the last edition of a year's table, as it was published."""
    return await _published(public, year)


@router.get(
    "/public/statistics/{year}/table.csv",
    summary="Read a year's published statistics, as CSV",
    response_class=Response,
    responses={200: {"content": {"text/csv": {}}, "description": "The table, with a header."}},
)
async def read_published_file(year: Year, public: PublicDep) -> Response:
    """Give the last edition of a year's table as comma-separated values."""
    return as_csv((await _published(public, year)).rows, f"notifications-{year}")


@router.get("/public/code-lists", summary="List the code lists, for anybody")
async def list_public_code_lists() -> list[str]:
    """List the code lists by name; they are public, as is what each code means."""
    return list(all_code_lists())


@router.get("/public/code-lists/{name}", summary="Read a code list, for anybody")
async def read_public_code_list(
    name: Annotated[str, Path(max_length=64)],
    on: Annotated[date | None, Query(description="Only the codes that may be used on this day.")] = None,
) -> CodeList:
    """Give a list's codes with their titles and the days from and to which each may be used."""
    try:
        found = code_list(name)
    except UnknownCodeList as error:
        raise ApiProblem("not-found") from error
    return found.model_copy(update={"codes": found.on(on)}) if on else found


@router.post(
    "/register-entries", status_code=201, summary="Enter a published review", response_model=EntryRead
)
async def post_entry(body: EntryCreate, acting: WritingDep, once: OnceDep) -> Response:
    """Put a published review on the public register; from then on anybody finds it (SI 2018/789 regs 10, 17)."""
    return await once.answer(EntryRead.model_validate(await enter(acting, body)), status=201)


@router.post(
    "/register-entries/{entry_id}/taking-down", summary="Take an entry down", response_model=EntryRead
)
async def post_taking_down(entry_id: UUID, body: TakingDown, acting: WritingDep, once: OnceDep) -> Response:
    """Take an entry down: after three years or one, or before by a court's order that is recorded."""
    return await once.answer(EntryRead.model_validate(await take_down(acting, entry_id, body)), status=200)


async def _published(public: PublicDep, year: int) -> PublishedStatistics:
    for edition in await latest_editions(public.session, public.organisation_id):
        if edition.reporting_year == year:
            return PublishedStatistics(
                reporting_year=year,
                edition=edition.edition,
                published_at=edition.published_at,
                rows=[StatisticsRow.model_validate(row) for row in edition.rows],
            )
    raise ApiProblem("not-found")
