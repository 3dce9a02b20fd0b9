"""Merkle trees of RFC 6962 (SHA-256): roots, and proofs that a tree grew from another or holds a leaf.

A tree is made of complete subtrees. ``(level, index)`` names the one over the ``2 ** level`` leaves that begin with
leaf ``index * 2 ** level``; level 0 is a leaf's own hash.
"""

import hashlib
from collections.abc import Iterator, Sequence
from uuid import UUID

Range = tuple[int, int]  # leaves from the first number up to, and without, the second
Subtree = tuple[int, int]  # level, index

HASH_BYTES = 32


def leaf_hash(leaf: bytes) -> bytes:
    """The hash of a leaf (RFC 6962 section 2.1), 32 bytes."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of a node over its two children (RFC 6962 section 2.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """The Merkle tree hash of RFC 6962 section 2.1 (SHA-256), 32 bytes; of no leaves, SHA-256 of nothing."""
    return root_of([leaf_hash(leaf) for leaf in leaves])


def root_of(hashes: Sequence[bytes]) -> bytes:
    """The root over leaves whose hashes are given, in their order; also of a complete subtree's own subtrees."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    row = list(hashes)
    while len(row) > 1:
        # The last of an odd row goes up as it is: the same tree as RFC 6962's split at the largest power of two.
        paired = [node_hash(left, right) for left, right in zip(row[::2], row[1::2], strict=False)]
        row = paired + row[len(paired) * 2 :]
    return row[0]


def subtrees(leaves: Range) -> list[Subtree]:
    """The complete subtrees that cover a range, the largest first. The range is one that a tree splits into."""
    start, stop = leaves
    found = []
    while start < stop:
        level = (stop - start).bit_length() - 1
        found.append((level, start >> level))
        start += 1 << level
    return found


def join(hashes: Sequence[bytes]) -> bytes:
    """The root over complete subtrees of falling size, as `subtrees` names them."""
    *rest, root = hashes
    for left in reversed(rest):
        root = node_hash(left, root)
    return root


def consistency_ranges(old_size: int, new_size: int) -> list[Range]:
    """What a consistency proof (RFC 6962 section 2.1.2) consists of: the roots over these ranges, in this order.

    Empty where the sizes are equal or the old tree is empty. ValueError where the old one is larger.
    """
    if not 0 <= old_size <= new_size:
        raise ValueError("a tree does not shrink")
    if old_size in (0, new_size):
        return []
    return list(_consistency(old_size, (0, new_size), whole=True))


def inclusion_ranges(index: int, size: int) -> list[Range]:
    """What an audit path (RFC 6962 section 2.1.1) consists of: the roots over these ranges, in this order."""
    if not 0 <= index < size:
        raise ValueError("no such leaf")
    start, stop = 0, size
    path: list[Range] = []
    while stop - start > 1:
        middle = start + _split(stop - start)
        if index < middle:
            path.append((middle, stop))
            stop = middle
        else:
            path.append((start, middle))
            start = middle
    return path[::-1]


def proof_over(hashes: Sequence[bytes], ranges: Sequence[Range]) -> list[bytes]:
    """The proof made of such ranges, from the hashes of all the leaves."""
    return [root_of(hashes[start:stop]) for start, stop in ranges]


def is_consistent(
    old_size: int, new_size: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Whether the proof shows that the old tree is the beginning of the new one (RFC 9162 section 2.1.4.2)."""
    if not 0 <= old_size <= new_size:
        return False
    if old_size == new_size:
        return not proof and old_root == new_root
    if old_size == 0:
        return not proof and old_root == root_of([])
    complete = old_size & (old_size - 1) == 0
    # A complete tree is itself the first of the nodes, and then it is not sent.
    path = [old_root, *proof] if complete else list(proof)
    if not path:
        return False
    first, last = old_size - 1, new_size - 1
    while first & 1:
        first, last = first >> 1, last >> 1
    sides = _sides(first, last, len(path) - 1)
    if sides is None:
        return False
    old = new = path[0]
    for is_left, node in zip(sides, path[1:], strict=True):
        old, new = (node_hash(node, old), node_hash(node, new)) if is_left else (old, node_hash(new, node))
    return old == old_root and new == new_root


def is_included(leaf: bytes, index: int, size: int, root: bytes, path: Sequence[bytes]) -> bool:
    """Whether the audit path leads from the leaf's hash to the root (RFC 9162 section 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    sides = _sides(index, size - 1, len(path))
    if sides is None:
        return False
    found = leaf
    for is_left, node in zip(sides, path, strict=True):
        found = node_hash(node, found) if is_left else node_hash(found, node)
    return found == root


def message_leaf(message_id: UUID, message_hash: str) -> bytes:
    """The leaf that stands for a message when two parties compare what they hold; leaves ascend by id."""
    return f"{message_id} {message_hash}".encode("ascii")


def _consistency(old_size: int, leaves: Range, *, whole: bool) -> Iterator[Range]:
    """SUBPROOF of RFC 6962: `whole` while the old tree's root is one that the verifier has."""
    start, stop = leaves
    size = stop - start
    if old_size == size:
        if not whole:
            yield leaves
        return
    middle = _split(size)
    if old_size <= middle:
        yield from _consistency(old_size, (start, start + middle), whole=whole)
        yield start + middle, stop
    else:
        yield from _consistency(old_size - middle, (start + middle, stop), whole=False)
        yield start, start + middle


def _sides(here: int, last: int, count: int) -> list[bool] | None:
    """For each of so many nodes on the way up to the root: does it stand on the left? None if the way is not that long."""
    sides = []
    for _ in range(count):
        if last == 0:
            return None
        is_left = bool(here & 1) or here == last
        sides.append(is_left)
        while is_left and here and not here & 1:
            here, last = here >> 1, last >> 1
        here, last = here >> 1, last >> 1
    return sides if last == 0 else None


def _split(size: int) -> int:
    # The left subtree is the largest complete one that leaves at least one leaf for the right.
    return 1 << (size - 1).bit_length() - 1
