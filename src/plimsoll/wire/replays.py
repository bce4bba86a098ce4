"""Replays and comparisons of runs."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import Field, JsonValue

from plimsoll.wire.model import Figure, WireModel, example
from plimsoll.wire.positions import Position

__all__ = ["Change", "OptionChange", "PositionChange", "Replay", "RunDiff", "RunInput"]


class Replay(WireModel):
    """A run calculated again from its stored inputs."""

    model_config = example(
        {
            "risk_run": "0197a3c2-7c40-7f63-8b20-8d3f1e509c74",
            "identical": True,
            "differences": [],
        }
    )

    risk_run: UUID
    identical: bool = Field(
        description="Whether document and vectors are the same in every bit; only the code may differ"
    )
    differences: tuple[str, ...] = Field(description="Where it is not, in words")


class RunInput(StrEnum):
    """What a run is made of."""

    POSITIONS = "positions"
    MARKET = "market"
    CONFIGURATION = "configuration"
    CODE = "code"
    SEED = "seed"


class Change(WireModel):
    """A figure of two runs, each in the base currency of its run."""

    before: Figure
    after: Figure
    change: Figure = Field(description="After less before; null where the currencies differ")


class OptionChange(WireModel):
    """An option that two runs differ in."""

    before: JsonValue
    after: JsonValue


class PositionChange(WireModel):
    """A position that was added, removed or altered."""

    symbol: str
    before: Position | None = Field(description="Null where it was not held")
    after: Position | None = Field(description="Null where it is not held any more")


_POSITION: dict[str, Any] = {
    "symbol": "JPM",
    "kind": "equity",
    "currency": "USD",
    "name": "JPMorgan Chase",
    "quantity": 900.0,
    "price": None,
    "attributes": {"sector": "Financials"},
}
_CHANGE: dict[str, Any] = {"before": 148200.5, "after": 151000.0, "change": 2799.5}


class RunDiff(WireModel):
    """What changed from one run to another, and by how much the result moved."""

    model_config = example(
        {
            "before": "0197a3c2-7c40-7f63-8b20-8d3f1e509c74",
            "after": "0197a3c3-0d50-7a74-9c31-9e402f61ad85",
            "changed": ["positions", "configuration"],
            "value": _CHANGE,
            "var": _CHANGE,
            "es": _CHANGE,
            "options": {"days": {"before": 500, "after": 250}},
            "added": [{"symbol": "JPM", "before": None, "after": _POSITION}],
            "removed": [],
            "altered": [],
        }
    )

    before: UUID
    after: UUID
    changed: tuple[RunInput, ...] = Field(description="Inputs that differ")
    value: Change
    var: Change
    es: Change
    options: dict[str, OptionChange] = Field(description="Options that differ, the seed among them")
    added: tuple[PositionChange, ...]
    removed: tuple[PositionChange, ...]
    altered: tuple[PositionChange, ...] = Field(description="In both, but differently")
