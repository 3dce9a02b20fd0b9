import base64
import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from standalone.context import FIRST_CHOICE, choose_ports, service_environment
from standalone.databases import urls_from_environment
from standalone.errors import StandaloneError
from standalone.ports import HIGHEST, LOWEST, choose_port, is_free
from standalone.roles import RoleUrls
from standalone.services import CHECKOUT
from standalone.state import State
from tests.standalone.support import mode_of

ALL_SIX = {
    f"{service}_{kind}": f"postgresql+asyncpg://{service}/{kind}"
    for service in ("LOCAL", "PANEL")
    for kind in ("DATABASE_URL", "WORKER_DATABASE_URL", "MIGRATION_DATABASE_URL")
}


def test_secrets_are_made_once_and_kept_from_others(tmp_path: Path) -> None:
    made = State(tmp_path).secret("one")
    assert State(tmp_path).secret("one") == made
    assert State(tmp_path).secret("two") != made
    assert mode_of(tmp_path / "state.json") == 0o600


def test_a_broken_state_file_names_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "state.json").write_text("{")
    with pytest.raises(StandaloneError, match="make clean-data"):
        State(tmp_path)


def test_a_taken_port_gives_way_to_a_free_one_below_the_ephemeral_range() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = choose_port(taken.getsockname()[1])
    assert LOWEST <= port <= HIGHEST
    assert is_free(port)


def test_a_port_another_run_has_chosen_is_not_chosen_before_it_listens() -> None:
    other = "from standalone.ports import choose_port; print(choose_port(), flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", other], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=CHECKOUT
    ) as run:
        assert run.stdout is not None
        chosen = int(run.stdout.readline())
        assert is_free(chosen)
        assert choose_port(chosen) != chosen
        run.communicate("\n", timeout=20)
    assert choose_port(chosen) == chosen


def test_each_process_keeps_a_port_of_its_own(tmp_path: Path) -> None:
    first = choose_ports(State(tmp_path), patience=0)
    assert len(set(first.values())) == len(FIRST_CHOICE)
    assert json.loads((tmp_path / "state.json").read_text())["ports"] == first


def test_a_service_gets_its_settings_and_a_key_of_32_bytes(tmp_path: Path) -> None:
    urls = RoleUrls(owner="owner-url", app="app-url", worker="worker-url")
    settings = service_environment("panel", urls, "http://127.0.0.1:8201", State(tmp_path))
    assert len(base64.urlsafe_b64decode(settings.pop("PANEL_SECRET_KEY"))) == 32
    assert {name: value for name, value in settings.items() if name.startswith("PANEL_")} == {
        "PANEL_DATABASE_URL": "app-url",
        "PANEL_WORKER_DATABASE_URL": "worker-url",
        "PANEL_MIGRATION_DATABASE_URL": "owner-url",
        "PANEL_PUBLIC_URL": "http://127.0.0.1:8201",
        "PANEL_MODE": "demonstration",
        "PANEL_DOCUMENT_DIRECTORY": str(tmp_path / "documents" / "panel"),
    }


def test_an_existing_postgresql_is_named_wholly_or_not_at_all() -> None:
    assert urls_from_environment({}) is None
    found = urls_from_environment(ALL_SIX)
    assert found is not None
    assert found["panel"].owner == "postgresql+asyncpg://PANEL/MIGRATION_DATABASE_URL"
    part = {name: value for name, value in ALL_SIX.items() if name != "PANEL_WORKER_DATABASE_URL"}
    with pytest.raises(StandaloneError, match=r"not set: PANEL_WORKER_DATABASE_URL\."):
        urls_from_environment(part)
