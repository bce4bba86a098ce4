"""The sums of a tree, of which only those above a changed row are added up again, when they are read.

Rows lie in the order of the leaves, and the children of a node lie together, the last first: every sum is
then one reduction of neighbouring memory, without a copy. Numbers are added in the order of
:func:`plimsoll.risk.aggregation.node_sums`, so that the bits are the same.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from plimsoll.risk.aggregation import leaf_nodes, summands

__all__ = ["LiveTree"]

_Array = NDArray[np.float64]
_sum = np.add.reduce


class LiveTree:
    """P&L vectors of positions and of the nodes of a tree above them.

    Parameters
    ----------
    pnl
        Shape (N, S), vectors of the positions; copied.
    members
        Rows of each of M nodes, ascending.
    parents
        The parent of each node, -1 at the root; a parent comes before its children.

    Attributes
    ----------
    rows
        List of N arrays of shape (S,): the vectors, to be overwritten in place.
    marked
        Nodes above rows that were overwritten, which the next `sums` adds up again.
    """

    def __init__(self, pnl: _Array, members: Sequence[NDArray[np.intp]], parents: Sequence[int]) -> None:
        leaves = leaf_nodes(parents)
        lined_up = np.concatenate([members[leaf] for leaf in leaves])
        self._matrix = pnl[lined_up]
        self._place = np.empty(len(pnl), dtype=np.intp)
        self._place[lined_up] = np.arange(len(pnl))
        self.rows = [self._matrix[k] for k in self._place]
        self._sums = np.zeros((len(parents), pnl.shape[1]))
        self._order, children = _family_order(parents)
        self._lies = np.empty(len(parents), dtype=np.intp)
        self._lies[self._order] = np.arange(len(parents))
        self._refreshes = [self._refresh_of(members[node], children[node], node) for node in self._order]
        self._parents = tuple(parents)
        self._numbers = [
            (leaf, [[members[leaf][cut] for cut in piece] for piece in summands(members[leaf], 1)])
            for leaf in leaves
        ]
        self._above: list[frozenset[int]] = [frozenset()] * len(pnl)
        for leaf in leaves:
            above = frozenset(_ancestors(leaf, parents))
            for row in members[leaf].tolist():
                self._above[row] = above
        self.marked = set(range(len(parents)))

    def above(self, rows: Iterable[int]) -> frozenset[int]:
        """Return the nodes above some rows."""
        found: frozenset[int] = frozenset().union(*map(self._above.__getitem__, rows))
        return found

    def sums(self) -> _Array:
        """Return a copy of the vectors of all nodes, shape (M, S), in the order of `parents`."""
        for k in sorted(self._lies[list(self.marked)].tolist(), reverse=True):  # children before their parent
            self._refreshes[k]()
        self.marked.clear()
        found: _Array = self._sums[self._lies]
        return found

    def add_up(self, values: _Array) -> _Array:
        """Return the sum of one number of each position, shape (N,), for each node, shape (M,)."""
        sums = [0.0] * len(self._parents)
        for leaf, pieces in self._numbers:
            for cuts in pieces:
                part = 0.0
                for rows in cuts:
                    part += float(_sum(values[rows]))
                sums[leaf] += part
        for node in range(len(sums) - 1, 0, -1):
            sums[self._parents[node]] += sums[node]
        return np.array(sums)

    def matrix(self) -> _Array:
        """Return a copy of the vectors of all positions, shape (N, S), in the order of the book."""
        found: _Array = self._matrix[self._place]
        return found

    def _refresh_of(
        self, members: NDArray[np.intp], children: Sequence[int], node: int
    ) -> Callable[[], object]:
        """Return what adds up a node."""
        out = self._sums[self._lies[node]]
        if children:
            first = self._lies[children[0]]
            block = self._sums[first : first + len(children)]
            # Of a single scenario NumPy would add the numbers in pairs.
            return partial(_one_by_one, block, out) if len(out) == 1 else partial(_sum, block, 0, None, out)
        first = self._place[members[0]]
        block = self._matrix[first : first + len(members)]
        pieces = summands(members, len(out))
        if len(pieces) == 1 and len(pieces[0]) == 1:
            return partial(_sum, block, 0, None, out)
        return partial(_in_pieces, [[block[cut] for cut in piece] for piece in pieces], out)


def _family_order(parents: Sequence[int]) -> tuple[list[int], list[list[int]]]:
    """Return nodes with parents first and siblings together, the last first; and the children of each."""
    children: list[list[int]] = [[] for _ in parents]
    for node in range(len(parents) - 1, 0, -1):
        children[parents[node]].append(node)
    order = [0]
    for node in order:
        order += children[node]
    return order, children


def _ancestors(leaf: int, parents: Sequence[int]) -> Iterator[int]:
    """Yield a leaf and every node above it."""
    node = leaf
    while node >= 0:
        yield node
        node = parents[node]


def _one_by_one(block: _Array, out: _Array) -> None:
    out[:] = 0.0
    for row in block:
        out += row


def _in_pieces(pieces: Sequence[Sequence[_Array]], out: _Array) -> None:
    """Add up a large leaf as :func:`~plimsoll.risk.aggregation.summands` brackets it."""
    out[:] = 0.0
    for blocks in pieces:
        part = _sum(blocks[0], axis=0)
        for block in blocks[1:]:
            part += _sum(block, axis=0)
        out += part
