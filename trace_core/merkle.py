"""A Merkle tree over an append-only record: one short root that changes with any byte, and proofs that need no copy of the record.

Source: RFC 9162 section 2.1 (certificate transparency). A root says what the record held when it was taken; an inclusion proof that one
leaf is in it, a consistency proof that a later root only added to an earlier one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

EMPTY = sha256().digest()


def leaf_hash(told: bytes) -> bytes:
    """The hash of a leaf's content."""
    return sha256(b"\0" + told).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees side by side."""
    return sha256(b"\1" + left + right).digest()


@dataclass(slots=True)
class Tree:
    """A growing tree: the roots of its perfect subtrees, the largest first, and how many leaves it has. Takes a few hashes of memory."""

    size: int = 0
    frontier: list[bytes] = field(default_factory=list)

    def add(self, leaf: bytes) -> None:
        """Append the hash of a leaf."""
        count, whole = self.size, leaf
        while count & 1:
            whole = node_hash(self.frontier.pop(), whole)
            count >>= 1
        self.frontier.append(whole)
        self.size += 1

    @property
    def root(self) -> bytes:
        """The hash of the whole tree."""
        if not self.frontier:
            return EMPTY
        *others, whole = self.frontier
        for left in reversed(others):
            whole = node_hash(left, whole)
        return whole


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The root over hashes of leaves."""
    tree = Tree()
    for leaf in leaves:
        tree.add(leaf)
    return tree.root


def inclusion(leaves: Sequence[bytes], place: int) -> list[bytes]:
    """The hashes beside the way from a leaf to the root, the nearest first."""
    if len(leaves) == 1:
        return []
    half = _half(len(leaves))
    if place < half:
        return [*inclusion(leaves[:half], place), root_of(leaves[half:])]
    return [*inclusion(leaves[half:], place - half), root_of(leaves[:half])]


def includes(root: bytes, size: int, leaf: bytes, place: int, proof: Sequence[bytes]) -> bool:
    """Whether a proof shows that a leaf is at a place of the tree with this root and size."""
    return 0 <= place < size and _rebuilt(size, leaf, place, list(proof)) == root


def _rebuilt(size: int, leaf: bytes, place: int, proof: list[bytes]) -> bytes | None:
    if size == 1:
        return leaf if not proof else None
    if not proof:
        return None
    half, beside = _half(size), proof[-1]
    if place < half:
        below = _rebuilt(half, leaf, place, proof[:-1])
        return node_hash(below, beside) if below else None
    below = _rebuilt(size - half, leaf, place - half, proof[:-1])
    return node_hash(beside, below) if below else None


def consistency(leaves: Sequence[bytes], earlier: int) -> list[bytes]:
    """The hashes that show that the tree of the first `earlier` leaves is the beginning of the tree of all."""
    return _consistency(leaves, earlier, known=True) if 0 < earlier < len(leaves) else []


def _consistency(leaves: Sequence[bytes], earlier: int, *, known: bool) -> list[bytes]:
    if earlier == len(leaves):
        return [] if known else [root_of(leaves)]
    half = _half(len(leaves))
    if earlier <= half:
        return [*_consistency(leaves[:half], earlier, known=known), root_of(leaves[half:])]
    return [*_consistency(leaves[half:], earlier - half, known=False), root_of(leaves[:half])]


def continues(earlier: tuple[int, bytes], later: tuple[int, bytes], proof: Sequence[bytes]) -> bool:
    """Whether a proof shows that the later tree (size, root) only added to the earlier one."""
    (size, root), (now, whole) = earlier, later
    if size in {0, now}:
        return not proof and (size == 0 or root == whole)
    if size > now:
        return False
    found = _both(size, now, root, list(proof), known=True)
    return found == (root, whole)


def _both(earlier: int, size: int, root: bytes, proof: list[bytes], *, known: bool) -> tuple[bytes, bytes] | None:
    """The roots of the earlier and of the whole tree as the proof has them; None when it does not fit."""
    if earlier == size:
        if known:
            return (root, root) if not proof else None
        return (proof[0], proof[0]) if len(proof) == 1 else None
    if not proof:
        return None
    half, beside = _half(size), proof[-1]
    if earlier <= half:
        below = _both(earlier, half, root, proof[:-1], known=known)
        return (below[0], node_hash(below[1], beside)) if below else None
    below = _both(earlier - half, size - half, root, proof[:-1], known=False)
    return (node_hash(beside, below[0]), node_hash(beside, below[1])) if below else None


def _half(size: int) -> int:
    """The largest power of two below the size."""
    return 1 << (size - 1).bit_length() - 1
