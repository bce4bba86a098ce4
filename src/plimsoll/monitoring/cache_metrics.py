"""Measurements of a cache."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

__all__ = ["CacheMetrics"]

_LOAD_BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


class CacheMetrics:
    """What a cache is worth, and what it costs.

    Parameters
    ----------
    registry
        Where they are published.

    Attributes
    ----------
    hits
        Counter by ``level``: ``memory``, ``redis``, or ``shared`` for callers who waited for the same value.
    misses
        Counter of values that had to be made.
    stale
        Counter of values that were served while a new one was made.
    errors
        Counter by ``reason``: ``redis`` did not answer in time, ``damaged`` values, ``dropped`` writes.
    load_seconds
        Histogram of the time to make a value; seconds.
    bytes
        Gauge of what is kept in memory.

    Examples
    --------
    >>> metrics = CacheMetrics(CollectorRegistry())
    >>> metrics.hits.labels("memory").inc()
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self.hits = Counter("plimsoll_cache_hits", "Values found", ("level",), registry=registry)
        self.misses = Counter("plimsoll_cache_misses", "Values that had to be made", registry=registry)
        self.stale = Counter(
            "plimsoll_cache_stale", "Values served while a new one is made", registry=registry
        )
        self.errors = Counter(
            "plimsoll_cache_errors", "Values lost on the way to or from Redis", ("reason",), registry=registry
        )
        self.load_seconds = Histogram(
            "plimsoll_cache_load_seconds", "Time to make a value", buckets=_LOAD_BUCKETS, registry=registry
        )
        self.bytes = Gauge("plimsoll_cache_bytes", "Bytes kept in memory", registry=registry)
