"""A case's proof, as either side gives it, checked with the public keys alone; and the Panel's published checkpoint."""

import json
from pathlib import Path
from typing import Any

import pytest

from service_kit.administration import owner_session, register_organisation
from service_kit.audit_tree.checkpointing import Asked, Checkpointer
from service_kit.audit_tree.keys import pin_audit_key
from service_kit.audit_tree.sealing import AuditSealer
from service_kit.exchange.reconciling.reconcile import reconcile_link
from shared_schemas.exchange.checkpoints import open_checkpoint, open_cosignature
from shared_schemas.exchange.keys import read_public_key
from shared_schemas.verify_proof import main
from tests.pair.wires import Pair, Side


async def cards(pair: Pair) -> dict[str, Any]:
    found = {}
    for side, code in ((pair.local, "east"), (pair.panel, "panel")):
        async with owner_session(side.service.settings) as session:
            found[code] = await register_organisation(session, side.service.settings, code=code, name=code)
    return found


async def witness_each_other(pair: Pair) -> dict[str, Any]:
    found = await cards(pair)
    for side, own, other in ((pair.local, "east", "panel"), (pair.panel, "panel", "east")):
        async with owner_session(side.service.settings) as session:
            await pin_audit_key(
                session,
                organisation_id=found[own].organisation,
                party=found[other].organisation,
                public_key=read_public_key(found[other].audit_key),
            )
    for side in (pair.local, pair.panel):
        sealer = AuditSealer(side.service.worker, side.service.settings.public_url)
        while await sealer.seal():
            pass
        assert await Checkpointer(
            side.service.worker, side.service.settings, side.client
        ).go_round() == Asked(1, 1)
    return found


async def compare(side: Side) -> None:
    [link] = await side.rows("SELECT organisation_id, id FROM exchange_links")
    service = side.service
    outcome = await reconcile_link(
        service.worker, service.settings, side.client, link.organisation_id, link.id
    )
    assert outcome.equal


def checked(tmp_path: Path, content: Any, known: dict[str, Any]) -> int:
    file = tmp_path / "proof.json"
    file.write_text(json.dumps(content))
    keys = [f"{card.party}={key}" for card in known.values() for key in (card.public_key, card.audit_key)]
    return main([str(file), *(word for key in keys for word in ("--key", key))])


@pytest.mark.parametrize("with_bodies", [False, True])
async def test_either_side_proves_a_case(pair: Pair, tmp_path: Path, *, with_bodies: bool) -> None:
    path = await pair.east.notified()
    await pair.drain()
    known = await witness_each_other(pair)
    await compare(pair.local)
    await compare(pair.panel)
    at_panel = await pair.at_panel(path)
    for caller, place, direction in (
        (pair.east.office, path, "sent"),
        (pair.secretariat, at_panel, "received"),
    ):
        answer = await caller.get(f"{place}/proof", params={"with_bodies": with_bodies})
        assert answer.status_code == 200, answer.text
        proof = answer.json()
        first = proof["messages"][0]
        assert (first["direction"], first["type"]) == (direction, "local.notification.v1")
        assert (first["body"] is not None) is with_bodies
        assert checked(tmp_path, proof, known) == 0
        first["hash"] = "0" * 64
        assert checked(tmp_path, proof, known) == 1
    [read] = await pair.local.rows(
        "SELECT subject_kind, detail FROM audit_entries WHERE action = 'exchange.proved'"
    )
    assert (read.subject_kind, read.detail["with_bodies"]) == ("case", with_bodies)


async def test_who_may_not_read_a_case_gets_no_proof(pair: Pair) -> None:
    path = await pair.east.notified()
    await pair.drain()
    service = pair.local.service
    administrator = await service.caller("administrator", organisation="east")
    assert (await administrator.get(f"{path}/proof")).status_code == 403
    stranger = await service.caller("partnership_office", organisation="west")
    assert (await stranger.get(f"{path}/proof")).status_code == 404


async def test_the_panels_checkpoint_is_public_and_cosigned(pair: Pair) -> None:
    await pair.east.notified()
    await pair.drain()
    known = await witness_each_other(pair)
    panel, east = known["panel"], known["east"]
    client = pair.panel.service.client
    answer = await client.get(f"/v1/public/checkpoints/{panel.organisation}")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    key = read_public_key(panel.audit_key)
    opened = open_checkpoint(answer.text, party=panel.organisation, public_keys=[key])
    line = answer.text.splitlines(keepends=True)[-1]
    witness = [read_public_key(east.audit_key)]
    open_cosignature(line, opened.text, witness=east.organisation, public_keys=witness)
    assert (await client.get(f"/v1/public/checkpoints/{east.organisation}")).status_code == 404
