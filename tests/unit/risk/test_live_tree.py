"""The live tree: sums of any tree, added up again only above what changed, with the bits of node_sums."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from live_books import BOOKS, PROXIES, SNAPSHOT, TREES, scenarios
from plimsoll.risk.aggregation import leaf_nodes, node_sums
from plimsoll.risk.cube import Nodes, build_cube
from plimsoll.risk.live_tree import LiveTree
from plimsoll.risk.portfolio import Portfolio


def nodes_of(portfolio: Portfolio, by: list[str], size: int) -> Nodes:
    """Return the tree of a portfolio; its numbers do not matter."""
    cube = build_cube(portfolio, SNAPSHOT, scenarios(size), base_currency="USD", proxy_volatility=PROXIES)
    return cube.nodes(by)


def plain(pnl: NDArray[np.float64], nodes: Nodes) -> NDArray[np.float64]:
    """Return all sums, added up at once."""
    leaves = [nodes.members[leaf] for leaf in leaf_nodes(nodes.parents)]
    starts = np.cumsum([0, *map(len, leaves)])
    return node_sums(pnl, starts, nodes.parents, order=np.concatenate(leaves), threads=1)


@settings(max_examples=60, deadline=None)
@given(BOOKS, TREES, st.sampled_from([1, 2, 30]), st.lists(st.sets(st.integers(0, 24)), max_size=4))
def test_what_changed_is_added_up_as_if_from_scratch(
    portfolio: Portfolio, by: list[str], size: int, batches: list[set[int]]
) -> None:
    """Any tree and any rows: bit for bit, and untouched nodes keep their numbers."""
    nodes = nodes_of(portfolio, by, size)
    count = len(nodes.members[0])
    generator = np.random.default_rng(count)
    pnl = generator.standard_normal((count, size)) * 10.0 ** generator.integers(-3, 9, (count, 1))
    tree = LiveTree(pnl, nodes.members, nodes.parents)
    assert np.array_equal(tree.sums(), plain(pnl, nodes))
    numbers = pnl[:, -1].copy()
    assert np.array_equal(tree.add_up(numbers), plain(numbers[:, np.newaxis], nodes)[:, 0])
    for batch in batches:
        rows = [row for row in batch if row < count]
        for row in rows:
            pnl[row] = generator.standard_normal(size)
            tree.rows[row][:] = pnl[row]
        touched = tree.above(rows)
        tree.marked |= touched
        assert np.array_equal(tree.sums(), plain(pnl, nodes))
        assert np.array_equal(tree.matrix(), pnl)
        assert touched == {k for k, held in enumerate(nodes.members) if set(rows) & set(held.tolist())}


@pytest.mark.parametrize("step", [1, 3])
def test_a_leaf_too_large_for_one_reduction_is_bracketed_alike(step: int) -> None:
    """Thousands of rows, side by side or scattered over the book."""
    pnl = np.random.default_rng(2).standard_normal((3000, 2000))
    odd = np.arange(3000) % step
    members = [np.arange(3000), *(np.flatnonzero(odd == k) for k in range(step))]
    parents = [-1] + [0] * step
    tree = LiveTree(pnl, members, parents)
    nodes = Nodes(((),) * len(parents), tuple(parents), tuple(members), np.zeros(len(parents)), pnl)
    assert np.array_equal(tree.sums(), plain(pnl, nodes))
    numbers = pnl[:, 0].copy()
    assert np.array_equal(tree.add_up(numbers), plain(numbers[:, np.newaxis], nodes)[:, 0])
