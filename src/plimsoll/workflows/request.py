"""What a user asks of a risk report."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from plimsoll.errors import UsageError
from plimsoll.risk.estimators import EsEstimator, VarEstimator
from plimsoll.risk.scenarios.monte_carlo import Distribution

__all__ = ["Method", "ReportRequest"]


class Method(StrEnum):
    """Where the scenarios of a report come from."""

    HISTORICAL = "historical"
    PARAMETRIC = "parametric"
    MONTE_CARLO = "monte-carlo"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRequest:
    """The options of one report; every field is part of the run's identity.

    Parameters
    ----------
    as_of
        Date of the report; None for the last date of the prices.
    method
        See :class:`Method`.
    confidence
        Confidence of VaR and ES as a fraction, above one half.
    horizon_days
        Trading days that a loss may take.
    days
        Historical moves to use.
    by
        Attributes to cut by; None for those of book, desk, sector and currency that the portfolio has.
    base_currency
        ISO code of the reporting currency.
    overlapping
        Whether windows longer than a day share days.
    decay
        Lambda of exponential age weights, in (0, 1); None for equal weights.
    distribution, degrees_of_freedom, draws, seed
        Of Monte Carlo.
    var_estimator, es_estimator
        Estimators for historical and Monte Carlo scenarios; the parametric method has its own.

    Raises
    ------
    UsageError
        If an option makes no sense; the message names it and says what would.
    """

    as_of: dt.date | None = None
    method: Method = Method.HISTORICAL
    confidence: float = 0.99
    horizon_days: int = 1
    days: int = 500
    by: tuple[str, ...] | None = None
    base_currency: str = "USD"
    overlapping: bool = True
    decay: float | None = None
    distribution: Distribution = Distribution.NORMAL
    degrees_of_freedom: float = 5.0
    draws: int = 10_000
    seed: int = 1
    var_estimator: VarEstimator = VarEstimator.ORDER_STATISTIC
    es_estimator: EsEstimator = EsEstimator.ACERBI_TASCHE

    def __post_init__(self) -> None:
        """Refuse options that make no sense."""
        rules = (
            (0.5 < self.confidence < 1.0, "confidence", "a fraction above 0.5 and below 1, such as 0.99"),
            (1 <= self.horizon_days <= 250, "horizon", "a number of trading days from 1 to 250"),
            (2 <= self.days <= 20_000, "days", "a number of scenarios from 2 to 20000"),
            (self.decay is None or 0.0 < self.decay < 1.0, "decay", "a fraction below 1, such as 0.97"),
            (self.degrees_of_freedom > 2.0, "degrees-of-freedom", "a number above 2"),
            (100 <= self.draws <= 1_000_000, "draws", "a number from 100 to 1000000"),
            (0 <= self.seed < 2**63, "seed", "a whole number, zero or above"),
            (
                self.base_currency.isalpha() and len(self.base_currency) == 3,
                "base",
                "an ISO code such as USD",
            ),
        )
        for holds, option, wanted in rules:
            if not holds:
                raise UsageError(f"--{option} does not make sense", remedy=f"It takes {wanted}.")
