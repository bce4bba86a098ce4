"""Measurements of one area, as they are published."""

from prometheus_client import CollectorRegistry

from plimsoll.monitoring.overload_metrics import OverloadMetrics


def test_what_is_measured_is_published() -> None:
    """It stands in the registry under its name and labels."""
    registry = CollectorRegistry()
    metrics = OverloadMetrics(registry)
    openness = [0.0]
    metrics.watch_breaker("redis", lambda: openness[0])
    metrics.shed.labels("reads").inc()
    assert registry.get_sample_value("plimsoll_overload_shed_total", {"priority": "reads"}) == 1
    for openness[0] in (0.5, 1.0):
        found = registry.get_sample_value("plimsoll_breaker_open", {"dependency": "redis"})
        assert found == openness[0]
