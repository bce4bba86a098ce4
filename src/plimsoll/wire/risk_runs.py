"""Risk runs: what is asked of a calculation, and its identity."""

import datetime as dt
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import AwareDatetime, Field

from plimsoll.wire.model import (
    Currency,
    Figure,
    Flag,
    Instant,
    Label,
    Number,
    Sha256,
    Whole,
    WireModel,
    example,
)
from plimsoll.wire.page import Page

__all__ = [
    "Distribution",
    "EsEstimator",
    "Method",
    "NewRiskRun",
    "RiskRun",
    "RiskRunPage",
    "RunOptions",
    "VarEstimator",
]


class Method(StrEnum):
    """Where the scenarios come from."""

    HISTORICAL = "historical"
    PARAMETRIC = "parametric"
    MONTE_CARLO = "monte-carlo"


class Distribution(StrEnum):
    """The joint distribution of the risk factors in Monte Carlo."""

    NORMAL = "normal"
    STUDENT_T = "student-t"


class VarEstimator(StrEnum):
    """Estimators of value at risk."""

    ORDER_STATISTIC = "order_statistic"
    NEAREST = "nearest"
    TYPE_4 = "type_4"
    TYPE_5 = "type_5"
    TYPE_6 = "type_6"
    TYPE_7 = "type_7"
    TYPE_8 = "type_8"
    TYPE_9 = "type_9"
    HARRELL_DAVIS = "harrell_davis"
    KERNEL = "kernel"
    NORMAL = "normal"


class EsEstimator(StrEnum):
    """Estimators of expected shortfall."""

    ACERBI_TASCHE = "acerbi_tasche"
    TAIL_MEAN = "tail_mean"
    HARRELL_DAVIS = "harrell_davis"
    KERNEL = "kernel"
    NORMAL = "normal"


class RunOptions(WireModel):
    """The options of a run; each of them is part of its identity."""

    as_of: dt.date | None = Field(default=None, description="Null for the last date of the prices")
    method: Method = Method.HISTORICAL
    confidence: Number = Field(default=0.99, gt=0.5, le=0.9999, description="Of VaR and ES, as a fraction")
    horizon_days: Whole = Field(default=1, ge=1, le=250, description="Trading days that a loss may take")
    days: Whole = Field(default=500, ge=2, le=20_000, description="Historical moves to use")
    by: tuple[Label, ...] | None = Field(
        default=None,
        max_length=20,
        description="Attributes to cut by; null for those of book, desk, sector and currency it has",
    )
    base_currency: Currency | None = Field(default=None, description="Null for that of the portfolio")
    overlapping: Flag = Field(default=True, description="Whether windows longer than a day share days")
    decay: Number | None = Field(
        default=None, gt=0.0, lt=1.0, description="Lambda of exponential age weights; null for equal weights"
    )
    distribution: Distribution = Distribution.NORMAL
    degrees_of_freedom: Number = Field(default=5.0, gt=2.0, description="Of Student-t")
    draws: Whole = Field(default=10_000, ge=100, le=1_000_000, description="Monte Carlo scenarios")
    seed: Whole = Field(default=1, ge=0, lt=2**63, description="Of Monte Carlo")
    var_estimator: VarEstimator | None = None
    es_estimator: EsEstimator | None = None


class NewRiskRun(WireModel):
    """A risk run to be started."""

    model_config = example(
        {
            "portfolio_id": "0197a3c2-4f10-7c3e-9d5b-2f6f3a1c8e10",
            "options": {"confidence": 0.99, "days": 500, "by": ["desk", "sector"]},
        }
    )

    portfolio_id: UUID
    price_set_id: UUID | None = Field(default=None, description="Null for the latest price set")
    known_at: Instant | None = Field(
        default=None, description="Use the positions as they were known at this instant; null for now"
    )
    options: RunOptions = RunOptions()


_RUN: dict[str, Any] = {
    "id": "0197a3c2-7c40-7f63-8b20-8d3f1e509c74",
    "portfolio_id": "0197a3c2-4f10-7c3e-9d5b-2f6f3a1c8e10",
    "holdings_id": "0197a3c2-5a20-7d41-8f0e-6b1d9c3e7a52",
    "price_set_id": "0197a3c2-6b30-7e52-9a1f-7c2e0d4f8b63",
    "run_id": "a1" * 32,
    "options": {"as_of": None, "base_currency": "USD", "confidence": 0.99, "days": 500},
    "as_of": "2022-12-28",
    "created_at": "2026-06-30T07:10:00.000000Z",
    "created_by": "local",
    "value": 5431000.0,
    "var": 148200.5,
    "es": 190310.25,
    "base_currency": "USD",
}


class RiskRun(WireModel):
    """A finished, identified and reproducible calculation; money in base currency, a loss is positive."""

    model_config = example(_RUN)

    id: UUID
    portfolio_id: UUID
    holdings_id: UUID = Field(description="The version of the positions that went in")
    price_set_id: UUID
    run_id: Sha256 = Field(description="Hash of positions, market, configuration, code and seed")
    options: RunOptions
    as_of: dt.date
    created_at: AwareDatetime
    created_by: str
    value: Figure = Field(description="Net value of the portfolio")
    var: Figure = Field(description="Value at risk")
    es: Figure = Field(description="Expected shortfall")
    base_currency: Currency


class RiskRunPage(Page[RiskRun]):
    """One page of risk runs."""

    model_config = example({"items": [_RUN], "next": None})
