"""Whether the process lives, and whether it can serve. Neither tells a stranger any detail."""

from fastapi import APIRouter, Request, Response
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from service_kit.db import Database

router = APIRouter(tags=["health"])


@router.get("/livez", summary="Does the process live?", status_code=204)
async def livez() -> None:
    """Answer 204 without asking the database."""


@router.get(
    "/readyz",
    summary="Can it serve?",
    status_code=204,
    responses={
        503: {"description": "Not now: the database is away, its schema another, or the process is stopping."}
    },
)
async def readyz(request: Request) -> Response:
    """Answer 204 where the database answers, its schema is the expected one and the process is not stopping."""
    ready = not request.app.state.draining and await _schema_is_expected(request)
    return Response(status_code=204 if ready else 503)


async def _schema_is_expected(request: Request) -> bool:
    database: Database = request.app.state.database
    try:
        async with database.transaction() as session:
            revision = (
                await session.execute(text("SELECT version_num FROM alembic_version"))
            ).scalar_one_or_none()
    except (SQLAlchemyError, OSError, TimeoutError):
        return False
    return bool(revision == request.app.state.expected_revision)
