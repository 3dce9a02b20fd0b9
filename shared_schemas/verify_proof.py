"""Check a proof file offline: ``python -m shared_schemas.verify_proof FILE --key urn:uuid:…=whpk_…``.

It needs this package, pydantic and cryptography; no network, no database, no service. Ends with 0 where every message
is proven, 1 where a check failed, 3 where nothing failed but a message is not proven, 2 where it could not be read.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import ValidationError

from shared_schemas.exchange.identifiers import party_urn, party_uuid
from shared_schemas.exchange.keys import read_public_key
from shared_schemas.exchange.proof_checks import Grade, check_proof
from shared_schemas.exchange.proofs import Proof

FAILED, UNREADABLE, UNPROVEN = 1, 2, 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Check a file, print a line for each check, and give the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m shared_schemas.verify_proof",
        description="Check a proof file of the exchange with public keys that you trust.",
    )
    parser.add_argument("file", type=Path, help="what `exchange prove` wrote")
    parser.add_argument(
        "--key",
        action="append",
        default=[],
        metavar="PARTY=KEY",
        help="urn:uuid:…=whpk_…, a signing or audit key that you had from its party; give all of both parties",
    )
    given = parser.parse_args(arguments)
    try:
        keys = _read_keys(given.key)
        proof = Proof.model_validate_json(given.file.read_bytes())
    except ValidationError as fault:
        where = "/".join(str(part) for part in fault.errors(include_input=False)[0]["loc"])
        _say(f"FAILED: this is not a proof file (at {where or 'its beginning'})")
        return FAILED
    except (OSError, ValueError) as fault:
        _say(f"Cannot be checked: {fault}")
        return UNREADABLE
    return _report(proof, keys)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def _read_keys(pairs: Sequence[str]) -> dict[UUID, list[Ed25519PublicKey]]:
    keys: dict[UUID, list[Ed25519PublicKey]] = {}
    for pair in pairs:
        party, is_pair, key = pair.partition("=")
        try:
            keys.setdefault(party_uuid(party), []).append(read_public_key(key))
        except ValueError:
            is_pair = ""
        if not is_pair:
            raise ValueError("a key is given as urn:uuid:…=whpk_…")
    return keys


def _report(proof: Proof, keys: dict[UUID, list[Ed25519PublicKey]]) -> int:
    _say(f"What {party_urn(proof.party)} shows about {proof.subject}: {len(proof.messages)} messages")
    for link in proof.links:
        for party in (proof.party, link.counterpart):
            if party not in keys:
                _say(f"No key of {party_urn(party)} was given: nothing that it signed can be checked.")
    counted: Counter[Grade] = Counter()
    for finding in check_proof(proof, keys):
        counted[finding.grade] += 1
        _say(f"{finding.grade}: {finding.words}")
    if any(message.body is None for message in proof.messages):
        _say("Where a message's bytes are left out, its type and number are its maker's word.")
    if counted[Grade.FAILED]:
        _say(f"{counted[Grade.FAILED]} checks failed.")
        return FAILED
    if counted[Grade.UNPROVEN] or not proof.messages:
        _say("Nothing failed, and not every message is proven.")
        return UNPROVEN
    _say("Everything is proven.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
