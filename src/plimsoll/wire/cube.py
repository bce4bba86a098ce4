"""Slices of a stored cube: the risk of any node, without repricing."""

from typing import Any
from uuid import UUID

from pydantic import Field

from plimsoll.wire.estimate import ESTIMATE, Estimate
from plimsoll.wire.model import Currency, Figure, WireModel, example

__all__ = ["CubeCut", "CubeNode"]

_NODE: dict[str, Any] = {
    "path": ["Equity L/S"],
    "value": 5431000.0,
    "positions": 25,
    "var": ESTIMATE,
    "es": ESTIMATE,
    "component_var": 148200.5,
    "component_es": 190310.25,
    "incremental_var": 148200.5,
    "incremental_es": 190310.25,
    "volatility": 61200.5,
    "worst_loss": 244100.0,
}


class CubeNode(WireModel):
    """Risk of one slice; money in base currency, a loss is positive."""

    path: tuple[str, ...] = Field(description="Labels from the root down; empty at the root")
    value: Figure = Field(description="Net value")
    positions: int = Field(description="How many positions are in it")
    var: Estimate = Field(description="Stand-alone value at risk")
    es: Estimate = Field(description="Stand-alone expected shortfall")
    component_var: Figure = Field(description="Contribution to the VaR of the whole; siblings add up")
    component_es: Figure = Field(description="Contribution to the ES of the whole; siblings add up")
    incremental_var: Figure = Field(description="VaR of the whole less that without the slice")
    incremental_es: Figure = Field(description="ES of the whole less that without the slice")
    volatility: Figure = Field(default=None, description="Standard deviation of its P&L over the horizon")
    worst_loss: Figure = Field(default=None, description="Largest loss of any scenario")


class CubeCut(WireModel):
    """A tree of slices, each node before its children."""

    model_config = example(
        {
            "risk_run": "0197a3c2-7c40-7f63-8b20-8d3f1e509c74",
            "by": ["desk"],
            "base_currency": "USD",
            "confidence": 0.99,
            "nodes": [_NODE | {"path": []}, _NODE],
        }
    )

    risk_run: UUID
    by: tuple[str, ...] = Field(description="Attributes, top down")
    base_currency: Currency
    confidence: float = Field(default=0.99, description="Of VaR and ES, as a fraction")
    nodes: tuple[CubeNode, ...]
