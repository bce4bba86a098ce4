"""Stages are timed where somebody measures, and only there."""

import datetime as dt
import math
import time
from contextvars import copy_context
from threading import Thread

import pytest

from plimsoll.monitoring.metrics import Metrics
from plimsoll.monitoring.stages import measured, note_failures, note_prices, stage, watched


def value(metrics: Metrics, name: str, **labels: str) -> float | None:
    """Return what is published."""
    return metrics.registry.get_sample_value(name, labels)


def test_a_stage_is_timed_for_those_who_measure() -> None:
    """Its time goes to the measurements of the block, also when it fails; outside of one it goes nowhere."""
    metrics = Metrics()
    with stage("cube"):
        pass
    with measured(metrics.runs):
        with stage("cube"):
            time.sleep(0.01)
        with pytest.raises(ValueError, match="x"), stage("cube"):
            raise ValueError("x")
    assert value(metrics, "plimsoll_run_stage_seconds_count", stage="cube") == 2
    assert (value(metrics, "plimsoll_run_stage_seconds_sum", stage="cube") or 0.0) >= 0.01


def test_a_thread_with_the_same_context_is_measured() -> None:
    """Calculations run in threads that copy the context."""
    metrics = Metrics()

    def work() -> None:
        with stage("market"):
            pass

    with measured(metrics.runs):
        thread = Thread(target=copy_context().run, args=(work,))
        thread.start()
        thread.join()
    assert value(metrics, "plimsoll_run_stage_seconds_count", stage="market") == 1


def test_a_watcher_is_told_of_each_stage_that_begins() -> None:
    """It is told in order, with or without measurements, and no longer than its block lasts."""
    told: list[str] = []
    with watched(told.append):
        with stage("market"):
            assert told == ["market"]
        with measured(Metrics().runs), stage("cube"):
            pass
    with stage("store"):
        pass
    assert told == ["market", "cube"]


def test_failures_and_prices_are_noted() -> None:
    """Failures count by reason; the age of prices is that of the newest date, unknown before there is one."""
    metrics = Metrics()
    note_failures(["stale"])
    note_prices(dt.date(2030, 1, 1))
    assert math.isnan(value(metrics, "plimsoll_prices_age_seconds") or 0.0)
    with measured(metrics.runs):
        note_failures(["no-price", "no-price", "refused-row"])
        note_prices(dt.date(2024, 1, 2))
        note_prices(dt.date(2024, 1, 1))
    assert value(metrics, "plimsoll_run_failures_total", reason="no-price") == 2
    age = time.time() - dt.datetime(2024, 1, 3, tzinfo=dt.UTC).timestamp()
    assert value(metrics, "plimsoll_prices_age_seconds") == pytest.approx(age, abs=5)
