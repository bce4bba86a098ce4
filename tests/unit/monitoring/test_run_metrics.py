"""Measurements of one area, as they are published."""

import datetime as dt

from prometheus_client import CollectorRegistry

from plimsoll.monitoring.run_metrics import RunMetrics


def test_what_is_measured_is_published() -> None:
    """It stands in the registry under its name and labels."""
    registry = CollectorRegistry()
    metrics = RunMetrics(registry)
    metrics.seconds.observe(0.5)
    metrics.failures.labels("no-price").inc()
    assert registry.get_sample_value("plimsoll_run_seconds_sum") == 0.5
    assert registry.get_sample_value("plimsoll_run_failures_total", {"reason": "no-price"}) == 1


def test_prices_of_the_last_day_there_is() -> None:
    """A day after which none can be written is as good as any: prices that are ahead have no age."""
    registry = CollectorRegistry()
    RunMetrics(registry).note_prices(dt.date.max)
    assert (registry.get_sample_value("plimsoll_prices_age_seconds") or 0.0) < 0
