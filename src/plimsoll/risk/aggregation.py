"""Sums of P&L vectors over the slices of a book: every row is read once and added in float64.

Rows are taken in the order of the tree, so that each leaf is one run of rows. A run is summed where it lies;
rows are copied, a block at a time, only where the book is out of order. Parents are sums of their
children. Runs are cut by the shape of the matrix alone and the sums of the pieces are added in their order:
any number of threads gives the same bits.

NumPy widens float32 through a buffer that is larger than the first-level cache of many processors; a
smaller one halves the time (``benchmarks/aggregation.py``).
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

__all__ = ["leaf_nodes", "node_sums", "slice_sums", "summands"]

_TASK = 1 << 22  # elements that one task of a thread sums
_GATHERED = 1 << 17  # elements copied at a time where rows are out of order
_WIDENED = 1024  # elements that NumPy converts to float64 at a time


def slice_sums(
    pnl: NDArray[np.floating],
    starts: NDArray[np.intp],
    *,
    order: NDArray[np.intp] | None = None,
    threads: int | None = None,
) -> NDArray[np.float64]:
    """Return the sum of each run of rows.

    Parameters
    ----------
    pnl
        P&L vectors, shape (N, S), float32 or float64. NaN spreads to the sums that contain it.
    starts
        Shape (L + 1,), ascending: run k holds the rows ``order[starts[k]:starts[k + 1]]``.
    order
        Rows in the order of the runs; None where they already lie in it. Rows of a run that follow each
        other without a gap are read where they lie.
    threads
        How many; None leaves it to the machine. Every number gives the same bits.

    Returns
    -------
    ndarray
        Shape (L, S), float64. The sum of an empty run is zero.

    Examples
    --------
    >>> pnl = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], dtype=np.float32)
    >>> slice_sums(pnl, np.array([0, 2, 3])).tolist()
    [[4.0, 6.0], [5.0, 6.0]]
    """
    height = max(1, _TASK // max(1, pnl.shape[1]))
    pieces = _pieces(starts, height)
    parts = np.empty((len(pieces), pnl.shape[1]))

    def work(task: range) -> None:
        with np.errstate():  # restores the size of the buffer
            np.setbufsize(_WIDENED)
            for k in task:
                _, start, stop = pieces[k]
                _sum_rows(pnl, order, start, stop, parts[k])

    _run(work, _tasks(pieces, height), threads)
    if len(pieces) == len(starts) - 1:
        return parts
    sums = np.zeros((len(starts) - 1, pnl.shape[1]))
    for (run, _, _), part in zip(pieces, parts, strict=True):
        sums[run] += part
    return sums


def leaf_nodes(parents: Sequence[int]) -> tuple[int, ...]:
    """Return the nodes without children, in their order.

    Examples
    --------
    >>> leaf_nodes([-1, 0, 1, 1, 0])
    (2, 3, 4)
    """
    inner = set(parents)
    return tuple(node for node in range(len(parents)) if node not in inner)


def node_sums(
    pnl: NDArray[np.floating],
    starts: NDArray[np.intp],
    parents: Sequence[int],
    *,
    order: NDArray[np.intp] | None = None,
    threads: int | None = None,
) -> NDArray[np.float64]:
    """Return the P&L vector of every node of a tree: leaves from their rows, the others from their children.

    Parameters
    ----------
    pnl, order, threads
        As for :func:`slice_sums`.
    starts
        Shape (L + 1,): the runs of rows of the L leaves, in the order of :func:`leaf_nodes`.
    parents
        The parent of each of M nodes, -1 at the root; a parent comes before its children.

    Returns
    -------
    ndarray
        Shape (M, S), float64.

    Examples
    --------
    >>> pnl = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    >>> node_sums(pnl, np.array([0, 2, 3]), [-1, 0, 0]).tolist()
    [[9.0, 12.0], [4.0, 6.0], [5.0, 6.0]]
    """
    sums = np.zeros((len(parents), pnl.shape[1]))
    sums[list(leaf_nodes(parents))] = slice_sums(pnl, starts, order=order, threads=threads)
    for node in range(len(parents) - 1, 0, -1):
        sums[parents[node]] += sums[node]
    return sums


def summands(rows: NDArray[np.intp], width: int) -> tuple[tuple[slice, ...], ...]:
    """Return how the sum of a run of rows is bracketed, for who has to add up the same rows to the same bits.

    Parameters
    ----------
    rows
        Shape (N,), the rows of one run, as for :func:`slice_sums`.
    width
        Scenarios.

    Returns
    -------
    tuple
        Pieces, whose sums are added in their order. The sum of a piece is that of its slices of `rows`, each
        of which is reduced at once.

    Examples
    --------
    >>> summands(np.array([3, 4, 5]), 1000)
    ((slice(0, 3, None),),)
    """
    height = max(1, _TASK // max(1, width))
    pieces = _pieces(np.array([0, len(rows)]), height)
    return tuple(
        (slice(start, stop),) if _adjacent(rows[start:stop]) else tuple(_gathers(start, stop, width))
        for _, start, stop in pieces
    )


def _adjacent(rows: NDArray[np.intp]) -> bool:
    """Tell whether rows follow each other without a gap, so that they are reduced where they lie."""
    return bool((np.diff(rows) == 1).all())


def _gathers(start: int, stop: int, width: int) -> Iterator[slice]:
    """Cut rows that do not lie together into what is copied and reduced at a time."""
    height = max(1, _GATHERED // max(1, width))
    return (slice(cut, min(cut + height, stop)) for cut in range(start, stop, height))


def _pieces(starts: NDArray[np.intp], height: int) -> list[tuple[int, int, int]]:
    """Cut each run into pieces of `height` rows: run, first row, row after the last."""
    pieces = []
    for run, (start, stop) in enumerate(zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True)):
        cuts = range(start, max(stop, start + 1), height)
        pieces += [(run, cut, min(cut + height, stop)) for cut in cuts]
    return pieces


def _tasks(pieces: Sequence[tuple[int, int, int]], height: int) -> list[range]:
    """Join neighbouring pieces until each task has about `height` rows."""
    tasks, first, rows = [], 0, 0
    for k, (_, start, stop) in enumerate(pieces):
        rows += stop - start
        if rows >= height or k == len(pieces) - 1:
            tasks.append(range(first, k + 1))
            first, rows = k + 1, 0
    return tasks


def _run(work: Callable[[range], None], tasks: Sequence[range], threads: int | None) -> None:
    if threads == 1 or len(tasks) < 2:
        for task in tasks:
            work(task)
        return
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, tasks))


def _sum_rows(
    pnl: NDArray[np.floating],
    order: NDArray[np.intp] | None,
    start: int,
    stop: int,
    out: NDArray[np.float64],
) -> None:
    rows = np.arange(start, stop) if order is None else order[start:stop]
    if _adjacent(rows):
        first = int(rows[0]) if len(rows) else 0
        np.add.reduce(pnl[first : first + len(rows)], axis=0, dtype=np.float64, out=out)
        return
    out[:] = 0.0
    for cut in _gathers(0, len(rows), pnl.shape[1]):
        out += np.add.reduce(pnl[rows[cut]], axis=0, dtype=np.float64)
