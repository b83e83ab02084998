"""Clusters: components, promises kept, chains cut, bridges found."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.linkage.bridges import bridges
from workbench.linkage.clustering import cluster


def clusters(size: int, *links: tuple[int, int, float], **more: object) -> list[list[int]]:
    left, right = (np.array([x[i] for x in links], np.int64) for i in (0, 1))
    label = cluster(size, left, right, np.array([x[2] for x in links], float), **more)  # type: ignore[arg-type]
    return sorted(np.flatnonzero(label == c).tolist() for c in set(label.tolist()))


def test_links_make_components():
    assert clusters(5, (0, 1, 3.0), (3, 4, 2.0)) == [[0, 1], [2], [3, 4]]


def test_a_pair_below_the_threshold_is_no_link():
    assert clusters(2, (0, 1, -0.1)) == [[0], [1]]


def test_one_accidental_link_does_not_chain_two_things_together():
    two = [(0, 1, 9.0), (0, 2, 9.0), (1, 2, 9.0), (3, 4, 9.0), (3, 5, 9.0), (4, 5, 9.0), (2, 3, 1.0)]
    assert clusters(6, *two) == [[0, 1, 2], [3, 4, 5]]
    assert clusters(6, *two, cohesive=False) == [[0, 1, 2, 3, 4, 5]]


def test_a_parted_pair_splits_its_component_at_the_weakest_link():
    chain = [(0, 1, 9.0), (1, 2, 2.0), (2, 3, 9.0)]
    assert clusters(4, *chain, cannot=[(0, 3)], cohesive=False) == [[0, 1], [2, 3]]


def test_a_joined_pair_is_joined_whatever_its_weight():
    assert clusters(3, (0, 1, -9.0), must=[(1, 0)]) == [[0, 1], [2]]


def test_records_of_a_clean_system_are_linked_one_to_one_best_first():
    system = np.array([0, 0, 1, 1])
    links = [(0, 2, 5.0), (0, 3, 8.0), (1, 2, 3.0), (1, 3, 4.0)]
    assert clusters(4, *links, unique_in=system) == [[0, 3], [1, 2]]


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(-5, 9)), max_size=30),
    st.booleans(),
    st.randoms(),
)
def test_promises_hold_and_order_does_not_matter(raw: list[tuple[int, int, int]], cohesive: bool, random: object):
    best = {(min(a, b), max(a, b)): float(w) for a, b, w in raw if a != b}
    links = [(a, b, w) for (a, b), w in best.items()]
    system = np.array([0, 0, 0, 1, 1, 1, -1, -1, -1, -1])
    found = clusters(10, *links, unique_in=system, cannot=[(6, 7)], cohesive=cohesive)
    for members in found:
        clean = [system[m] for m in members if system[m] >= 0]
        assert len(clean) == len(set(clean))
        assert not {6, 7} <= set(members)
    assert sorted(x for members in found for x in members) == list(range(10))
    random.shuffle(links)  # type: ignore[attr-defined]
    assert clusters(10, *links, unique_in=system, cannot=[(6, 7)], cohesive=cohesive) == found


def test_a_bridge_is_found_with_both_its_sides():
    edges = [(0, 1), (0, 2), (1, 2), (3, 4), (3, 5), (4, 5), (2, 3)]
    left, right = (np.array([e[i] for e in edges]) for i in (0, 1))
    found = bridges(left, right, np.ones(7), np.zeros(6, np.int64))
    assert [(b.left, b.right, b.sides) for b in found] == [(2, 3, (3, 3))]
