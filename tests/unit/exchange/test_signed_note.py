import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from shared_schemas.exchange.encoding import read_base64, write_base64
from shared_schemas.exchange.identifiers import party_urn
from shared_schemas.exchange.signatures import sign
from shared_schemas.exchange.signed_note import NoteRejected, note_key_id, open_note, write_note
from tests.unit.exchange.vectors import (
    PUSH,
    PUSH_ID,
    PUSH_TIMESTAMP,
    RECEIPT_NOTE,
    RECEIPT_TEXT,
    RECEIVER,
    RECEIVER_KEY,
    SENDER,
    STRANGERS_KEY,
)

PARTY = party_urn(RECEIVER)
PINNED = [RECEIVER_KEY.public_key()]
NOTE_TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"])).map(
    lambda text: f"exchange-test/v1\n{text}\n"
)


def opens(note: str, party: str = PARTY) -> bool:
    try:
        open_note(note, party, PINNED)
    except NoteRejected:
        return False
    return True


def test_the_published_note_is_written_and_opened() -> None:
    assert write_note(RECEIPT_TEXT, PARTY, RECEIVER_KEY) == RECEIPT_NOTE
    assert open_note(RECEIPT_NOTE, PARTY, PINNED) == RECEIPT_TEXT


def test_the_example_of_c2sp_has_its_key_id() -> None:
    """The key PeterNeumann+c74f20a3 of the specification of signed notes."""
    typed = read_base64("ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
    key = Ed25519PublicKey.from_public_bytes(typed[1:])
    assert note_key_id("PeterNeumann", key).hex() == "c74f20a3"
    note = (
        "If you think cryptography is the answer to your problem,\n"
        "then you don't know what your problem is.\n"
        "\n"
        "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
    )
    assert open_note(note, "PeterNeumann", [key]).endswith("your problem is.\n")


@given(NOTE_TEXT)
def test_any_text_comes_back_as_it_was_signed(text: str) -> None:
    assert open_note(write_note(text, PARTY, RECEIVER_KEY), PARTY, PINNED) == text


def test_text_with_empty_lines_and_quoted_signatures_comes_back_whole() -> None:
    text = f"exchange-test/v1\n\n{RECEIPT_NOTE}\n"
    assert open_note(write_note(text, PARTY, RECEIVER_KEY), PARTY, PINNED) == text


def test_a_note_with_any_character_changed_is_refused() -> None:
    for place, character in enumerate(RECEIPT_NOTE):
        other = "B" if character == "A" else "A"
        assert not opens(RECEIPT_NOTE[:place] + other + RECEIPT_NOTE[place + 1 :])
        assert not opens(RECEIPT_NOTE[:place] + RECEIPT_NOTE[place + 1 :])
        assert not opens(RECEIPT_NOTE[:place])


def test_another_party_or_key_is_refused() -> None:
    assert not opens(RECEIPT_NOTE, party_urn(SENDER))
    assert not opens(write_note(RECEIPT_TEXT, PARTY, STRANGERS_KEY))
    assert not opens(write_note(RECEIPT_TEXT, party_urn(SENDER), RECEIVER_KEY))
    with pytest.raises(NoteRejected):
        open_note(RECEIPT_NOTE, PARTY, [])


def test_two_signatures_open_under_either_key() -> None:
    note = write_note(RECEIPT_TEXT, PARTY, STRANGERS_KEY, RECEIVER_KEY)
    assert open_note(note, PARTY, PINNED) == RECEIPT_TEXT
    assert open_note(note, PARTY, [STRANGERS_KEY.public_key()]) == RECEIPT_TEXT


def test_one_wrong_signature_of_a_known_key_spoils_the_note() -> None:
    wrong = note_key_id(PARTY, RECEIVER_KEY.public_key()) + bytes(64)
    assert not opens(f"{RECEIPT_NOTE}— {PARTY} {write_base64(wrong)}\n")


def test_lines_of_others_say_nothing_but_must_be_lines() -> None:
    assert opens(f"{RECEIPT_NOTE}— witness.example {write_base64(bytes(68))}\n")
    assert opens(f"{RECEIPT_NOTE}— {PARTY} {write_base64(b'xxxx' + bytes(64))}\n")
    assert not opens(f"{RECEIPT_NOTE}— witness.example\n")
    assert not opens(f"{RECEIPT_NOTE}- witness.example AAAA\n")
    assert not opens(f"{RECEIPT_NOTE}— witness+1 {write_base64(bytes(68))}\n")
    assert not opens(f"{RECEIPT_NOTE}— witness.example AAAB=\n")
    assert not opens(f"{RECEIPT_NOTE}\n")


def test_only_the_first_eight_signature_lines_are_read() -> None:
    own_line = RECEIPT_NOTE.removeprefix(f"{RECEIPT_TEXT}\n")
    others = [f"— witness.example {write_base64(bytes(68))}\n"]
    assert opens(f"{RECEIPT_TEXT}\n{''.join(others * 7)}{own_line}")
    assert not opens(f"{RECEIPT_TEXT}\n{''.join(others * 8)}{own_line}")


@pytest.mark.parametrize(
    "text",
    ["", "\n", "no line feed", "tab\tbed\n", "nul\0\n", "surrogate\ud800\n", "return\r\n",
     f"{PUSH_ID}.{PUSH_TIMESTAMP}.x\n"],
)  # fmt: skip
def test_what_cannot_be_a_notes_text_is_not_signed(text: str) -> None:
    with pytest.raises(ValueError, match="text of a note"):
        write_note(text, PARTY, RECEIVER_KEY)


def test_a_name_with_a_space_and_a_note_without_a_key_are_not_written() -> None:
    with pytest.raises(ValueError, match="name"):
        write_note(RECEIPT_TEXT, "two words", RECEIVER_KEY)
    with pytest.raises(ValueError, match="signatures"):
        write_note(RECEIPT_TEXT, PARTY)


def test_a_signed_message_does_not_pass_as_a_statement() -> None:
    body = PUSH + b"\n"
    signature = sign(body, message_id=str(PUSH_ID), timestamp=PUSH_TIMESTAMP, private_keys=[RECEIVER_KEY])
    text = f"{PUSH_ID}.{PUSH_TIMESTAMP}.{body.decode()}"
    raw = read_base64(signature.removeprefix("v1a,"))
    RECEIVER_KEY.public_key().verify(raw, text.encode())
    line = write_base64(note_key_id(PARTY, RECEIVER_KEY.public_key()) + raw)
    assert not opens(f"{text}\n— {PARTY} {line}\n")


@given(st.text() | st.text("\n— aA+=/").map(lambda tail: RECEIPT_NOTE + tail))
def test_garbage_is_refused_and_never_crashes(note: str) -> None:
    assert note == RECEIPT_NOTE or not opens(note)
