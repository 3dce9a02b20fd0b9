import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_schemas.exchange.envelope import message_hash
from shared_schemas.exchange.merkle import merkle_root, message_leaf
from tests.unit.exchange.vectors import (
    PUSH,
    PUSH_AND_WEBHOOK_ROOT,
    PUSH_ID,
    PUSH_ROOT,
    WEBHOOK,
    WEBHOOK_MESSAGE_ID,
)

# The leaves and roots of the test vectors of Certificate Transparency (RFC 6962), for 1 to 8 leaves.
CT_LEAVES = [bytes.fromhex(leaf) for leaf in (
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
)]  # fmt: skip
CT_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def test_the_published_roots() -> None:
    push = message_leaf(PUSH_ID, message_hash(PUSH))
    webhook = message_leaf(WEBHOOK_MESSAGE_ID, message_hash(WEBHOOK))
    assert merkle_root([push]).hex() == PUSH_ROOT
    assert merkle_root([push, webhook]).hex() == PUSH_AND_WEBHOOK_ROOT


def test_a_window_without_messages_has_the_root_of_nothing() -> None:
    assert merkle_root([]) == hashlib.sha256(b"").digest()


@pytest.mark.parametrize("size", range(1, 9))
def test_the_vectors_of_certificate_transparency(size: int) -> None:
    assert merkle_root(CT_LEAVES[:size]).hex() == CT_ROOTS[size - 1]


@given(st.lists(st.binary(), max_size=20), st.lists(st.binary(), max_size=20))
def test_roots_are_equal_exactly_when_the_leaves_are(left: list[bytes], right: list[bytes]) -> None:
    assert (merkle_root(left) == merkle_root(right)) == (left == right)
