"""100,000 P&L vectors of 1,000 scenarios into the 61 nodes of a three-level tree, with VaR and ES of all.

Two yardsticks in the same run. The float64 column sum of NumPy is the same arithmetic without any tree; it
runs on one thread, so it is compared with one thread of ours. The fastest way found to touch every byte adds
nothing in float64 and may use threads; it is compared with ours on all threads.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from measurement import Row, median_seconds
from plimsoll.risk.aggregation import node_sums
from plimsoll.risk.estimators import tail_measures

__all__ = ["measure"]

POSITIONS, SCENARIOS, DESKS, BOOKS = 100_000, 1_000, 10, 50
GOAL = 1.5


def measure() -> list[Row]:
    """Return the time of the tree against both yardsticks."""
    generator = np.random.default_rng(1)
    pnl = generator.standard_normal((POSITIONS, SCENARIOS), dtype=np.float32)
    cuts = np.sort(generator.choice(np.arange(1, POSITIONS), BOOKS - 1, replace=False))
    starts = np.concatenate([[0], cuts, [POSITIONS]])
    parents = _parents()

    def tree(threads: int | None) -> Any:
        return tail_measures(node_sums(pnl, starts, parents, threads=threads), 0.99)

    if not np.allclose(
        node_sums(pnl, starts, parents)[0], pnl.sum(axis=0, dtype=np.float64), rtol=0, atol=1e-6
    ):
        raise AssertionError("the root is not the sum of all rows")
    alone, ours = (median_seconds(partial(tree, threads)) for threads in (1, None))
    plain = median_seconds(lambda: pnl.sum(axis=0, dtype=np.float64))
    reads = {name: median_seconds(read) for name, read in _reads(pnl).items()}
    fastest = min(reads, key=reads.__getitem__)
    claim = f"aggregation of 100,000 × 1,000 float32 into {len(parents)} nodes with VaR and ES"
    return [
        Row(
            f"{claim}, one thread",
            f"{alone * 1e3:.0f} ms",
            f"plain float64 column sum, one thread: {plain * 1e3:.0f} ms",
            f"{alone / plain:.2f}× the time",
            f"≤ {GOAL}×",
            alone <= GOAL * plain,
        ),
        Row(
            f"{claim}, against the fastest read",
            f"{ours * 1e3:.0f} ms",
            f"{fastest}: {reads[fastest] * 1e3:.0f} ms",
            f"{ours / reads[fastest]:.2f}× the time",
            f"≤ {GOAL}×",
            ours <= GOAL * reads[fastest],
        ),
    ]


def _parents() -> list[int]:
    """Return the root, ten desks and five books in each, parents first."""
    parents = [-1]
    for _ in range(DESKS):
        desk = len(parents)
        parents += [0] + [desk] * (BOOKS // DESKS)
    return parents


def _reads(pnl: NDArray[np.float32]) -> dict[str, Callable[[], Any]]:
    """Return ways to read the matrix once, none of which adds in float64."""
    ones = np.ones(len(pnl), dtype=np.float32)
    halves = np.array_split(pnl, 2)

    def in_two_threads() -> Any:
        with ThreadPoolExecutor(2) as pool:
            return max(pool.map(np.max, halves))

    return {
        "maximum": pnl.max,
        "maximum, two threads": in_two_threads,
        "float32 column sum": lambda: pnl.sum(axis=0),
        "float32 matrix-vector product (BLAS)": lambda: ones @ pnl,
    }


if __name__ == "__main__":
    for row in measure():
        print(row)
