"""The reference page asks nothing of anybody outside, and its policy would not let it."""

import re

import pytest

from tests.support.services import Service


@pytest.fixture(params=["local", "panel"])
def service(request: pytest.FixtureRequest) -> Service:
    made: Service = request.getfixturevalue(request.param)
    return made


async def test_the_page_is_strict_about_what_it_loads(service: Service) -> None:
    page = await service.client.get("/reference")
    assert page.status_code == 200
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "://" not in page.text
    assert not re.search(r"<script(?![^>]*\bsrc=)", page.text)
    assert "style=" not in page.text


async def test_everything_the_page_names_is_served_here(service: Service) -> None:
    page = (await service.client.get("/reference")).text
    named = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert len(named) == 4
    for path in [*named, "/openapi.json"]:
        answer = await service.client.get(path)
        assert answer.status_code == 200, path
        assert answer.headers["x-content-type-options"] == "nosniff"


async def test_every_problem_type_leads_to_its_explanation(service: Service) -> None:
    kinds = (await service.client.get("/problems")).json()
    assert len(kinds) > 20
    for kind in kinds:
        explained = await service.client.get(kind["type"])
        assert explained.json() == kind
    assert (await service.client.get("/problems/none-of-ours")).status_code == 404
