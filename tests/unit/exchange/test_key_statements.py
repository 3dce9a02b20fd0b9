"""A change of key is signed by the old key and the new, and goes to no key but the one committed to."""

from uuid import uuid4

import pytest

from shared_schemas.exchange.key_statements import (
    KeyStatementRejected,
    open_key_statement,
    write_key_statement,
)
from shared_schemas.exchange.keys import new_signing_key, public_key_hash

PARTY = uuid4()
OLD, NEW, AFTER, STRANGER = (new_signing_key() for _ in range(4))
COMMITTED = public_key_hash(NEW.public_key())
NEXT = public_key_hash(AFTER.public_key())
NOTE = write_key_statement(PARTY, NEXT, old=OLD, new=NEW)


def test_it_tells_the_new_key_and_what_follows_it() -> None:
    told = open_key_statement(NOTE, party=PARTY, old=OLD.public_key(), old_successor_hash=COMMITTED)
    assert (public_key_hash(told.key), told.successor_hash, told.party) == (COMMITTED, NEXT, PARTY)


@pytest.mark.parametrize(
    "note",
    [
        "",
        "exchange-key/v1",
        NOTE.replace("exchange-key/v1", "exchange-receipt/v1"),
        NOTE.replace(NEXT, COMMITTED),
        NOTE.rsplit("\N{EM DASH}", 1)[0],  # the old key's signature is gone
        NOTE.replace("\n\n\N{EM DASH}", "\n\n\N{EM DASH}\N{EM DASH}", 1),  # the new key's is broken
        write_key_statement(PARTY, NEXT, old=STRANGER, new=NEW),
        write_key_statement(PARTY, NEXT, old=OLD, new=STRANGER),
        write_key_statement(uuid4(), NEXT, old=OLD, new=NEW),
    ],
    ids=range(9),
)
def test_everything_else_is_rejected(note: str) -> None:
    with pytest.raises(KeyStatementRejected):
        open_key_statement(note, party=PARTY, old=OLD.public_key(), old_successor_hash=COMMITTED)


def test_no_successor_but_a_hash_can_be_written() -> None:
    with pytest.raises(ValueError, match="SHA-256"):
        write_key_statement(PARTY, "whpk", old=OLD, new=NEW)
