"""The audit trail and proofs on the command line."""

import json
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import text

from service_kit.administration import owner_session
from service_kit.audit_tree.sealing import AuditSealer
from tests.process.test_command_line import command, facts
from tests.support.offices import open_office
from tests.support.services import Service


async def seal(service: Service) -> None:
    while await AuditSealer(service.worker, service.settings.public_url).seal():
        pass


@pytest.mark.process
async def test_an_untouched_trail_verifies_and_a_touched_one_is_named(fresh_local: Service) -> None:
    code, output = await command(fresh_local, "organisation", "add", "eastshire", "Eastshire")
    assert code == 0, output
    assert facts(output)["audit_key"].startswith("whpk_")
    await seal(fresh_local)
    assert await command(fresh_local, "audit", "verify") == (
        0,
        "eastshire: 1 entries are as they were sealed.\n",
    )
    async with owner_session(fresh_local.settings) as session:
        await session.execute(text("UPDATE audit_entries SET purpose = 'other'"))
    code, output = await command(fresh_local, "audit", "verify", "--organisation", "eastshire")
    assert code == 1
    assert "BROKEN at position 1: the entry" in output


@pytest.mark.process
async def test_a_checkpoint_is_made_by_command(fresh_local: Service) -> None:
    await fresh_local.organisation("eastshire")
    await seal(fresh_local)
    code, output = await command(fresh_local, "exchange", "checkpoint")
    assert (code, output) == (0, "0 of 0 counterparts that were asked have cosigned.\n")
    async with owner_session(fresh_local.settings) as session:
        made = (await session.execute(text("SELECT size FROM audit_checkpoints"))).scalars().all()
    assert made == [1]


@pytest.mark.process
async def test_what_cannot_be_proved_is_said_plainly(fresh_local: Service) -> None:
    nothing, nobody = "No message was ever sent or received about this reference.\n", "the code nowhere.\n"
    for words, said in (
        (["exchange", "prove", str(uuid4())], nothing),
        (["exchange", "prove", "other"], "The exchange reference must be a UUID in lower case.\n"),
        (["exchange", "prove", str(uuid4()), "--organisation", "nowhere"], nobody),
        (["audit", "verify", "--organisation", "nowhere"], nobody),
    ):
        code, output = await command(fresh_local, *words)
        assert (code, output.endswith(said)) == (1, True)


@pytest.mark.process
async def test_a_proof_is_written_where_nobody_else_reads_it(fresh_local: Service, tmp_path: Path) -> None:
    east = await open_office(fresh_local, linked=True)
    path = await east.notified()
    reference = (await east.read(path))["exchange_reference"]
    file = tmp_path / "proof.json"
    code, output = await command(
        fresh_local, "exchange", "prove", reference, "--with-bodies", "--output", str(file)
    )
    assert (code, output) == (0, f"{file}\n")
    assert file.stat().st_mode & 0o777 == 0o600
    [message] = json.loads(file.read_text())["messages"]
    assert message["body"]
    async with owner_session(fresh_local.settings) as session:
        found = await session.execute(
            text("SELECT detail FROM audit_entries WHERE action = 'exchange.proved'")
        )
        assert found.scalar_one() == {"count": 1, "with_bodies": True}
