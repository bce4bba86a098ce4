"""What a limit would have done in the past."""

import datetime as dt
from typing import Any
from uuid import UUID

from pydantic import Field

from plimsoll.wire.limits import LimitDefinition, LimitState
from plimsoll.wire.model import Figure, Whole, WireModel, example

__all__ = ["LimitTrial", "NewLimitTrial", "TrialDay", "TrialRuns"]

_DEFINITION: dict[str, Any] = {"measure": "var", "hard": 150000.0, "hysteresis": 0.05}


class NewLimitTrial(WireModel):
    """A limit that is to be tried on the past."""

    model_config = example(
        {
            "portfolio_id": "0197a3c2-4f10-7c3e-9d5b-2f6f3a1c8e10",
            "definition": _DEFINITION,
            "days": 250,
        }
    )

    portfolio_id: UUID
    definition: LimitDefinition
    days: Whole = Field(default=250, ge=1, le=2500, description="Trading days to look back")


class TrialDay(WireModel):
    """One day of the past."""

    date: dt.date
    value: Figure = Field(description="In the unit of the limit")
    state: LimitState


class TrialRuns(WireModel):
    """The same limit on the runs that were made in these days."""

    days: int = Field(description="Days that have a run of the same confidence and horizon")
    warned: int
    fired: int


class LimitTrial(WireModel):
    """How often a limit would have been reached."""

    model_config = example(
        {
            "risk_run": "0197a3c2-7c40-7f63-8b20-8d3f1e509c74",
            "estimator": "VaR of today's positions over the 500 days before each day",
            "days": 1,
            "fired": 1,
            "days_breached": 1,
            "warned": 0,
            "days_warning": 0,
            "history": [{"date": "2026-06-29", "value": 151200.0, "state": "breached"}],
            "runs": {"days": 0, "warned": 0, "fired": 0},
        }
    )

    risk_run: UUID = Field(description="Whose positions, prices and options were taken")
    estimator: str = Field(description="What was measured, in words")
    days: int = Field(description="Days that could be looked at; fewer where the prices do not reach back")
    fired: int = Field(description="How often the hard level was reached anew")
    days_breached: int
    warned: int = Field(description="How often the soft level was reached anew")
    days_warning: int
    history: tuple[TrialDay, ...] = Field(description="Oldest first")
    runs: TrialRuns
