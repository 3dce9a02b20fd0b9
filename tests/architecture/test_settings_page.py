"""An operator finds every setting on one page."""

from pathlib import Path

import pytest

from local_service.settings import LocalSettings
from panel_service.settings import PanelSettings
from service_kit.settings import ServiceSettings

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "configuration.md").read_text()


@pytest.mark.parametrize("name", sorted(ServiceSettings.model_fields))
def test_what_both_read_is_on_the_page(name: str) -> None:
    assert f"`…_{name.upper()}`" in PAGE


@pytest.mark.parametrize(("settings", "prefix"), [(LocalSettings, "LOCAL"), (PanelSettings, "PANEL")])
def test_what_one_reads_is_on_the_page(settings: type[ServiceSettings], prefix: str) -> None:
    own = settings.model_fields.keys() - ServiceSettings.model_fields.keys()
    assert {name for name in own if f"`{prefix}_{name.upper()}`" not in PAGE} == set()
