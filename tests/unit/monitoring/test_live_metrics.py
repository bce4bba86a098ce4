"""Measurements of live risk, as they are published."""

import math

from prometheus_client import CollectorRegistry

from plimsoll.monitoring.live_metrics import LiveMetrics


def test_what_is_measured_is_published() -> None:
    """It stands in the registry under its name and labels; before the first tick its age is not a number."""
    registry = CollectorRegistry()
    metrics = LiveMetrics(registry)
    metrics.ticks.labels("applied").inc(3)
    metrics.latency_seconds.observe(0.02)
    assert registry.get_sample_value("plimsoll_live_ticks_total", {"outcome": "applied"}) == 3
    assert registry.get_sample_value("plimsoll_live_latency_seconds_count") == 1
    assert math.isnan(registry.get_sample_value("plimsoll_live_tick_age_seconds") or 0.0)
