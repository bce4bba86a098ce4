"""Risk of a portfolio by day."""

import datetime as dt
from typing import Any
from uuid import UUID

from pydantic import AwareDatetime, Field

from plimsoll.wire.model import Currency, Figure, WireModel, example
from plimsoll.wire.page import Page

__all__ = ["RiskDay", "RiskDayPage"]

_DAY: dict[str, Any] = {
    "as_of": "2026-06-30",
    "risk_run": "0197a3c2-7c40-7f63-8b20-8d3f1e509c74",
    "created_at": "2026-06-30T09:00:00.000000Z",
    "base_currency": "USD",
    "value": 5431000.0,
    "var": 148200.5,
    "es": 171000.0,
    "day_pnl": -21000.0,
    "day_start": "2026-06-29",
}


class RiskDay(WireModel):
    """The last run of a day; money in base currency, losses positive in VaR and ES."""

    model_config = example(_DAY)

    as_of: dt.date
    risk_run: UUID
    created_at: AwareDatetime
    base_currency: Currency
    value: Figure
    var: Figure
    es: Figure
    day_pnl: Figure = Field(
        description="Gain of the positions held at the close of `day_start`; null where it is not known"
    )
    day_start: dt.date | None


class RiskDayPage(Page[RiskDay]):
    """One page of days, the oldest first."""

    model_config = example({"items": [_DAY], "next": None})
