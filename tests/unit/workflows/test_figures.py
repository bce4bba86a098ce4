"""The figures of a report that no other test looks at."""

import numpy as np
import pytest

from plimsoll.data.history import HistoryResult
from plimsoll.risk.factors import RiskFactor
from plimsoll.risk.market import MarketHistory, Quality
from plimsoll.workflows.figures import weakest_qualities

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
