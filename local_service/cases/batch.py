"""Many cases in one request: each record stands or falls by itself."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy.exc import DBAPIError

from local_service.cases.examples import INCIDENT
from local_service.cases.schemas import LocalIncident, Source
from local_service.cases.service import put_case
from local_service.duties.projection import settle_duties
from local_service.settings import LocalSettings
from service_kit.acting import Acting, changed_subjects
from service_kit.db import sqlstate
from service_kit.idempotency import LOCK_NOT_AVAILABLE
from service_kit.problems import ApiProblem, validation_errors
from shared_schemas.base import Facts
from shared_schemas.problems import Problem

MOST_RECORDS = 200


class BatchRecord(Facts):
    """A case under its source's reference, whole."""

    source: Source
    incident: LocalIncident
    version: Annotated[
        int | None, Field(ge=1, description="The version you last read: needed where the facts differ.")
    ] = None


class CaseBatch(Facts):
    """Up to 200 cases. Each record is read by itself, so that one that is wrong does not refuse the others."""

    model_config = Facts.model_config | ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "records": [
                        {
                            "source": {"source_system": "mosaic", "reference": "SI-2026-0017"},
                            "incident": INCIDENT,
                        }
                    ]
                }
            ]
        }
    )

    records: Annotated[
        list[dict[str, Any]],
        Field(
            min_length=1,
            max_length=MOST_RECORDS,
            description="Each `{source, incident, version}`, as `PUT /v1/cases/by-reference/…` takes them.",
        ),
    ]


class RecordStatus(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


class RecordResult(BaseModel):
    """What became of one record."""

    index: int = Field(description="Its place in `records`, from 0.")
    status: RecordStatus
    case_id: UUID | None = None
    version: int | None = None
    problem: Problem | None = Field(default=None, description="Why it was refused; pointers into the batch.")


class BatchResult(BaseModel):
    """What became of each record, in their order."""

    results: list[RecordResult]
    refused: int


async def put_batch(acting: Acting, settings: LocalSettings, batch: CaseBatch) -> BatchResult:
    """Record or bring up to date each case of a batch; what is refused is undone by itself."""
    results = [
        await _put_record(acting, settings, index, record) for index, record in enumerate(batch.records)
    ]
    refused = sum(result.status is RecordStatus.REFUSED for result in results)
    return BatchResult(results=results, refused=refused)


async def _put_record(
    acting: Acting, settings: LocalSettings, index: int, given: Mapping[str, Any]
) -> RecordResult:
    try:
        record = _read(given)
        async with acting.session.begin_nested():
            return await _put(acting, settings, index, record)
    except ApiProblem as problem:
        return _refused(index, problem)
    except DBAPIError as error:
        if sqlstate(error) != LOCK_NOT_AVAILABLE:
            raise
        return _refused(index, ApiProblem("unavailable"))
    finally:
        changed_subjects(acting.session).clear()


async def _put(acting: Acting, settings: LocalSettings, index: int, record: BatchRecord) -> RecordResult:
    file, is_new = await put_case(acting, settings, record.source, record.incident, record.version)
    status = RecordStatus.CREATED if is_new else RecordStatus.UNCHANGED
    if changed_subjects(acting.session):
        status = RecordStatus.UPDATED
        await settle_duties(acting.session)
    return RecordResult(index=index, status=status, case_id=file.case.id, version=file.case.version)


def _read(given: Mapping[str, Any]) -> BatchRecord:
    try:
        return BatchRecord.model_validate(given)
    except ValidationError as error:
        errors = validation_errors(error.errors())
        detail = f"{len(errors)} field(s) break a rule; see errors."
        raise ApiProblem("invalid-request", detail, errors=errors) from None


def _refused(index: int, problem: ApiProblem) -> RecordResult:
    shown = Problem.model_validate_json(problem.body(None))
    errors = [
        error.model_copy(update={"pointer": f"/records/{index}{error.pointer}"})
        for error in shown.errors or ()
    ]
    shown = shown.model_copy(update={"errors": errors or None})
    return RecordResult(index=index, status=RecordStatus.REFUSED, problem=shown)
