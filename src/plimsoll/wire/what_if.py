"""What-if: a basket of trades against the stored cube of a run."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from plimsoll.wire.estimate import ESTIMATE, Estimate
from plimsoll.wire.limits import LimitDefinition, LimitState
from plimsoll.wire.model import Currency, Figure, Label, Number, WireModel, example
from plimsoll.wire.positions import Assumption, Failure, Kind, OptionTerms

__all__ = [
    "LimitFigures",
    "LimitImpact",
    "RiskFigures",
    "Trade",
    "TradeRisk",
    "WhatIf",
    "WhatIfChange",
    "WhatIfResult",
]


class Trade(WireModel):
    """A quantity to be bought, or sold where it is negative."""

    symbol: Label
    quantity: Number = Field(description="Units, or contracts of an option; negative sells")
    kind: Kind = Kind.EQUITY
    currency: Annotated[str, Field(pattern=r"^([A-Za-z]{3})?$")] = Field(
        default="", description="Of the price; empty to take that of the price set"
    )
    price: Number | None = Field(default=None, ge=0, description="Null to take the market's")
    option: OptionTerms | None = Field(default=None, description="Given exactly where the kind is option")
    attributes: dict[Label, Label] = Field(
        default_factory=dict,
        max_length=20,
        description="Labels, for limits on slices; those that all positions in the symbol share count too",
    )


class WhatIf(WireModel):
    """A basket of trades; one that states symbol and quantity alone is in the instrument that is held."""

    model_config = example(
        {"trades": [{"symbol": "AAPL", "quantity": -500}, {"symbol": "JPM", "quantity": 900}]}
    )

    trades: tuple[Trade, ...] = Field(min_length=1, max_length=1000)


class RiskFigures(WireModel):
    """Value, VaR and ES of a portfolio in base currency; a loss is positive."""

    value: Figure
    var: Estimate
    es: Estimate


class WhatIfChange(WireModel):
    """After less before; negative where the trades take risk away."""

    value: Figure
    var: Figure
    es: Figure


class TradeRisk(WireModel):
    """What one trade brings; its components are part of the figures after the trades."""

    symbol: str
    quantity: float
    price: Figure = Field(description="Per unit, in the currency of the instrument")
    value: Figure = Field(description="In base currency")
    component_var: Figure
    component_es: Figure


_FIGURES: dict[str, Any] = {"value": 5431000.0, "var": ESTIMATE, "es": ESTIMATE}
_LIMIT_FIGURES: dict[str, Any] = {
    "state": "ok",
    "value": 148200.5,
    "low": 131000.0,
    "high": 171500.0,
    "utilisation": 0.988,
    "probability": 0.44,
    "missing": "",
}


class LimitFigures(WireModel):
    """How the portfolio stands to a limit; numbers in the unit of the limit."""

    state: LimitState
    value: Figure
    low: Figure
    high: Figure
    utilisation: Figure = Field(description="1 at the hard level, or at the soft one where there is no other")
    probability: Figure = Field(description="Confidence of being beyond; null outside the interval")
    missing: str = Field(description="What was not measured; empty where all was")


class LimitImpact(WireModel):
    """A limit in force before and after the trades."""

    limit_id: UUID
    name: str
    definition: LimitDefinition
    before: LimitFigures
    after: LimitFigures


class WhatIfResult(WireModel):
    """The figures before and after the trades, in base currency."""

    model_config = example(
        {
            "risk_run": "0197a3c2-7c40-7f63-8b20-8d3f1e509c74",
            "base_currency": "USD",
            "before": _FIGURES,
            "after": _FIGURES | {"value": 5366000.0},
            "change": {"value": -65000.0, "var": 0.0, "es": 0.0},
            "trades": [
                {
                    "symbol": "AAPL",
                    "quantity": -500.0,
                    "price": 130.0,
                    "value": -65000.0,
                    "component_var": -2900.0,
                    "component_es": -3300.0,
                }
            ],
            "failures": [],
            "assumptions": [],
            "limits": [
                {
                    "limit_id": "0197a3c2-9d10-7a51-8c3e-5b7d2e4f6a80",
                    "name": "VaR",
                    "definition": {"measure": "var", "hard": 150000.0},
                    "before": _LIMIT_FIGURES,
                    "after": _LIMIT_FIGURES,
                }
            ],
        }
    )

    risk_run: UUID
    base_currency: Currency
    before: RiskFigures
    after: RiskFigures
    change: WhatIfChange
    trades: tuple[TradeRisk, ...] = Field(description="Those that could be valued, in the order given")
    failures: tuple[Failure, ...] = Field(description="Trades that could not be valued; in no number")
    assumptions: tuple[Assumption, ...] = Field(description="What the trades' values take for granted")
    limits: tuple[LimitImpact, ...] = Field(description="Each limit in force, before and after the trades")
