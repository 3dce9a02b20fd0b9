"""Checkpoints and cosignatures: what is written is read, and nothing else is."""

import base64
from datetime import UTC, datetime
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from shared_schemas.exchange.checkpoints import (
    CheckpointRejected,
    Origin,
    cosign,
    open_checkpoint,
    open_cosignature,
    read_origin,
    write_checkpoint,
)
from shared_schemas.exchange.merkle import leaf_hash, root_of

PARTY = UUID("01a05a43-fc00-7000-8000-00000000000a")
WITNESS = UUID("01a05a43-fc00-7000-8000-00000000000b")
KEY = Ed25519PrivateKey.from_private_bytes(b"\x01" * 32)
WITNESS_KEY = Ed25519PrivateKey.from_private_bytes(b"\x02" * 32)
ORIGIN = str(Origin("local.example", PARTY, datetime(2026, 9, 1, tzinfo=UTC)))
ROOT = root_of([leaf_hash(b"entry")])
NOTE = write_checkpoint(ORIGIN, 1, ROOT, KEY)
AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


def test_a_checkpoint_has_the_form_of_c2sp() -> None:
    lines = NOTE.split("\n")
    assert lines[0] == "local.example/audit/01a05a43-fc00-7000-8000-00000000000a/2026-09-01T00:00:00Z"
    assert lines[1:4] == ["1", base64.b64encode(ROOT).decode(), ""]
    assert lines[4].startswith(f"— {ORIGIN} ")
    opened = open_checkpoint(NOTE, party=PARTY, public_keys=[KEY.public_key()])
    assert (opened.origin, opened.size, opened.root) == (ORIGIN, 1, ROOT)
    assert str(read_origin(ORIGIN)) == ORIGIN


def test_a_cosignature_is_c2sps_signature_over_time_and_text() -> None:
    opened = open_checkpoint(NOTE, party=PARTY, public_keys=[KEY.public_key()])
    line = cosign(opened, WITNESS, WITNESS_KEY, AT)
    raw = base64.b64decode(line.split(" ")[2])
    assert len(raw) == 4 + 8 + 64
    seconds = int.from_bytes(raw[4:12], "big")
    content = f"cosignature/v1\ntime {seconds}\n".encode() + NOTE.partition("\n\n")[0].encode() + b"\n"
    WITNESS_KEY.public_key().verify(raw[12:], content)
    keys = [WITNESS_KEY.public_key()]
    assert open_cosignature(line, opened.text, witness=WITNESS, public_keys=keys) == AT
    # With the line under it, the checkpoint is the same note.
    assert open_checkpoint(NOTE + line, party=PARTY, public_keys=[KEY.public_key()]) == opened


def test_whose_it_is_counts() -> None:
    opened = open_checkpoint(NOTE, party=PARTY, public_keys=[KEY.public_key()])
    line = cosign(opened, WITNESS, WITNESS_KEY, AT)
    with pytest.raises(CheckpointRejected):
        open_checkpoint(NOTE, party=WITNESS, public_keys=[KEY.public_key()])
    with pytest.raises(CheckpointRejected):
        open_checkpoint(NOTE, party=PARTY, public_keys=[WITNESS_KEY.public_key()])
    with pytest.raises(CheckpointRejected):
        open_cosignature(line, opened.text, witness=PARTY, public_keys=[WITNESS_KEY.public_key()])
    with pytest.raises(CheckpointRejected):
        open_cosignature(line, opened.text, witness=WITNESS, public_keys=[KEY.public_key()])
    # A log's own signature is no witness's word, though one key made both.
    own = NOTE.split("\n\n")[1]
    with pytest.raises(CheckpointRejected):
        open_cosignature(own, opened.text, witness=PARTY, public_keys=[KEY.public_key()])


@given(place=st.integers(0, len(NOTE) - 1), letter=st.characters())
def test_no_altered_checkpoint_opens(place: int, letter: str) -> None:
    altered = NOTE[:place] + letter + NOTE[place + 1 :]
    if altered == NOTE:
        return
    with pytest.raises(CheckpointRejected):
        open_checkpoint(altered, party=PARTY, public_keys=[KEY.public_key()])


@given(st.data())
def test_no_altered_cosignature_opens(data: st.DataObject) -> None:
    opened = open_checkpoint(NOTE, party=PARTY, public_keys=[KEY.public_key()])
    line = cosign(opened, WITNESS, WITNESS_KEY, AT)
    place = data.draw(st.integers(0, len(line) - 2))
    altered = line[:place] + data.draw(st.characters()) + line[place + 1 :]
    if altered != line:
        with pytest.raises(CheckpointRejected):
            open_cosignature(altered, opened.text, witness=WITNESS, public_keys=[WITNESS_KEY.public_key()])


@pytest.mark.parametrize(
    "text",
    [
        f"{ORIGIN}\n01\n{base64.b64encode(ROOT).decode()}\n",
        f"{ORIGIN}\n-1\n{base64.b64encode(ROOT).decode()}\n",
        f"{ORIGIN}\n1\nAAAA\n",
        f"{ORIGIN}\n1\n{base64.b64encode(ROOT).decode()}\nmore\n",
        f"local.example/log/{PARTY}/2026-09-01T00:00:00Z\n1\n{base64.b64encode(ROOT).decode()}\n",
    ],
)
def test_another_form_is_refused_though_it_is_signed(text: str) -> None:
    from shared_schemas.exchange.signed_note import write_note

    note = write_note(text, text.partition("\n")[0], KEY)
    with pytest.raises(CheckpointRejected):
        open_checkpoint(note, party=PARTY, public_keys=[KEY.public_key()])
