"""Measurements of jobs."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

__all__ = ["JobMetrics"]

_BUCKETS = (0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0)


class JobMetrics:
    """What becomes of jobs, how long they take, and how many wait.

    Parameters
    ----------
    registry
        Where they are published.

    Attributes
    ----------
    attempts
        Counter by ``kind`` and ``status``: how each attempt left its job. A ``queued``
        one is to be tried again.
    seconds
        Histogram by ``kind`` of attempts; seconds.
    waiting
        Gauge by ``queue``: entries that are due and not begun, of all tenants.

    Examples
    --------
    >>> metrics = JobMetrics(CollectorRegistry())
    >>> metrics.attempts.labels("risk-run", "succeeded").inc()
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self.attempts = Counter(
            "plimsoll_job_attempts", "Attempts at jobs", ("kind", "status"), registry=registry
        )
        self.seconds = Histogram(
            "plimsoll_job_seconds",
            "Time of an attempt at a job",
            ("kind",),
            buckets=_BUCKETS,
            registry=registry,
        )
        self.waiting = Gauge("plimsoll_jobs_waiting", "Jobs that are due", ("queue",), registry=registry)
