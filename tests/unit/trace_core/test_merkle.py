"""Roots and proofs over an append-only record."""

from __future__ import annotations

from hashlib import sha256

from hypothesis import given, settings
from hypothesis import strategies as st

from trace_core.merkle import EMPTY, Tree, consistency, continues, includes, inclusion, leaf_hash, root_of

LEAVES = [leaf_hash(bytes([number])) for number in range(40)]


def test_the_roots_are_those_of_the_published_test_vectors() -> None:
    """RFC 6962 test vectors: leaves "", 00, 10, 2021, 3031, 40414243, 5051525354555657, 60…6f."""
    told = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
    leaves = [leaf_hash(bytes.fromhex(one)) for one in told]

    assert root_of([]) == EMPTY == sha256().digest()
    assert root_of(leaves[:1]).hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert root_of(leaves[:2]).hex() == "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"
    assert root_of(leaves).hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


def test_a_tree_that_grows_has_the_root_of_the_whole() -> None:
    tree = Tree()

    for count, leaf in enumerate(LEAVES, 1):
        tree.add(leaf)
        assert tree.root == root_of(LEAVES[:count])
        assert len(tree.frontier) <= count.bit_length()


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.data())
def test_a_leaf_is_proven_at_its_place_and_nowhere_else(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 40))
    place = data.draw(st.integers(0, size - 1))
    leaves, root = LEAVES[:size], root_of(LEAVES[:size])

    proof = inclusion(leaves, place)

    assert includes(root, size, leaves[place], place, proof)
    assert not includes(root, size, leaf_hash(b"another"), place, proof)
    assert not includes(root, size, leaves[place], (place + 1) % size, proof) or size == 1
    assert not includes(root, size, leaves[place], place, [*proof, EMPTY])


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.data())
def test_a_later_root_is_proven_to_have_only_added(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 40))
    earlier = data.draw(st.integers(0, size))
    before, after = (earlier, root_of(LEAVES[:earlier])), (size, root_of(LEAVES[:size]))

    proof = consistency(LEAVES[:size], earlier)

    assert continues(before, after, proof)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.data())
def test_an_omitted_or_changed_leaf_is_seen_by_the_consistency_proof(data: st.DataObject) -> None:
    """Scenario 30, second half: a record from which an event was left out does not continue the one it had been."""
    size = data.draw(st.integers(3, 40))
    earlier = data.draw(st.integers(2, size - 1))
    gone = data.draw(st.integers(0, earlier - 1))
    before = (earlier, root_of(LEAVES[:earlier]))

    forged = [leaf for place, leaf in enumerate(LEAVES[:size]) if place != gone]

    assert not continues(before, (len(forged), root_of(forged)), consistency(forged, earlier))
    changed = [leaf if place != gone else EMPTY for place, leaf in enumerate(LEAVES[:size])]
    assert not continues(before, (size, root_of(changed)), consistency(changed, earlier))
