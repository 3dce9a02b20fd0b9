"""A real exchange between two sides, proved by one of them and checked offline; whatever is altered is found."""

import base64
import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from service_kit.exchange.links import load_link
from service_kit.exchange.proving.gathering import prove
from shared_schemas.exchange.identifiers import party_urn
from shared_schemas.exchange.keys import write_public_key
from shared_schemas.exchange.proofs import Proof, sign_proof
from shared_schemas.verify_proof import main
from tests.kit.exchange.reconciling.comparing import compare
from tests.kit.exchange.sides import Pair, Side
from tests.kit.exchange.test_checkpoints import Witnesses, checkpoint, grow, witnesses
from tests.kit.exchange.test_operating import ask, get

assert witnesses is not None  # a fixture


@dataclass
class Case:
    """What ``a`` shows of its exchange with ``b``, and the keys that anybody may know."""

    witnesses: Witnesses
    subject: str
    proof: dict[str, Any]
    keys: list[str]
    signing: dict[str, Ed25519PrivateKey]

    def check(self, folder: Path, content: Any = None, keys: list[str] | None = None) -> int:
        file = folder / "proof.json"
        file.write_text(json.dumps(self.proof if content is None else content))
        given = self.keys if keys is None else keys
        return main([str(file), *(part for key in given for part in ("--key", key))])

    def signed_again(self, content: dict[str, Any]) -> dict[str, Any]:
        """As a maker would who is a liar: the file's own signature is right."""
        proof = sign_proof(Proof.model_validate(content), self.signing["a"])
        return proof.model_dump(mode="json")


async def signing_key(side: Side) -> Ed25519PrivateKey:
    async with side.acting() as acting:
        keys = await load_link(acting.session, side.party, side.link, side.settings.key_bytes())
    return keys.own_key


async def proof_of(side: Side, subject: str, *, with_bodies: bool) -> dict[str, Any]:
    async with side.acting() as acting:
        made = await prove(
            acting.session, side.party, subject, side.settings.key_bytes(), with_bodies=with_bodies
        )
    assert made is not None
    return made.model_dump(mode="json")


async def talk(witnesses: Witnesses, subject: str) -> None:
    a, b = witnesses.a, witnesses.b
    for side, words in ((a, "notified"), (b, "answered"), (a, "corrected"), (b, "decided")):
        await side.send(subject, words)
        await side.send(str(uuid4()), "another's")
        await side.drain()


async def make(witnesses: Witnesses, *, with_bodies: bool = True, agreed: bool = True) -> Case:
    a, b = witnesses.a, witnesses.b
    subject = str(uuid4())
    await talk(witnesses, subject)
    if agreed:
        await compare(a)
    await grow(a, 1)
    await checkpoint(a)
    signing = {side.name: await signing_key(side) for side in (a, b)}
    keys = [
        f"{party_urn(side.party)}={write_public_key(key.public_key())}"
        for side in (a, b)
        for key in (signing[side.name], witnesses.keys[side.name])
    ]
    proof = await proof_of(a, subject, with_bodies=with_bodies)
    return Case(witnesses, subject, proof, keys, signing)


async def test_a_proof_with_bodies_verifies_offline(
    witnesses: Witnesses, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = await make(witnesses)
    assert case.check(tmp_path) == 0
    told = capsys.readouterr().out
    b = party_urn(witnesses.b.party)
    assert told.count(f"{b} signed that it stored these bytes") == 2
    assert told.count(f"{b} signed these bytes") == 2
    assert told.count(f"{b} signed in statement") == 4
    assert told.count(f"{b} cosigned that checkpoint") == 1
    assert "FAILED" not in told
    assert told.endswith("Everything is proven.\n")
    bodies = [json.loads(base64.b64decode(message["body"])) for message in case.proof["messages"]]
    assert [body["data"]["words"] for body in bodies] == ["notified", "corrected", "answered", "decided"]
    assert "another's" not in json.dumps(bodies)


async def test_a_proof_without_bodies_holds_no_content_and_verifies(
    witnesses: Witnesses, tmp_path: Path
) -> None:
    case = await make(witnesses, with_bodies=False)
    assert all(message["body"] is None for message in case.proof["messages"])
    assert case.check(tmp_path) == 0


async def test_without_an_agreement_our_own_receipt_proves_nothing(
    witnesses: Witnesses, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = await make(witnesses, with_bodies=False, agreed=False)
    assert case.check(tmp_path) == 3
    assert capsys.readouterr().out.count("NOT PROVEN: received") == 2
    # With the bytes the counterpart's own signature is there.
    whole = await proof_of(witnesses.a, case.subject, with_bodies=True)
    assert case.check(tmp_path, whole) == 0


async def test_a_message_that_waits_is_not_proven(witnesses: Witnesses, tmp_path: Path) -> None:
    case = await make(witnesses)
    await witnesses.a.send(case.subject)
    assert case.check(tmp_path, await proof_of(witnesses.a, case.subject, with_bodies=True)) == 3


async def test_the_right_keys_are_needed(witnesses: Witnesses, tmp_path: Path) -> None:
    case = await make(witnesses)
    stranger = write_public_key(Ed25519PrivateKey.generate().public_key())
    for place, key in enumerate(case.keys):
        party = key.partition("=")[0]
        others = [*case.keys[:place], f"{party}={stranger}", *case.keys[place + 1 :]]
        assert case.check(tmp_path, keys=others) == 1
    assert case.check(tmp_path, keys=[]) == 1
    assert case.check(tmp_path, keys=["whpk_AAAA"]) == 2


def every_scalar(content: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(content, dict):
        return [found for name in content for found in every_scalar(content[name], (*path, name))]
    if isinstance(content, list):
        return [found for place, entry in enumerate(content) for found in every_scalar(entry, (*path, place))]
    return [path]


def altered(value: Any) -> Any:
    if isinstance(value, int):
        return value + 1
    if value is None:
        return "x"
    middle = len(value) // 2
    return value[:middle] + ("1" if value[middle] != "1" else "2") + value[middle + 1 :]


async def test_no_member_of_the_file_can_be_altered(witnesses: Witnesses, tmp_path: Path) -> None:
    case = await make(witnesses)
    paths = every_scalar(case.proof)
    assert len(paths) > 80
    for path in paths:
        content = deepcopy(case.proof)
        place = content
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = altered(place[path[-1]])
        assert case.check(tmp_path, content) == 1, path


Lie = Callable[[dict[str, Any]], None]


def of_sent(proof: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = proof["messages"][0]
    return found


def of_received(proof: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = proof["messages"][2]
    return found


def other_body(message: dict[str, Any]) -> None:
    body = (
        base64.b64decode(message["body"]).replace(b"notified", b"noticed!").replace(b"answered", b"promised")
    )
    message["body"] = base64.b64encode(body).decode()


def other_body_and_hash(message: dict[str, Any]) -> None:
    from shared_schemas.exchange.envelope import message_hash

    other_body(message)
    message["hash"] = message_hash(base64.b64decode(message["body"]))


LIES: dict[str, Lie] = {
    "a sent body": lambda proof: other_body(of_sent(proof)),
    "a sent body and its hash": lambda proof: other_body_and_hash(of_sent(proof)),
    "a received body": lambda proof: other_body(of_received(proof)),
    "a received body and its hash": lambda proof: other_body_and_hash(of_received(proof)),
    "a type": lambda proof: of_sent(proof).update(type="test.other.v1"),
    "a number": lambda proof: of_sent(proof).update(number=3),
    "a chain": lambda proof: of_sent(proof).update(chain=str(uuid4())),
    "a direction": lambda proof: of_received(proof).update(direction="sent"),
    "another's receipt": lambda proof: of_sent(proof).update(receipts=proof["messages"][1]["receipts"]),
    "a message left out": lambda proof: proof["messages"].pop(0),
    "a subject": lambda proof: proof.update(subject=str(uuid4())),
    "a time of signing": lambda proof: of_received(proof)["headers"].update({"webhook-timestamp": "1"}),
    "a place in the statement": lambda proof: of_sent(proof)["agreed"].update(day="2026-01-01"),
    "a path": lambda proof: of_sent(proof)["agreed"].update(path=["00" * 32]),
    "a statement": lambda proof: proof["statements"].reverse(),
    "a checkpoint": lambda proof: proof["checkpoint"].update(
        note=proof["checkpoint"]["note"].replace("\n", "\n1", 1)
    ),
    "a party": lambda proof: proof["links"][0].update(counterpart=str(uuid4())),
}


async def test_the_maker_itself_cannot_lie(
    witnesses: Witnesses, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = await make(witnesses)
    assert case.check(tmp_path, case.signed_again(case.proof)) == 0
    for name, lie in LIES.items():
        content = deepcopy(case.proof)
        lie(content)
        assert case.check(tmp_path, case.signed_again(content)) == 1, name
        assert "ok: the file is as" in capsys.readouterr().out


async def test_who_may_have_a_proof_and_what_it_leaves(witnesses: Witnesses) -> None:
    case = await make(witnesses)
    a = witnesses.a
    shown = await get(a, f"/proofs/{case.subject}")
    assert [message["body"] for message in shown["messages"]] == [None] * 4
    [entry] = await a.rows("SELECT subject_id, detail FROM audit_entries WHERE action = 'exchange.proved'")
    assert entry.subject_id == UUID(case.subject)
    assert entry.detail == {"count": 4, "with_bodies": False}
    assert (await ask(a, "GET", f"/proofs/{case.subject}", "nobody")).status_code == 403
    assert (await ask(a, "GET", f"/proofs/{uuid4()}")).status_code == 404
    assert (await ask(a, "GET", "/proofs/other")).status_code == 422


async def test_what_is_no_proof_is_said_to_be_none(
    exchange_pair: Pair, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "other.json"
    for content in ("", "{}", "[1]", '{"format": "exchange-proof/v2"}'):
        file.write_text(content)
        assert main([str(file)]) == 1
        assert "not a proof file" in capsys.readouterr().out
    assert main([str(tmp_path / "nowhere.json")]) == 2
