"""Market snapshot and history: what is refused, and what the last date looks like."""

import datetime as dt

import numpy as np
import pytest
from numpy.typing import NDArray

from plimsoll.risk.factors import RiskFactor
from plimsoll.risk.market import MarketHistory, Quality, Quote

DATES = np.array(["2026-06-26", "2026-06-29", "2026-06-30"], dtype="datetime64[D]")
FACTORS = (RiskFactor("A"), RiskFactor("B"), RiskFactor("C"))
LEVELS = np.array([[1.0, 10.0, 5.0], [2.0, 11.0, 5.0], [3.0, 11.0, 5.5]])
QUALITY = np.array([[0, 0, 3], [0, 0, 3], [2, 3, 3]], dtype=np.uint8)


def history(
    dates: NDArray[np.datetime64] = DATES,
    levels: NDArray[np.float64] = LEVELS,
    quality: NDArray[np.uint8] = QUALITY,
) -> MarketHistory:
    """Return three dates of three factors."""
    return MarketHistory(dates, FACTORS, levels, quality)


def test_a_snapshot_is_the_last_date_with_the_age_of_each_number() -> None:
    """Stale is observed today; a proxied point dates from the last observation, or the first date."""
    snapshot = history().snapshot()
    assert snapshot.as_of == dt.date(2026, 6, 30)
    assert snapshot.quotes == {
        "A": Quote(3.0, Quality.STALE, dt.date(2026, 6, 30)),
        "B": Quote(11.0, Quality.PROXIED, dt.date(2026, 6, 29)),
        "C": Quote(5.5, Quality.PROXIED, dt.date(2026, 6, 26)),
    }


def test_shapes_must_agree() -> None:
    """Levels and quality are dates by factors."""
    with pytest.raises(ValueError, match="are not"):
        history(levels=LEVELS[:2])
    with pytest.raises(ValueError, match="are not"):
        history(quality=QUALITY[:, :2])


def test_levels_must_be_finite() -> None:
    """A gap is bridged or proxied before it gets here."""
    for hole in (np.nan, np.inf):
        with pytest.raises(ValueError, match="finite"):
            history(levels=np.where(LEVELS == 2.0, hole, LEVELS))


def test_dates_must_ascend() -> None:
    """Neither a repeated nor an earlier date may follow."""
    for order in ([0, 0, 1], [1, 0, 2]):
        with pytest.raises(ValueError, match="ascend"):
            history(dates=DATES[order])


def test_the_larger_code_is_the_weaker() -> None:
    """A stale point was at least observed; a proxied one says nothing of its own, so it is the weakest."""
    assert sorted(Quality) == [Quality.OBSERVED, Quality.FILLED, Quality.STALE, Quality.PROXIED]
