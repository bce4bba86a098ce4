"""Measurements of risk runs."""

import datetime as dt
import math
import time

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

__all__ = ["RunMetrics"]

_RUN_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
_DAY = 86_400.0  # seconds
_STAGE_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class RunMetrics:
    """How long risk runs take and where, what they could not value, and how fresh their prices are.

    Parameters
    ----------
    registry
        Where they are published.

    Attributes
    ----------
    seconds
        Histogram of risk runs, calculated and kept; seconds.
    stage_seconds
        Histogram by ``stage``; see `plimsoll.monitoring.stages`.
    failures
        Counter by ``reason`` of positions that could not be valued.
    prices_age
        Gauge: seconds since the last date, at its end in UTC, of the newest price set of any tenant.

    Examples
    --------
    >>> metrics = RunMetrics(CollectorRegistry())
    >>> metrics.stage_seconds.labels("cube").observe(0.02)
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self.seconds = Histogram(
            "plimsoll_run_seconds",
            "Time to calculate and keep a risk run",
            buckets=_RUN_BUCKETS,
            registry=registry,
        )
        self.stage_seconds = Histogram(
            "plimsoll_run_stage_seconds",
            "Time of one stage of a risk run",
            ("stage",),
            buckets=_STAGE_BUCKETS,
            registry=registry,
        )
        self.failures = Counter(
            "plimsoll_run_failures", "Positions that could not be valued", ("reason",), registry=registry
        )
        self.prices_age = Gauge(
            "plimsoll_prices_age_seconds", "Age of the newest prices that were seen", registry=registry
        )
        self._newest = float("nan")  # missing is never zero
        self.prices_age.set_function(lambda: time.time() - self._newest)

    def note_prices(self, last_date: dt.date) -> None:
        """Note that there are prices up to the end of a date; an earlier one changes nothing."""
        ends = dt.datetime.combine(last_date, dt.time(), dt.UTC).timestamp() + _DAY
        self._newest = ends if math.isnan(self._newest) else max(self._newest, ends)
