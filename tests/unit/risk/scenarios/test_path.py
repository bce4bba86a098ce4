"""Today's market moved back to each day of its past."""

import numpy as np
import pytest

from plimsoll.risk.factors import RiskFactor, Shock
from plimsoll.risk.market import MarketHistory, MarketSnapshot, Quality, Quote
from plimsoll.risk.scenarios.path import past_levels

DATES = np.array(["2024-01-01", "2024-01-02", "2024-01-03"], "datetime64[D]")
LEVELS = np.array([[10.0, -2.0, 3.0], [20.0, 0.0, 2.0], [40.0, 1.0, 1.0]])
HISTORY = MarketHistory(
    DATES,
    (RiskFactor("share"), RiskFactor("rate", Shock.ABSOLUTE), RiskFactor("log", Shock.LOG)),
    LEVELS,
    np.zeros((3, 3), np.uint8),
)
STALE = Quote(25.0, Quality.STALE, HISTORY.snapshot().as_of)


def test_each_scenario_restores_the_levels_of_its_date() -> None:
    """Applied to the last levels, the shocks give back every level of the past, whatever the shock type."""
    scenarios = past_levels(HISTORY, HISTORY.snapshot())
    for j, name in enumerate(("share", "rate", "log")):
        assert scenarios.levels(name, LEVELS[-1, j]) == pytest.approx(LEVELS[:, j])
    assert list(scenarios.labels) == ["2024-01-01", "2024-01-02", "2024-01-03"]


def test_the_last_date_is_not_moved() -> None:
    """The shocks of the last date are zero."""
    assert past_levels(HISTORY, HISTORY.snapshot()).shocks[-1].tolist() == [0.0, 0.0, 0.0]


def test_the_market_of_today_is_the_snapshot() -> None:
    """Where today's price is an older one than the end of the history, the past is restored all the same."""
    today = MarketSnapshot(HISTORY.snapshot().as_of, {**HISTORY.snapshot().quotes, "share": STALE})
    assert past_levels(HISTORY, today).levels("share", STALE.level) == pytest.approx(LEVELS[:, 0])


def test_a_market_without_factors_has_dates_all_the_same() -> None:
    """A book of cash in the base currency needs no factor; its path is still a date per scenario."""
    empty = MarketHistory(DATES, (), np.empty((3, 0)), np.empty((3, 0), np.uint8))
    assert past_levels(empty, empty.snapshot()).shocks.shape == (3, 0)
