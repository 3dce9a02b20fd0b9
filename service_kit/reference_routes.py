"""Code lists and rule sets: what an integrator builds forms and checks from."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from service_kit.acting import Acting, Requires
from service_kit.clock.rule_sets import RuleSet, UnknownRuleSet, published_rule_sets
from service_kit.problems import ApiProblem
from shared_schemas.code_lists import Code, CodeList, UnknownCodeList, all_code_lists, code_list

router = APIRouter(prefix="/v1", tags=["reference"])

Name = Annotated[str, Path(max_length=64)]


class CodeListSummary(BaseModel):
    """A list and how many codes it has."""

    name: str
    title: str
    source: str
    open: bool = Field(description="Whether a counterpart may send codes that are not on it yet.")
    count: int


class CodeListRead(BaseModel):
    """A list with its codes, each with the days on which it may be used."""

    name: str
    title: str
    source: str
    open: bool
    codes: list[Code]


class RuleSetSummary(BaseModel):
    """A rule set: what it is called and when it was valid."""

    code: str
    title: str
    valid_from: date
    valid_to: date | None


@router.get("/code-lists", summary="List the code lists")
async def list_code_lists(_: Annotated[Acting, Requires("reference:read")]) -> list[CodeListSummary]:
    """List every code list by name."""
    return [
        CodeListSummary(
            name=entry.name, title=entry.title, source=entry.source, open=entry.open, count=len(entry.codes)
        )
        for entry in all_code_lists().values()
    ]


@router.get("/code-lists/{name}", summary="Read a code list")
async def read_code_list(
    name: Name,
    _: Annotated[Acting, Requires("reference:read")],
    on: Annotated[date | None, Query(description="Only the codes that may be used on this day.")] = None,
) -> CodeListRead:
    """Give a list's codes with their titles and the days from and to which each may be used."""
    try:
        found: CodeList = code_list(name)
    except UnknownCodeList as error:
        raise ApiProblem("not-found") from error
    codes = found.on(on) if on else found.codes
    return CodeListRead(
        name=found.name, title=found.title, source=found.source, open=found.open, codes=list(codes)
    )


@router.get("/rule-sets", summary="List the rule sets")
async def list_rule_sets(_: Annotated[Acting, Requires("reference:read")]) -> list[RuleSetSummary]:
    """List every rule set by which due dates can be reckoned."""
    found = [published_rule_sets().get(code) for code in published_rule_sets().codes()]
    return [
        RuleSetSummary(
            code=entry.code, title=entry.title, valid_from=entry.valid_from, valid_to=entry.valid_to
        )
        for entry in found
    ]


@router.get("/rule-sets/{code}", summary="Read a rule set")
async def read_rule_set(code: Name, _: Annotated[Acting, Requires("reference:read")]) -> RuleSet:
    """Give a rule set's duties: anchor, amount, unit, what meets each, its provision and source."""
    try:
        return published_rule_sets().get(code)
    except UnknownRuleSet as error:
        raise ApiProblem("not-found") from error
