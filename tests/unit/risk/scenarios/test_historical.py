"""Historical simulation: weights, independence and words; the moves themselves are tested with `moves`."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from plimsoll.risk.factors import RiskFactor, Shock
from plimsoll.risk.market import MarketHistory
from plimsoll.risk.scenarios.historical import historical


def history_of(levels: NDArray[np.float64], shock: Shock = Shock.RELATIVE) -> MarketHistory:
    """Return the levels of one factor on the days from 2019-01-01 on."""
    dates = np.datetime64("2019-01-01") + np.arange(len(levels))
    return MarketHistory(dates, (RiskFactor("A", shock),), levels[:, None], np.zeros((len(levels), 1), "u1"))


def walk(dates: int) -> NDArray[np.float64]:
    """Return the levels of a random walk of 1 % a day."""
    levels: NDArray[np.float64] = 100 * np.exp(np.random.default_rng(3).normal(0, 0.01, dates).cumsum())
    return levels


def test_oil_below_zero() -> None:
    """The barrel closed at -36.98 on 2020-04-20 (EIA, Cushing spot); absolute moves carry it."""
    history = MarketHistory(
        dates=np.array(["2020-04-17", "2020-04-20", "2020-04-21"], dtype="datetime64[D]"),
        factors=(RiskFactor("WTI", Shock.ABSOLUTE),),
        levels=np.array([[18.31], [-36.98], [8.91]]),
        quality=np.zeros((3, 1), np.uint8),
    )
    scenarios = historical(history)
    assert scenarios.labels == ("2020-04-20", "2020-04-21")
    assert scenarios.shocks[:, 0] == pytest.approx([-55.29, 45.89], abs=1e-12)
    assert scenarios.levels("WTI", 8.91) == pytest.approx([-46.38, 54.80], abs=1e-12)


def test_the_newest_scenarios_are_used() -> None:
    """Of a longer history the newest 500 moves remain, the last of them ending on the last date."""
    history = history_of(walk(601))
    scenarios = historical(history, count=500)
    assert len(scenarios) == 500
    assert scenarios.labels[-1] == str(history.dates[-1])
    assert scenarios.labels[0] == str(history.dates[101])
    assert scenarios.method == "historical simulation, 500 one-day scenarios, equal weights"


@pytest.mark.parametrize(
    ("dates", "horizon", "overlapping", "decay", "words"),
    [
        (2, 1, True, None, "1 one-day scenario, equal weights"),
        (111, 10, True, None, "101 overlapping 10-day scenarios, equal weights"),
        (111, 10, False, None, "11 non-overlapping 10-day scenarios, equal weights"),
        (111, 1, True, 0.94, "110 one-day scenarios, weights halve every 11.2 days (decay 0.94)"),
    ],
)
def test_the_words_of_the_report(
    dates: int, horizon: int, overlapping: bool, decay: float | None, words: str
) -> None:
    """The method says how many scenarios there are, how long, whether they overlap and what they weigh."""
    scenarios = historical(
        history_of(walk(dates)), horizon_days=horizon, overlapping=overlapping, decay=decay
    )
    assert scenarios.method == f"historical simulation, {words}"
    assert scenarios.horizon_days == horizon
    assert scenarios.seed is None


@given(horizon=st.integers(1, 15), overlapping=st.booleans(), decay=st.none() | st.floats(0.9, 0.999))
def test_observations_are_those_that_are_independent(
    horizon: int, overlapping: bool, decay: float | None
) -> None:
    """Kish's number of the weights, over the horizon where windows share days; from one to all."""
    scenarios = historical(history_of(walk(60)), horizon_days=horizon, overlapping=overlapping, decay=decay)
    kish = sum(scenarios.weights) ** 2 / sum(w * w for w in scenarios.weights)
    shared = horizon if overlapping else 1
    assert scenarios.observations == pytest.approx(max(1.0, kish / shared), rel=1e-9)
    assert 1.0 <= scenarios.observations <= len(scenarios) * (1 + 1e-12)
    assert scenarios.overlapping == (overlapping and horizon > 1)


def test_a_decade_of_overlapping_windows_is_worth_its_disjoint_ones() -> None:
    """2,500 overlapping ten-day windows count as 250 observations."""
    assert historical(history_of(walk(2510)), count=2500, horizon_days=10).observations == 250.0


def test_weights_age_by_trading_days() -> None:
    """A window that ends ten days earlier weighs λ^10 of the newest, whether windows overlap or not."""
    history = history_of(walk(60))
    overlapping = historical(history, horizon_days=10, decay=0.97).weights
    disjoint = historical(history, horizon_days=10, overlapping=False, decay=0.97).weights
    assert overlapping[-11] / overlapping[-1] == pytest.approx(0.97**10, rel=1e-12)
    assert disjoint[-2] / disjoint[-1] == pytest.approx(0.97**10, rel=1e-12)


def test_too_short_a_history_is_refused() -> None:
    """Without one complete move there is no scenario, and the message counts the dates."""
    with pytest.raises(ValueError, match="no complete 10-day move: it takes 11 dates, the history has 10"):
        historical(history_of(walk(10)), horizon_days=10)
