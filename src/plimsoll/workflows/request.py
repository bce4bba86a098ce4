"""What a user asks of a risk report."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from plimsoll.data.importers.currencies import is_currency
from plimsoll.errors import UsageError
from plimsoll.risk.estimators import EsEstimator, VarEstimator
from plimsoll.risk.factors import major_unit
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
        For historical and Monte Carlo scenarios; the parametric method has its own. One that is not chosen
        follows the other, so that ES averages the VaR beside it; by default the order statistic and its
        exact average.

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
    var_estimator: VarEstimator | None = None
    es_estimator: EsEstimator | None = None

    @property
    def estimators(self) -> tuple[VarEstimator, EsEstimator]:
        """The estimators of VaR and ES that are in force."""
        if self.method is Method.PARAMETRIC:
            return VarEstimator.NORMAL, EsEstimator.NORMAL
        averages = (found for found in EsEstimator if found.partner is self.var_estimator)
        es = self.es_estimator or next(averages, EsEstimator.ACERBI_TASCHE)
        return self.var_estimator or es.partner, es

    def __post_init__(self) -> None:
        """Refuse options that make no sense."""
        rules = (
            (0.5 < self.confidence <= 0.9999, "confidence", "a fraction above 0.5, up to 0.9999"),
            (
                _whole(self.horizon_days) and 1 <= self.horizon_days <= 250,
                "horizon",
                "a number of trading days from 1 to 250",
            ),
            (_whole(self.days) and 2 <= self.days <= 20_000, "days", "a number of scenarios from 2 to 20000"),
            (self.decay is None or 0.0 < self.decay < 1.0, "decay", "a fraction below 1, such as 0.97"),
            (self.degrees_of_freedom > 2.0, "degrees-of-freedom", "a number above 2"),
            (_whole(self.draws) and 100 <= self.draws <= 1_000_000, "draws", "a number from 100 to 1000000"),
            (_whole(self.seed) and 0 <= self.seed < 2**63, "seed", "a whole number, zero or above"),
            (_is_major_currency(self.base_currency), "base", "an ISO code such as USD"),
        )
        for holds, option, wanted in rules:
            if not holds:
                raise UsageError(f"--{option} does not make sense", remedy=f"It takes {wanted}.")


def _whole(number: object) -> bool:
    return isinstance(number, int) and not isinstance(number, bool)


def _is_major_currency(code: str) -> bool:
    return is_currency(code) and major_unit(code)[1] == 1.0
