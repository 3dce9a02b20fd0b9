"""Reference data that ships with the wire contracts: areas, forces, and the files the code lists and rule sets are read from."""

import csv
import json
from collections.abc import Iterable
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

from pydantic import BaseModel, ConfigDict


class LocalAuthority(BaseModel):
    """A local authority in England with children's services."""

    model_config = ConfigDict(frozen=True)

    dfe_code: str  # three digits, the Department for Education's
    gss_code: str  # nine characters, the Office for National Statistics'
    name: str
    region: str
    ofsted_urn: str


class PoliceForce(BaseModel):
    """A territorial police force in England; the slug is the one data.police.uk uses."""

    model_config = ConfigDict(frozen=True)

    slug: str
    name: str


def load_json(name: str) -> Any:
    """Read one data file of this package, such as `bank-holidays.json` or `rule_sets/consultation-2017.json`."""
    return json.loads(_data(name).read_text(encoding="utf-8"))


def json_names(folder: str) -> list[str]:
    """The names `load_json` takes for every JSON file of a data folder, in alphabetical order."""
    return sorted(
        f"{folder}/{entry.name}" for entry in _data(folder).iterdir() if entry.name.endswith(".json")
    )


@cache
def local_authorities() -> tuple[LocalAuthority, ...]:
    """All 153 of them, in the Department for Education's order."""
    rows = _load_csv("local_authorities_england.csv")
    return tuple(
        LocalAuthority(
            dfe_code=row["dfe_la_code"],
            gss_code=row["ons_gss_code"],
            name=row["name"],
            region=row["region"],
            ofsted_urn=row["ofsted_urn"],
        )
        for row in rows
    )


@cache
def police_forces() -> tuple[PoliceForce, ...]:
    """All 39 territorial forces of England."""
    return tuple(
        PoliceForce(slug=row["slug"], name=row["name"]) for row in _load_csv("police_forces_england.csv")
    )


def local_authority_by_dfe_code(code: str) -> LocalAuthority | None:
    """None when no authority of the shipped list has the code."""
    return next((authority for authority in local_authorities() if authority.dfe_code == code), None)


def local_authority_by_gss_code(code: str) -> LocalAuthority | None:
    """None when no authority of the shipped list has the code."""
    return next((authority for authority in local_authorities() if authority.gss_code == code), None)


def police_force(slug: str) -> PoliceForce | None:
    """None when no force of the shipped list has the slug."""
    return next((force for force in police_forces() if force.slug == slug), None)


def _load_csv(name: str) -> Iterable[dict[str, str]]:
    return csv.DictReader(_data(name).read_text(encoding="utf-8-sig").splitlines())


def _data(name: str) -> Traversable:
    return resources.files("shared_schemas") / "data" / name
