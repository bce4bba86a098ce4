"""Ticks as messages of the tick socket, and what its answers mean."""

import datetime as dt
import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pydantic import ValidationError

from plimsoll.errors import DataError, PermissionDeniedError, PlimsollError, UnavailableError
from plimsoll.wire.ticks import MAX_TICKS, TickError, TicksTaken

__all__ = ["Prices", "TooMany", "answered", "batches", "closed", "refused", "together"]

Prices = Mapping[str, float] | Iterable[tuple[str, float, dt.datetime]]
"""Prices of now by symbol; or symbol, price and time (with a time zone) of each tick."""

_NO_MORE = 1008
_CHUNK = min(1000, MAX_TICKS)


@dataclass(frozen=True)
class TooMany:
    """The batch was not taken, and may be sent again after a while.

    Parameters
    ----------
    seconds
        After which.
    """

    seconds: float


def batches(prices: Prices, source: str) -> Iterator[str]:
    """Yield messages that hold all ticks, in their order.

    Parameters
    ----------
    prices
        See `Prices`.
    source
        Who says so.

    Raises
    ------
    DataError
        If a price is not finite or a time has no zone: nothing is sent then.

    Examples
    --------
    >>> noon = dt.datetime(2026, 6, 30, 12, tzinfo=dt.UTC)
    >>> list(batches([("AAPL", 189.2, noon)], "me"))
    ['{"id": "1", "source": "me", "ticks": [["AAPL", 189.2, "2026-06-30T12:00:00+00:00"]]}']
    """
    now = dt.datetime.now(dt.UTC)
    ticks = [(*pair, now) for pair in prices.items()] if isinstance(prices, Mapping) else list(prices)
    rows = [_row(index, *tick) for index, tick in enumerate(ticks)]
    for number, start in enumerate(range(0, len(rows), _CHUNK), 1):
        message = {"id": str(number), "source": source, "ticks": rows[start : start + _CHUNK]}
        yield json.dumps(message, allow_nan=False)


def answered(text: str | bytes) -> TicksTaken | TooMany:
    """Return what an answer says.

    Raises
    ------
    DataError
        If the server cannot accept the batch; the message names the tick.
    UnavailableError
        If it is no answer of ours.
    """
    try:
        kind = json.loads(text)["type"]
        if kind == "ack":
            return TicksTaken.model_validate_json(text, extra="ignore")
        error = TickError.model_validate_json(text, extra="ignore")
    except (ValueError, KeyError, TypeError, ValidationError) as cause:
        raise UnavailableError("the answer is none of the tick socket") from cause
    if error.retry_after is not None:
        return TooMany(error.retry_after)
    place = "" if error.index is None else f"tick {error.index}: "
    raise DataError(place + error.message.rstrip("."), remedy=error.remedy, column=error.field)


def closed(code: int, reason: str, url: str) -> PlimsollError:
    """Return the error for a connection that the server has ended.

    Parameters
    ----------
    code, reason
        As it said.
    url
        Of the server.
    """
    if code == _NO_MORE:
        return PermissionDeniedError(reason.rstrip(".") or "the server takes no more ticks from here")
    return UnavailableError(f"the tick socket of {url} was closed", remedy=reason or "Try again.")


def refused(status: int, url: str) -> PlimsollError:
    """Return the error for a connection that was not taken.

    Parameters
    ----------
    status
        Of HTTP.
    url
        Of the server.
    """
    if status in (401, 403):
        remedy = "Check the key; it needs the permission ticks:write."
        return PermissionDeniedError("ticks are not taken from here", remedy=remedy)
    return UnavailableError(f"{url} answers {status}", remedy="Check that it is the URL of a Plimsoll API.")


def together(answers: Iterable[TicksTaken]) -> TicksTaken:
    """Return what became of the ticks of several batches."""
    found = list(answers)
    return TicksTaken(
        id="",
        applied=sum(one.applied for one in found),
        unknown=sum(one.unknown for one in found),
        old=sum(one.old for one in found),
        quarantined=sum(one.quarantined for one in found),
        degraded=any(one.degraded for one in found),
    )


def _row(index: int, symbol: str, price: float, at: dt.datetime) -> tuple[str, float, str]:
    if not math.isfinite(price):
        raise DataError(f"tick {index}: the price of {symbol} is not a finite number")
    if at.tzinfo is None:
        raise DataError(f"tick {index}: the time of {symbol} has no time zone", remedy="Give it one.")
    return symbol, float(price), at.isoformat()
