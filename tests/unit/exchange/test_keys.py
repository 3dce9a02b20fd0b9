import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from shared_schemas.exchange.encoding import write_base64
from shared_schemas.exchange.keys import (
    KeyMalformed,
    fingerprint,
    new_secret,
    new_signing_key,
    public_key_bytes,
    public_key_hash,
    read_private_key,
    read_public_key,
    read_secret,
    write_private_key,
    write_public_key,
    write_secret,
)
from shared_schemas.exchange.signatures import ed25519_verifies
from tests.unit.exchange.vectors import SECRET, SENDER_KEY

PRIME = 2**255 - 19
CURVE_D = -121665 * pow(121666, -1, PRIME) % PRIME


def y_coordinates_of_small_order() -> set[int]:
    """The y of all points whose order divides 8, from the curve's equation: those of order 8 double to y = 0.

    Doubling gives y = (y² + x²) / (2 - y² + x²), with x² = (y² - 1) / (d y² + 1): so y² + x² = 0.
    """
    # d t² + 2 t - 1 = 0 for t = y²
    root = pow(1 + CURVE_D, (PRIME + 3) // 8, PRIME)
    if root * root % PRIME != (1 + CURVE_D) % PRIME:
        root = root * pow(2, (PRIME - 1) // 4, PRIME) % PRIME
    found = {0, 1, PRIME - 1}
    for sign in (1, -1):
        square = (-1 + sign * root) * pow(CURVE_D, -1, PRIME) % PRIME
        y = pow(square, (PRIME + 3) // 8, PRIME)
        for candidate in (y, y * pow(2, (PRIME - 1) // 4, PRIME) % PRIME):
            if candidate * candidate % PRIME == square:
                found |= {candidate, PRIME - candidate}
    return found


def test_keys_and_secrets_survive_their_text_forms() -> None:
    key = new_signing_key()
    assert public_key_bytes(read_public_key(write_public_key(key.public_key()))) == public_key_bytes(
        key.public_key()
    )
    assert read_private_key(write_private_key(key)).private_bytes_raw() == key.private_bytes_raw()
    secret = new_secret()
    assert len(secret) == 32
    assert read_secret(write_secret(secret)) == secret


def test_the_text_forms_are_those_of_standard_webhooks() -> None:
    assert write_private_key(SENDER_KEY) == "whsk_" + "AQEB" * 10 + "AQE="
    assert write_public_key(SENDER_KEY.public_key()) == "whpk_iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w="
    assert write_secret(SECRET) == "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="


def test_a_fingerprint_is_the_hash_in_groups_that_people_can_read_out() -> None:
    shown = fingerprint(SENDER_KEY.public_key())
    assert [len(group) for group in shown.split(" ")] == [4] * 16
    assert shown.replace(" ", "") == public_key_hash(SENDER_KEY.public_key())


@pytest.mark.parametrize("length", [24, 64])
def test_a_secret_has_24_to_64_bytes(length: int) -> None:
    assert len(read_secret(write_secret(bytes(length)))) == length


@pytest.mark.parametrize("length", [0, 23, 65])
def test_a_shorter_or_longer_secret_is_refused(length: int) -> None:
    with pytest.raises(KeyMalformed):
        write_secret(bytes(length))
    with pytest.raises(KeyMalformed):
        read_secret("whsec_" + write_base64(bytes(length)))


@given(st.text() | st.text().map("whpk_".__add__) | st.binary().map(lambda raw: "whsk_" + write_base64(raw)))
def test_garbage_is_refused_without_repeating_it(text: str) -> None:
    for read in (read_public_key, read_secret):
        with pytest.raises(KeyMalformed) as caught:
            read(text)
        assert len(text) < 8 or text not in str(caught.value)


def test_kinds_of_keys_are_not_mistaken_for_each_other() -> None:
    with pytest.raises(KeyMalformed):
        read_public_key(write_private_key(SENDER_KEY))
    with pytest.raises(KeyMalformed):
        read_private_key(write_public_key(SENDER_KEY.public_key()))
    with pytest.raises(KeyMalformed):
        read_secret(write_private_key(SENDER_KEY))
    with pytest.raises(KeyMalformed):
        read_private_key("whsk_" + write_base64(bytes(31)))


def test_a_key_under_which_anybody_can_sign_is_refused() -> None:
    neutral = (1).to_bytes(32, "little")
    assert ed25519_verifies(Ed25519PublicKey.from_public_bytes(neutral), neutral + bytes(32), b"never signed")
    weak = y_coordinates_of_small_order()
    assert len(weak) == 5
    for y in weak | {PRIME, PRIME + 1}:
        for sign_bit in (0, 1 << 255):
            with pytest.raises(KeyMalformed, match="weak"):
                read_public_key("whpk_" + write_base64((y | sign_bit).to_bytes(32, "little")))
