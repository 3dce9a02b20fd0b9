from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from shared_schemas.exchange.encoding import write_base64
from shared_schemas.exchange.headers import WEBHOOK_ID, WEBHOOK_SIGNATURE, WEBHOOK_TIMESTAMP
from shared_schemas.exchange.keys import read_secret
from shared_schemas.exchange.signatures import Scheme, SignatureRejected, sign, signed_headers, verify
from tests.unit.exchange.vectors import (
    ATTEMPTED_AT,
    PUSH,
    PUSH_ID,
    PUSH_TIMESTAMP,
    PUSH_V1,
    PUSH_V1A,
    RECEIVER_KEY,
    SECRET,
    SENDER_KEY,
    STRANGERS_KEY,
    WEBHOOK,
    push_headers,
)

BOTH = (Scheme.V1A, Scheme.V1)
GARBAGE_ENTRY = "v1a," + "A" * 86 + "=="
HEADER_TEXT = st.text() | st.text(st.characters(max_codepoint=255)) | st.just(PUSH_V1A) | st.just(PUSH_V1)


def passes(
    body: bytes = PUSH,
    headers: dict[str, str] | None = None,
    *,
    schemes: tuple[Scheme, ...] = BOTH,
    now: datetime = ATTEMPTED_AT,
) -> bool:
    """Whether the request passes under the sender's pinned key and the link's secret."""
    try:
        verify(
            body,
            push_headers() if headers is None else headers,
            accepted_schemes=schemes,
            public_keys=[SENDER_KEY.public_key()],
            secrets=[SECRET],
            now=now,
        )
    except SignatureRejected:
        return False
    return True


def test_the_published_signatures_are_made() -> None:
    assert (
        sign(PUSH, message_id=str(PUSH_ID), timestamp=PUSH_TIMESTAMP, private_keys=[SENDER_KEY]) == PUSH_V1A
    )
    assert sign(PUSH, message_id=str(PUSH_ID), timestamp=PUSH_TIMESTAMP, secrets=[SECRET]) == PUSH_V1


def test_the_published_signatures_verify() -> None:
    assert passes(headers=push_headers(PUSH_V1A))
    assert passes(headers=push_headers(PUSH_V1))
    assert passes(headers={name.title(): value for name, value in push_headers().items()})


def test_a_scheme_that_the_link_does_not_accept_proves_nothing() -> None:
    assert not passes(headers=push_headers(PUSH_V1), schemes=(Scheme.V1A,))
    assert not passes(headers=push_headers(PUSH_V1A), schemes=(Scheme.V1,))
    assert not passes(schemes=())
    assert passes(headers=push_headers(f"{PUSH_V1} {PUSH_V1A}"), schemes=(Scheme.V1A,))
    assert not passes(headers=push_headers(PUSH_V1A.replace("v1a", "v1")))
    assert not passes(headers=push_headers(PUSH_V1.replace("v1", "v1a")))


def test_rotation_is_data() -> None:
    headers = signed_headers(
        PUSH,
        message_id=str(PUSH_ID),
        now=ATTEMPTED_AT,
        private_keys=[STRANGERS_KEY, SENDER_KEY],
        secrets=[b"x" * 24],
    )
    assert [entry.split(",")[0] for entry in headers[WEBHOOK_SIGNATURE].split(" ")] == ["v1a", "v1a", "v1"]
    assert passes(headers=headers)
    verify(
        PUSH,
        push_headers(),
        accepted_schemes={Scheme.V1A},
        public_keys=[RECEIVER_KEY.public_key(), SENDER_KEY.public_key()],
        secrets=[],
        now=ATTEMPTED_AT,
    )


def test_another_key_is_refused() -> None:
    headers = signed_headers(
        PUSH,
        message_id=str(PUSH_ID),
        now=ATTEMPTED_AT,
        private_keys=[RECEIVER_KEY, STRANGERS_KEY],
        secrets=[b"x" * 32],
    )
    assert not passes(headers=headers)


@given(st.integers(0, len(PUSH) - 1), st.integers(1, 255))
def test_a_body_with_any_byte_changed_is_refused(place: int, change: int) -> None:
    body = bytearray(PUSH)
    body[place] ^= change
    assert not passes(bytes(body))
    assert not passes(bytes(body), push_headers(PUSH_V1))


@pytest.mark.parametrize("signature", [PUSH_V1A, PUSH_V1])
def test_a_signature_with_any_character_changed_is_refused(signature: str) -> None:
    for place, character in enumerate(signature):
        other = "B" if character == "A" else "A"
        assert not passes(headers=push_headers(signature[:place] + other + signature[place + 1 :]))
    # The last character of base64 has stray bits; only its one canonical spelling passes.
    assert not passes(headers=push_headers(signature.replace("w==", "x==").replace("M=", "N=")))
    assert not passes(headers=push_headers(signature.rstrip("=")))


def test_another_id_timestamp_or_message_is_refused() -> None:
    assert not passes(headers=push_headers() | {WEBHOOK_ID: "01a1eef7-f530-7b7a-8d12-3e4f5a6b7c8d"})
    assert not passes(headers=push_headers() | {WEBHOOK_TIMESTAMP: str(PUSH_TIMESTAMP + 1)})
    assert not passes(WEBHOOK)


def test_the_attempt_lies_within_300_seconds_of_the_receivers_clock() -> None:
    assert passes(now=ATTEMPTED_AT + timedelta(seconds=300))
    assert passes(now=ATTEMPTED_AT - timedelta(seconds=300))
    assert not passes(now=ATTEMPTED_AT + timedelta(seconds=300, microseconds=1))
    assert not passes(now=ATTEMPTED_AT - timedelta(seconds=300, microseconds=1))


@pytest.mark.parametrize("missing", [WEBHOOK_ID, WEBHOOK_TIMESTAMP, WEBHOOK_SIGNATURE])
def test_each_header_must_be_there_once(missing: str) -> None:
    headers = push_headers()
    value = headers.pop(missing)
    assert not passes(headers=headers)
    assert not passes(headers=headers | {missing: ""})
    assert not passes(headers=headers | {missing: value, missing.upper(): value})


@pytest.mark.parametrize(
    "timestamp",
    ["", "x", "-1793697154", "+1793697154", " 1793697154", "1793697154\n", "1793697154.0", "01793697154", "1e9",
     "1_793_697_154", "\u0661793697154", "9" * 5_000],
)  # fmt: skip
def test_a_timestamp_has_one_form(timestamp: str) -> None:
    assert not passes(headers=push_headers() | {WEBHOOK_TIMESTAMP: timestamp})


@pytest.mark.parametrize(
    "signature",
    [",", " ", "v1a", "v1a,", "v1a,,", "v1a,AAAA", "v1a,\u00e9", "v1a,\ud800", "v1,", "v1,AAAA", "v2," + PUSH_V1[3:],
     PUSH_V1A[4:], PUSH_V1A.replace(",", ";"), PUSH_V1A + ","],
)  # fmt: skip
def test_a_garbage_signature_is_refused_and_spoils_no_good_one(signature: str) -> None:
    assert not passes(headers=push_headers(signature))
    assert passes(headers=push_headers(f"{signature} {PUSH_V1A}"))


def test_only_the_first_eight_entries_are_looked_at() -> None:
    assert passes(headers=push_headers(" ".join([GARBAGE_ENTRY] * 7 + [PUSH_V1A])))
    assert not passes(headers=push_headers(" ".join([GARBAGE_ENTRY] * 8 + [PUSH_V1A])))
    assert passes(headers=push_headers(" ".join([PUSH_V1A] + [GARBAGE_ENTRY] * 1_000)))


@given(
    st.binary() | st.just(PUSH),
    st.dictionaries(st.sampled_from([*push_headers(), "Webhook-Id", "host"]), HEADER_TEXT),
    st.booleans(),
)
def test_garbage_is_refused_and_never_crashes(body: bytes, headers: dict[str, str], complete: bool) -> None:
    offered = push_headers() | headers if complete else headers
    if passes(body, offered):
        assert body == PUSH
        assert {name.lower(): value for name, value in offered.items()}.items() >= (
            push_headers(offered[WEBHOOK_SIGNATURE]).items()
        )


def test_a_refusal_says_nothing() -> None:
    with pytest.raises(SignatureRejected) as caught:
        verify(b"", {}, accepted_schemes=BOTH, public_keys=[], secrets=[], now=ATTEMPTED_AT)
    assert str(caught.value) == "the signature headers do not verify"


@pytest.mark.parametrize(
    ("message_id", "timestamp", "keys"),
    [("a.b", PUSH_TIMESTAMP, 1), ("", PUSH_TIMESTAMP, 1), ("a", -1, 1), ("a", 0, 1), ("a", PUSH_TIMESTAMP, 0),
     ("a", PUSH_TIMESTAMP, 9)],
)  # fmt: skip
def test_what_no_receiver_accepts_is_not_signed(message_id: str, timestamp: int, keys: int) -> None:
    with pytest.raises(ValueError, match=r"receiver|signatures"):
        sign(b"", message_id=message_id, timestamp=timestamp, private_keys=[SENDER_KEY] * keys)


def test_a_statement_does_not_pass_as_a_message() -> None:
    """However its text is cut at two full stops, what stands before the first is no message id."""
    text = f"exchange-test/v1\nfirst.{PUSH_TIMESTAMP}.rest\n"
    message_id, timestamp, body = text.split(".", 2)
    signature = f"v1a,{write_base64(SENDER_KEY.sign(text.encode()))}"
    headers = {WEBHOOK_ID: message_id, WEBHOOK_TIMESTAMP: timestamp, WEBHOOK_SIGNATURE: signature}
    assert not passes(body.encode(), headers)


def test_the_example_of_the_standard_verifies() -> None:
    headers = {
        WEBHOOK_ID: "msg_p5jXN8AQM9LWM0D4loKWxJek",
        WEBHOOK_TIMESTAMP: "1614265330",
        WEBHOOK_SIGNATURE: "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    verify(
        b'{"test": 2432232314}',
        headers,
        accepted_schemes=[Scheme.V1],
        public_keys=[],
        secrets=[read_secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")],
        now=datetime.fromtimestamp(1614265330, UTC),
    )


@given(st.binary(min_size=24, max_size=64), st.text(st.characters(exclude_categories=["Cs"])))
def test_the_official_library_and_ours_accept_each_other(secret: bytes, text: str) -> None:
    official = Webhook(secret)
    now = datetime.now(UTC)
    ours = signed_headers(text.encode(), message_id=str(PUSH_ID), now=now, secrets=[secret])
    official.verify(text, ours, json_parse=False)
    theirs = ours | {WEBHOOK_SIGNATURE: official.sign(str(PUSH_ID), now, text)}
    verify(text.encode(), theirs, accepted_schemes=[Scheme.V1], public_keys=[], secrets=[secret], now=now)
    assert theirs == ours
