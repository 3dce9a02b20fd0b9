"""``exchange restore`` on the command line."""

import asyncio
from pathlib import Path
from typing import Any
from uuid import uuid4

import typer
from typer.testing import CliRunner

from service_kit.cli import Commands
from service_kit.exchange_commands import exchange_cli
from service_kit.settings import ServiceSettings
from tests.kit.exchange.sides import Pair, Side


def commands_of(side: Side) -> typer.Typer:
    def settings() -> ServiceSettings:
        return side.settings

    def nothing(_settings: ServiceSettings) -> None:
        raise AssertionError

    return exchange_cli(
        Commands(
            service="panel",
            settings=settings,
            make_app=nothing,  # type: ignore[arg-type]
            make_worker=nothing,  # type: ignore[arg-type]
            role_scopes={},
            document=Path(),
            document_settings=settings,
            reload_factory="",
        )
    )


async def call(side: Side, *arguments: str) -> Any:
    # A command runs an event loop of its own.
    return await asyncio.to_thread(CliRunner().invoke, commands_of(side), ["restore", *arguments])


async def test_status_tells_that_nothing_is_suspected(exchange_pair: Pair) -> None:
    answer = await call(exchange_pair.a, "status")
    assert answer.exit_code == 0, answer.output
    assert answer.output == f"{exchange_pair.a.link} b: nothing suspected\n"


async def test_what_is_suspected_by_hand_stays_held_while_nobody_answers(exchange_pair: Pair) -> None:
    a = exchange_pair.a
    said = await call(a, "suspect", "--reason", "Recovered to 03:00.")
    assert said.exit_code == 0, said.output
    assert "1 links are newly held" in said.output
    assert "to be compared" in (await call(a, "status")).output
    await a.change(
        "UPDATE exchange_links SET counterpart_url = 'http://127.0.0.1:9/v1/exchange/links/x', "
        "allowed_networks = '{127.0.0.0/8}'"
    )
    ran = await call(a, "run")
    assert ran.exit_code == 1
    assert "not compared: no_connection" in ran.output
    waiting = await a.send(str(uuid4()))
    await a.drain()
    assert await a.state_of(waiting) == "pending"


async def test_a_counterpart_that_cannot_be_asked_is_settled_by_a_person(exchange_pair: Pair) -> None:
    a = exchange_pair.a
    await a.change("UPDATE exchange_links SET delivery_mode = 'collect'")
    await call(a, "suspect", "--reason", "Promoted the standby.", "--link", str(a.link))
    left = await call(a, "run")
    assert left.exit_code == 1
    assert "not compared: counterpart_collects" in left.output
    done = await call(a, "run", "--confirm", "Their office says nothing is missing.")
    assert done.exit_code == 0, done.output
    assert "settled" in done.output
    [row] = await a.rows("SELECT confirmation FROM exchange_restores")
    assert row.confirmation == "Their office says nothing is missing."
    [link] = await a.rows("SELECT sending_held_at FROM exchange_links")
    assert link.sending_held_at is None


async def test_an_unknown_link_and_an_empty_reason_are_one_sentence(exchange_pair: Pair) -> None:
    unknown = await call(exchange_pair.a, "status", "--link", str(uuid4()))
    assert unknown.exit_code == 1
    assert "is unknown or closed." in unknown.output
    empty = await call(exchange_pair.a, "suspect", "--reason", " ")
    assert (empty.exit_code, empty.output) == (1, "A reason has 1 to 500 characters.\n")
