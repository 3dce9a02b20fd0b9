"""Proofs over Merkle trees: the vectors of Certificate Transparency, every small size, and each alteration."""

import hashlib
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared_schemas.exchange.merkle import (
    consistency_ranges,
    inclusion_ranges,
    is_consistent,
    is_included,
    join,
    leaf_hash,
    proof_over,
    root_of,
    subtrees,
)
from tests.unit.exchange.test_merkle import CT_LEAVES

CT_HASHES = [leaf_hash(leaf) for leaf in CT_LEAVES]
HASHES = [leaf_hash(bytes([number])) for number in range(65)]
SIZES = st.integers(0, 64)
# The reference data of Certificate Transparency's own implementations (merkle_tree_test).
CT_CONSISTENCY = {
    (1, 1): [],
    (1, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
CT_PATHS = {
    (0, 1): [],
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
}


@pytest.mark.parametrize(("sizes", "proof"), CT_CONSISTENCY.items())
def test_consistency_proofs_are_certificate_transparencys(sizes: tuple[int, int], proof: list[str]) -> None:
    made = proof_over(CT_HASHES, consistency_ranges(*sizes))
    assert [node.hex() for node in made] == proof


@pytest.mark.parametrize(("leaf", "path"), CT_PATHS.items())
def test_audit_paths_are_certificate_transparencys(leaf: tuple[int, int], path: list[str]) -> None:
    assert [node.hex() for node in proof_over(CT_HASHES, inclusion_ranges(*leaf))] == path


def test_every_proof_of_growth_verifies() -> None:
    for new in range(65):
        for old in range(new + 1):
            proof = proof_over(HASHES, consistency_ranges(old, new))
            assert is_consistent(old, new, root_of(HASHES[:old]), root_of(HASHES[:new]), proof), (old, new)


def test_every_path_to_a_leaf_verifies() -> None:
    for size in range(1, 65):
        for index in range(size):
            path = proof_over(HASHES, inclusion_ranges(index, size))
            assert is_included(HASHES[index], index, size, root_of(HASHES[:size]), path), (index, size)
            assert not is_included(HASHES[64], index, size, root_of(HASHES[:size]), path)


@settings(max_examples=400, deadline=None)
@given(data=st.data())
def test_no_altered_proof_of_growth_verifies(data: st.DataObject) -> None:
    new = data.draw(st.integers(2, 64))
    old = data.draw(st.integers(1, new - 1))
    proof = proof_over(HASHES, consistency_ranges(old, new))
    old_root, new_root = root_of(HASHES[:old]), root_of(HASHES[:new])
    stranger = hashlib.sha256(data.draw(st.binary(max_size=4))).digest()
    assert not is_consistent(old, new, stranger, new_root, proof)
    assert not is_consistent(old, new, old_root, stranger, proof)
    assert not is_consistent(old, new, old_root, new_root, [*proof, stranger])
    assert not is_consistent(old, new, old_root, new_root, proof[:-1])
    place = data.draw(st.integers(0, len(proof) - 1))
    assert not is_consistent(old, new, old_root, new_root, [*proof[:place], stranger, *proof[place + 1 :]])
    # A tree whose beginning was changed has no proof at all: not even the one made from it.
    changed = data.draw(st.integers(0, old - 1))
    forked = [*HASHES[:changed], stranger, *HASHES[changed + 1 :]]
    forged = proof_over(forked, consistency_ranges(old, new))
    assert not is_consistent(old, new, old_root, root_of(forked[:new]), forged)


@given(old=SIZES, new=SIZES, proof=st.lists(st.binary(min_size=32, max_size=32), max_size=8))
def test_a_stranger_cannot_crash_the_reading(old: int, new: int, proof: list[bytes]) -> None:
    old_root, new_root = root_of(HASHES[:old]), root_of(HASHES[:new])
    if is_consistent(old, new, old_root, new_root, proof):
        assert proof == proof_over(HASHES, consistency_ranges(old, new))
    is_included(HASHES[0], old, new, new_root, proof)


@given(size=st.integers(1, 64))
def test_complete_subtrees_join_to_the_root(size: int) -> None:
    cover = subtrees((0, size))
    assert sum(1 << level for level, _ in cover) == size
    assert all(first > second for (first, _), (second, _) in pairwise(cover))
    nodes = [root_of(HASHES[index << level : (index + 1) << level]) for level, index in cover]
    assert join(nodes) == root_of(HASHES[:size])


def test_a_tree_does_not_shrink() -> None:
    with pytest.raises(ValueError, match="shrink"):
        consistency_ranges(3, 2)
    assert not is_consistent(3, 2, root_of(HASHES[:3]), root_of(HASHES[:2]), [])
    with pytest.raises(ValueError, match="leaf"):
        inclusion_ranges(2, 2)
    assert not is_included(HASHES[0], 2, 2, root_of(HASHES[:2]), [])
