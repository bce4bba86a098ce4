"""What the world looks like: risk-factor levels on one date, and by date, each with its quality."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from plimsoll.risk.factors import RiskFactor

__all__ = ["MarketHistory", "MarketSnapshot", "Quality", "Quote"]


class Quality(IntEnum):
    """How a number came to be known; the larger, the weaker."""

    OBSERVED = 0
    FILLED = 1  # a short gap between two observations, bridged
    STALE = 2  # observed, but unchanged for too long to be believed
    PROXIED = 3  # before the first, after the last, or in a long gap: taken from other series


@dataclass(frozen=True, slots=True)
class Quote:
    """One level of a risk factor.

    Parameters
    ----------
    level
        In the units of the factor.
    quality
        See :class:`Quality`.
    observed_on
        Date of the last real observation behind it.
    """

    level: float
    quality: Quality
    observed_on: dt.date


@dataclass(frozen=True, slots=True)
class MarketSnapshot:
    """All market data valid at one instant.

    Parameters
    ----------
    as_of
        The instant, here a date.
    quotes
        By name of the risk factor; a factor without a quote is absent, never zero.
    """

    as_of: dt.date
    quotes: Mapping[str, Quote]


@dataclass(frozen=True, slots=True)
class MarketHistory:
    """Risk-factor levels by date, complete, with the quality of every point.

    Parameters
    ----------
    dates
        Shape (T,), ``datetime64[D]``, strictly ascending.
    factors
        F risk factors, in the order of the columns.
    levels
        Shape (T, F), finite. Points that were not observed are bridged or proxied and marked so.
    quality
        Shape (T, F), ``uint8`` codes of :class:`Quality`.

    Raises
    ------
    ValueError
        If the shapes disagree, a level is not finite or the dates do not ascend.
    """

    dates: NDArray[np.datetime64]
    factors: tuple[RiskFactor, ...]
    levels: NDArray[np.float64]
    quality: NDArray[np.uint8]

    def __post_init__(self) -> None:
        """Refuse what the engine could not use."""
        shape = (len(self.dates), len(self.factors))
        if self.levels.shape != shape or self.quality.shape != shape:
            raise ValueError(f"levels {self.levels.shape} and quality {self.quality.shape} are not {shape}")
        if not np.isfinite(self.levels).all():
            raise ValueError("levels must be finite; bridge or proxy what is missing and mark it")
        if (np.diff(self.dates) <= np.timedelta64(0, "D")).any():
            raise ValueError("dates must ascend strictly")

    def snapshot(self) -> MarketSnapshot:
        """Return the market of the last date."""
        as_of = self.dates[-1].astype(dt.date)
        quotes = {}
        seen = (self.quality == Quality.OBSERVED) | (self.quality == Quality.STALE)
        ages = np.where(seen.any(axis=0), seen[::-1].argmax(axis=0), len(self.dates) - 1)
        days = self.dates[len(self.dates) - 1 - ages].astype(dt.date).tolist()
        levels, codes = self.levels[-1].tolist(), self.quality[-1].tolist()
        for factor, level, code, observed_on in zip(self.factors, levels, codes, days, strict=True):
            quotes[factor.name] = Quote(level, Quality(code), observed_on)
        return MarketSnapshot(as_of, quotes)
