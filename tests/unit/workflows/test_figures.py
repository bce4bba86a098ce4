"""The figures of a report that no other test looks at."""

import numpy as np
import pytest

from plimsoll.data.history import HistoryResult
from plimsoll.risk.factors import RiskFactor
from plimsoll.risk.market import MarketHistory, Quality
from plimsoll.risk.measures import expected_shortfall, value_at_risk
from plimsoll.workflows.figures import Tail, weakest_qualities
from plimsoll.workflows.request import ReportRequest

SEEN, FILLED, PROXIED, STALE = Quality.OBSERVED, Quality.FILLED, Quality.PROXIED, Quality.STALE


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ([SEEN, SEEN, SEEN], SEEN),
        ([SEEN, FILLED, SEEN], FILLED),
        ([PROXIED, SEEN, SEEN], PROXIED),
        ([SEEN, STALE, SEEN], SEEN),
        ([FILLED, SEEN, STALE], STALE),
        ([PROXIED, SEEN, STALE], STALE),
    ],
)
def test_weakest_qualities(points: list[Quality], expected: Quality) -> None:
    """A proxy counts anywhere, a stale point only at the end, where it counts most."""
    dates = np.datetime64("2024-01-01") + np.arange(3)
    quality = np.array(points, dtype=np.uint8)[:, np.newaxis]
    history = MarketHistory(dates, (RiskFactor("AAA"),), np.ones((3, 1)), quality)
    market = HistoryResult(history, history.snapshot(), {}, ())
    assert weakest_qualities(market) == {"AAA": expected}


@pytest.mark.parametrize("weighted", [False, True])
def test_a_vector_that_is_lined_up_has_the_same_measures(weighted: bool) -> None:
    """One sort serves VaR, ES and their weights to the last bit, with equal scenarios and with others."""
    generator = np.random.default_rng(5)
    pnl, weights = generator.standard_t(4, 500), generator.random(500) + 0.5
    chances = weights / weights.sum() if weighted else None
    tail = Tail(ReportRequest(confidence=0.975), chances, 400.0)
    once = tail.lined_up(pnl)
    assert tail.lined_up(once) is once
    var = value_at_risk(pnl, 0.975, probabilities=chances, observations=400.0)
    es = expected_shortfall(pnl, 0.975, probabilities=chances, observations=400.0)
    assert tail.var(once) == tail.var(pnl) == var
    assert tail.es(once) == tail.es(pnl) == es
    assert np.array_equal(tail.var_weights(once), tail.var_weights(pnl))
    assert np.array_equal(tail.es_weights(once), tail.es_weights(pnl))
