"""Operators bring up an organisation by the command line alone, and read plain errors."""

import asyncio
import json
import os
import socket
import sys
from pathlib import Path
from uuid import uuid4

import pytest

from shared_schemas.exchange.identifiers import party_urn
from shared_schemas.exchange.keys import new_secret, new_signing_key, write_public_key, write_secret
from shared_schemas.reference import load_json
from standalone.databases import url_settings
from tests.support.databases import SECRET_KEY, TestServer
from tests.support.services import Service

ROOT = Path(__file__).resolve().parents[2]


async def command(service: Service, *words: str, **changed: str) -> tuple[int, str]:
    prefix = service.name.upper()
    settings = {
        **url_settings(service.name, service.urls),
        f"{prefix}_PUBLIC_URL": "https://service.example",
        f"{prefix}_SECRET_KEY": SECRET_KEY,
        **changed,
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        f"{service.name}_service",
        *words,
        cwd=ROOT,
        env={**os.environ, **settings},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    return process.returncode or 0, output.decode()


def facts(output: str) -> dict[str, str]:
    return dict(line.split(": ", 1) for line in output.splitlines())


@pytest.mark.process
async def test_an_organisation_its_key_and_its_peer(fresh_local: Service, fresh_panel: Service) -> None:
    code, output = await command(fresh_panel, "organisation", "add", "panel", "The Panel")
    assert code == 0, output
    panel = facts(output)
    code, output = await command(fresh_local, "organisation", "add", "eastshire", "Eastshire")
    assert (code, await command(fresh_local, "organisation", "add", "eastshire", "Eastshire")) == (
        0,
        (0, output),
    )
    assert facts(output)["party"].startswith("urn:uuid:")

    key_words = ["key", "create", "--organisation", "eastshire", "--name", "A. Officer", "--kind", "person"]
    code, output = await command(fresh_local, *key_words, "--role", "partnership_office")
    assert code == 0, output
    key = facts(output)
    me = {"Authorization": f"Bearer {key['key']}"}
    assert (await fresh_local.client.get("/v1/me", headers=me)).json()["organisation_code"] == "eastshire"

    code, output = await command(
        fresh_local, "peer", "add", "--organisation", "eastshire", "--party", panel["party"], "--code", "panel",
        "--name", "The Panel", "--link", str(uuid4()), "--address", "https://panel.example",
        "--public-key", panel["public_key"], "--successor", panel["successor"],
    )  # fmt: skip
    assert code == 0, output
    links = (await fresh_local.client.get("/v1/exchange/links", headers=me)).json()["items"]
    assert [link["counterpart_name"] for link in links] == ["The Panel"]

    assert (await command(fresh_local, "key", "revoke", key["credential"]))[0] == 0
    assert (await fresh_local.client.get("/v1/me", headers=me)).status_code == 401
    code, output = await command(fresh_local, "key", "revoke", key["credential"])
    assert code == 1
    assert "revoked already" in output


@pytest.mark.process
async def test_keys_and_secrets_are_changed_by_the_command_line(fresh_local: Service, tmp_path: Path) -> None:
    code, output = await command(fresh_local, "organisation", "add", "eastshire", "Eastshire")
    assert code == 0, output
    card, link = facts(output), str(uuid4())
    secret, other = tmp_path / "out", tmp_path / "in"
    secret.write_text(write_secret(new_secret()) + "\n")
    other.write_text(write_secret(new_secret()))
    words = [
        "peer", "add", "--organisation", "eastshire", "--party", party_urn(uuid4()), "--code", "panel", "--name",
        "The Panel", "--link", link, "--address", "https://panel.example", "--public-key",
        write_public_key(new_signing_key().public_key()), "--scheme", "v1a", "--scheme", "v1", "--collect",
    ]  # fmt: skip
    code, output = await command(fresh_local, *words)
    assert (code, "both secrets" in output) == (1, True)
    files = ["--secret-out-file", str(secret), "--secret-in-file", str(other)]
    code, output = await command(fresh_local, *words, *files, "--successor", card["successor"])
    assert code == 0, output
    code, output = await command(fresh_local, "exchange", "rotate-key", "--organisation", "eastshire")
    assert code == 0, output
    assert facts(output)["links"] == "1"
    assert facts(output)["public_key"] != card["public_key"]
    assert facts(output)["fingerprint"].replace(" ", "") == card["successor"]
    organisation = ["--organisation", "eastshire"]
    code, output = await command(fresh_local, "exchange", "revoke-key", card["public_key"], *organisation)
    assert code == 0, output
    code, output = await command(fresh_local, "exchange", "revoke-key", card["public_key"], *organisation)
    assert code == 1
    secret.write_text(write_secret(new_secret()))
    setting = ["exchange", "set-secret", link, *organisation, "--direction", "out", "--file"]
    code, output = await command(fresh_local, *setting, str(secret))
    assert (code, "whsec_" in output) == (0, False), output
    code, output = await command(fresh_local, *setting, str(tmp_path / "none"))
    assert (code, "cannot be read" in output, "Traceback" in output) == (1, True, False)


@pytest.mark.process
async def test_errors_are_plain(fresh_local: Service, server: TestServer) -> None:
    create = ["key", "create", "--organisation", "nowhere", "--name", "A", "--kind", "person"]
    for words, changed, said in (
        ([*create, "--role", "king"], {}, "Unknown role king"),
        ([*create, "--role", "auditor"], {}, "no organisation with the code nowhere"),
        (["api"], {"LOCAL_DATABASE_URL": "mysql://x"}, "LOCAL_DATABASE_URL"),
        (["api"], {"LOCAL_SECRET_KEY": "short"}, "LOCAL_SECRET_KEY"),
        (["api"], {"LOCAL_DATABASE_URL": fresh_local.urls.owner}, "owns tables"),
        (["worker"], {"LOCAL_WORKER_DATABASE_URL": server.cluster.superuser_url("local")}, "superuser"),
        (["migrate"], {"LOCAL_MIGRATION_DATABASE_URL": "postgresql+asyncpg://a:b@127.0.0.1:1/c"}, "could not be reached"),
    ):  # fmt: skip
        code, output = await command(fresh_local, *words, **changed)
        assert code != 0
        assert said in output
        assert "Traceback" not in output


@pytest.mark.process
async def test_bank_holidays_are_loaded_by_the_command_line(fresh_local: Service, tmp_path: Path) -> None:
    await fresh_local.organisation("eastshire")
    feed = load_json("bank-holidays.json")
    feed["england-and-wales"]["events"].append({"title": "One-off holiday", "date": "2026-06-15"})
    file = tmp_path / "bank-holidays.json"
    file.write_text(json.dumps(feed))
    code, output = await command(fresh_local, "calendar", "load", str(file))
    assert code == 0, output
    assert (facts(output)["added"], facts(output)["removed"]) == ("2026-06-15 (One-off holiday)", "none")
    code, output = await command(fresh_local, "calendar", "load", str(file))
    assert (code, facts(output)["edition"]) == (0, "None")
    file.write_text("[]")
    code, output = await command(fresh_local, "calendar", "load", str(file))
    assert code == 1
    assert output.startswith("This is not the feed of https://www.gov.uk/bank-holidays.json")


@pytest.mark.process
async def test_a_port_that_is_taken_is_said_and_nothing_starts(fresh_local: Service) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, output = await command(fresh_local, "api", "--port", str(port))
    assert code == 1
    assert f"Cannot listen on 127.0.0.1, port {port}: Address already in use." in output
