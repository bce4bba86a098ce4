"""Ticks over the WebSocket: what a client sends and what it is answered."""

import datetime as dt

from pydantic import Field

from plimsoll.wire.model import Figure, Label, WireModel, example

__all__ = ["MAX_TICKS", "Pong", "TickBatch", "TickError", "TicksTaken"]

MAX_TICKS = 5_000
"""Ticks in one message."""


class TickBatch(WireModel):
    """New prices: symbol, price and time of each."""

    model_config = example(
        {
            "id": "17",
            "source": "my feed",
            "ticks": [
                ["AAPL", 189.2, "2026-06-30T14:30:00.123Z"],
                ["MSFT", 441.05, "2026-06-30T14:30:00.130Z"],
            ],
        }
    )

    id: str = Field(default="", max_length=64, description="Comes back in the answer")
    source: str = Field(default="", max_length=100, description="Who says so")
    ticks: tuple[tuple[Label, float, dt.datetime], ...] = Field(max_length=MAX_TICKS)


class TicksTaken(WireModel):
    """What became of the ticks of a batch."""

    model_config = example(
        {"type": "ack", "id": "17", "applied": 2, "unknown": 0, "old": 0, "quarantined": 0, "degraded": False}
    )

    type: str = "ack"
    id: str
    applied: int
    unknown: int = Field(description="Of symbols that no price set and no live portfolio has")
    old: int = Field(description="As late a price of the symbol was there already")
    quarantined: int = Field(description="Not believed: too far from the last price, or from the future")
    degraded: bool = Field(default=False, description="Whether other instances have not heard of them yet")


class Pong(WireModel):
    """The answer to ``{"ping": 1}``, or to a ping with an id."""

    model_config = example({"type": "pong", "id": "18"})

    type: str = "pong"
    id: str = ""


class TickError(WireModel):
    """Why nothing of a message was taken."""

    model_config = example(
        {
            "type": "error",
            "id": "17",
            "code": "invalid",
            "index": 3,
            "field": "price",
            "message": "The price is not a finite number.",
            "remedy": "Send a number such as 189.2.",
            "retry_after": None,
        }
    )

    type: str = "error"
    id: str = ""
    code: str = Field(description="A stable word for programs")
    index: int | None = Field(default=None, description="Which tick, counted from 0")
    field: str = Field(default="", description="Which part of it")
    message: str
    remedy: str = ""
    retry_after: Figure = Field(default=None, description="Seconds after which it may be sent again")
