"""How a benchmark measures and what it reports."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Any

__all__ = ["Row", "median_seconds"]


@dataclass(frozen=True)
class Row:
    """One measured claim: ours against a named peer or limit in the same run."""

    claim: str
    ours: str
    peer: str
    result: str
    goal: str
    met: bool


def median_seconds(work: Callable[[], Any], runs: int = 7) -> float:
    """Return the median wall time of `work` over several runs, after one that is not counted."""
    work()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return median(times)
