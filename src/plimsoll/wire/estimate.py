"""An estimate: a figure with its error bar."""

from typing import Any

from pydantic import Field

from plimsoll.wire.model import Figure, WireModel, example

__all__ = ["ESTIMATE", "Estimate"]

ESTIMATE: dict[str, Any] = {
    "value": 148200.5,
    "low": 131000.0,
    "high": 171500.0,
    "confidence": 0.99,
    "horizon_days": 1,
    "estimator": "order_statistic",
    "tail_count": 5,
    "scenarios": 500,
    "interval": "binomial",
    "interval_confidence": 0.95,
    "note": "",
}
"""An estimate, for the examples of messages that hold one."""


class Estimate(WireModel):
    """VaR or ES in base currency with its confidence interval; a loss is positive."""

    model_config = example(ESTIMATE)

    value: Figure
    low: Figure = Field(description="Lower end of the interval; null where there is none")
    high: Figure = Field(description="Upper end of the interval; null where there is none")
    confidence: float = Field(description="As a fraction")
    horizon_days: int = Field(description="Trading days that the loss may take")
    estimator: str
    tail_count: int = Field(description="Scenarios in the tail")
    scenarios: int
    interval: str = Field(description="Method of the interval, and what error it covers")
    interval_confidence: float = Field(description="Nominal coverage of the interval, as a fraction")
    note: str = Field(description="What the reader must know about the interval; may be empty")
