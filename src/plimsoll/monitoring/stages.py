"""Stages of a calculation: timed where somebody measures, at no cost where nobody does.

A workflow names its stages and knows nothing of who measures them::

    with stage("market"):
        market = market_of(portfolio, prices, request)

Whoever runs workflows says where the times go, for everything that happens inside a block::

    with measured(metrics.runs):
        await start_run(...)
"""

import datetime as dt
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from plimsoll.monitoring.run_metrics import RunMetrics
from plimsoll.monitoring.tracing import span

__all__ = ["measured", "note_failures", "note_prices", "stage", "watched"]

_watcher: ContextVar[Callable[[str], None] | None] = ContextVar("plimsoll_stage_watcher", default=None)
_measurements: ContextVar[RunMetrics | None] = ContextVar("plimsoll_run_metrics", default=None)


@contextmanager
def measured(metrics: RunMetrics) -> Iterator[None]:
    """Send what happens inside the block, in threads that copy its context too, to these measurements.

    Examples
    --------
    >>> from prometheus_client import CollectorRegistry
    >>> registry = CollectorRegistry()
    >>> with measured(RunMetrics(registry)), stage("cube"):
    ...     pass
    >>> registry.get_sample_value("plimsoll_run_stage_seconds_count", {"stage": "cube"})
    1.0
    """
    token = _measurements.set(metrics)
    try:
        yield
    finally:
        _measurements.reset(token)


@contextmanager
def watched(watcher: Callable[[str], None]) -> Iterator[None]:
    """Tell `watcher` of each stage that begins inside the block, from whichever thread it begins in.

    Examples
    --------
    >>> with watched(print), stage("cube"):
    ...     pass
    cube
    """
    token = _watcher.set(watcher)
    try:
        yield
    finally:
        _watcher.reset(token)


@contextmanager
def stage(name: str) -> Iterator[None]:
    """Time the block as a stage of a calculation, a span of its trace, and say that it begins."""
    watcher = _watcher.get()
    if watcher is not None:
        watcher(name)
    metrics = _measurements.get()
    started = time.perf_counter()
    try:
        with span(name):
            yield
    finally:
        if metrics is not None:
            metrics.stage_seconds.labels(name).observe(time.perf_counter() - started)


def note_failures(reasons: Iterable[str]) -> None:
    """Count positions that could not be valued, by reason."""
    metrics = _measurements.get()
    if metrics is not None:
        for reason, count in Counter(reasons).items():
            metrics.failures.labels(reason).inc(count)


def note_prices(last_date: dt.date) -> None:
    """Note that there are prices up to the end of a date."""
    metrics = _measurements.get()
    if metrics is not None:
        metrics.note_prices(last_date)
