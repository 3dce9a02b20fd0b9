"""Every problem's ``type`` leads to its explanation."""

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from service_kit.problems import ApiProblem
from shared_schemas.problems import CATALOGUE, ProblemType

router = APIRouter(prefix="/problems", tags=["problems"])


class ProblemExplanation(BaseModel):
    type: str = Field(examples=["/problems/precondition-failed"])
    status: int = Field(examples=[412])
    title: str = Field(examples=["The resource has changed since it was read"])
    explanation: str = Field(
        examples=["The ETag in If-Match is not the current one: read the resource again."]
    )


@router.get("", summary="List every kind of problem this service answers with")
async def list_problems() -> list[ProblemExplanation]:
    """Give the closed catalogue."""
    return [_explain(problem) for problem in CATALOGUE.values()]


@router.get("/{name}", summary="Explain one kind of problem")
async def explain_problem(
    name: Annotated[str, Path(max_length=64, description="The last part of a problem's `type`.")],
) -> ProblemExplanation:
    """Explain the problem whose ``type`` leads here."""
    if name not in CATALOGUE:
        raise ApiProblem("not-found")
    return _explain(CATALOGUE[name])


def _explain(problem: ProblemType) -> ProblemExplanation:
    return ProblemExplanation(
        type=problem.uri, status=problem.status, title=problem.title, explanation=problem.explanation
    )
