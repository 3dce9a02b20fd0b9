from datetime import date

import pytest

from shared_schemas.reference import (
    json_names,
    load_json,
    local_authorities,
    local_authority_by_dfe_code,
    local_authority_by_gss_code,
    police_force,
    police_forces,
)


def test_every_local_authority_is_found_by_either_of_its_codes() -> None:
    assert len(local_authorities()) == 153
    for authority in local_authorities():
        assert local_authority_by_dfe_code(authority.dfe_code) == authority
        assert local_authority_by_gss_code(authority.gss_code) == authority
        assert len(authority.dfe_code) == 3
        assert authority.gss_code[:3] in {"E06", "E08", "E09", "E10"}


def test_a_name_with_a_comma_stays_whole() -> None:
    bristol = local_authority_by_dfe_code("801")
    assert bristol is not None
    assert (bristol.name, bristol.region) == ("Bristol, City of", "South West")


def test_every_police_force_is_found_by_its_slug() -> None:
    assert len(police_forces()) == 39
    assert all(police_force(force.slug) == force for force in police_forces())


def test_nobody_is_found_by_a_code_that_is_nobodys() -> None:
    assert local_authority_by_dfe_code("000") is None
    assert local_authority_by_gss_code("E92000001") is None
    assert police_force("british-transport") is None


def test_the_days_before_the_feed_say_that_they_were_recalled() -> None:
    part = load_json("bank-holidays-2018.json")
    assert part["source"].startswith("Recalled")
    assert [date.fromisoformat(event["date"]) for event in part["events"]] == [
        date(2018, 8, 27),
        date(2018, 12, 25),
        date(2018, 12, 26),
    ]


@pytest.mark.parametrize("folder", ["code_lists", "rule_sets"])
def test_a_file_is_named_after_what_it_holds(folder: str) -> None:
    names = json_names(folder)
    assert names
    for name in names:
        body = load_json(name)
        assert name == f"{folder}/{body.get('name', body.get('code'))}.json"
