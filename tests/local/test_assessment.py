import pytest

from tests.support.offices import JUDGEMENT, child, open_office
from tests.support.services import Service

NOT_HARMED = {"children": [child(outcome="not_seriously_harmed")]}
ADULT = {"children": [child(date_of_birth="2000-01-01")]}
NO_ABUSE = {"abuse_or_neglect": "neither_known_nor_suspected"}


async def test_the_judgement_stands_beside_the_computed_answer(local: Service) -> None:
    east = await open_office(local)
    path = await east.record()
    assert (await east.office.get(f"{path}/assessment")).json()["judgement"] is None
    given = await east.judge(path)
    assert (given.status_code, given.headers["ETag"]) == (200, '"v2"')
    read = (await east.office.get(f"{path}/assessment")).json()
    assert read == given.json()
    assert read["computed"]["answer"] == "serious_case"
    assert read["judgement"]["judged_by"] == str(east.authoriser.principal_id)
    assert [limb["provision"] for limb in read["computed"]["limbs"]] == [
        "Children Act 2004 s16B(9)(a)",
        "Children Act 2004 s65(1)",
        "Children Act 2004 s16B(9)(b)",
    ]


@pytest.mark.parametrize(
    ("facts", "pointer", "provision"),
    [
        (NO_ABUSE, "/incident/abuse_or_neglect", "Children Act 2004 s16B(9)(a)"),
        (ADULT, "/incident/children/0/date_of_birth", "Children Act 2004 s65(1)"),
        (NOT_HARMED, "/incident/children/0/outcome", "Children Act 2004 s16B(9)(b)"),
    ],
)
async def test_a_recorded_fact_that_negates_a_limb_refuses_the_judgement(
    local: Service, facts: dict[str, object], pointer: str, provision: str
) -> None:
    east = await open_office(local)
    path = await east.record(**facts)
    refused = await east.judge(path)
    assert (refused.status_code, refused.json()["code"]) == (409, "not-a-serious-case")
    assert refused.json()["rule"] == provision
    (error,) = refused.json()["errors"]
    assert (error["pointer"], error["code"]) == (pointer, "negates_limb")
    assert provision in error["detail"]
    other = {"judgement": "not_a_serious_case", "reasons": "The facts exclude it."}
    accepted = await east.authoriser.put(f"{path}/assessment", other, etag='"v1"')
    assert accepted.status_code == 200


async def test_what_is_not_known_leaves_the_judgement_to_the_authority(local: Service) -> None:
    east = await open_office(local)
    path = await east.record(abuse_or_neglect="not_yet_assessed")
    given = await east.judge(path)
    assert given.status_code == 200
    assert given.json()["computed"]["answer"] == "not_yet_determinable"


async def test_a_later_judgement_is_added(local: Service) -> None:
    east = await open_office(local)
    path = await east.record()
    await east.judge(path)
    second = await east.judge(path)
    assert second.json()["judgement"]["version"] == 2


async def test_a_judgement_on_an_older_reading_is_refused(local: Service) -> None:
    east = await open_office(local)
    path = await east.record()
    missing = await east.authoriser.put(f"{path}/assessment", JUDGEMENT)
    assert (missing.status_code, missing.json()["code"]) == (428, "precondition-required")
    stale = await east.authoriser.put(f"{path}/assessment", JUDGEMENT, etag='"v2"')
    assert (stale.status_code, stale.json()["code"]) == (412, "precondition-failed")
    assert (await east.read(path))["assessment"]["judgement"] is None
