"""VaR and ES of a P&L vector: an estimate, its interval and its estimator."""

from dataclasses import dataclass

__all__ = ["Estimate"]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A tail measure with its error bar.

    Parameters
    ----------
    value
        The estimate, in the currency of the P&L; a loss is positive.
    low, high
        Confidence interval; None where the sample cannot bound it on that side.
    confidence
        Confidence level of the measure, as a fraction (0.99).
    horizon_days
        Trading days that the P&L spans.
    estimator
        Name of the estimator.
    tail_count
        Scenarios whose loss is at least VaR.
    scenarios
        Number of scenarios.
    interval
        Name of the interval method, and what error it covers.
    interval_confidence
        Nominal coverage of the interval, as a fraction.
    note
        What the reader must know about the interval (too few tail points …); may be empty.
    """

    value: float
    low: float | None
    high: float | None
    confidence: float
    horizon_days: int
    estimator: str
    tail_count: int
    scenarios: int
    interval: str
    interval_confidence: float = 0.95
    note: str = ""
