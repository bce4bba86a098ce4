"""Measurements of one area, as they are published."""

from prometheus_client import CollectorRegistry

from plimsoll.monitoring.cache_metrics import CacheMetrics


def test_what_is_measured_is_published() -> None:
    """It stands in the registry under its name and labels."""
    registry = CollectorRegistry()
    metrics = CacheMetrics(registry)
    metrics.hits.labels("memory").inc()
    metrics.bytes.set(5)
    assert registry.get_sample_value("plimsoll_cache_hits_total", {"level": "memory"}) == 1
    assert registry.get_sample_value("plimsoll_cache_bytes") == 5
