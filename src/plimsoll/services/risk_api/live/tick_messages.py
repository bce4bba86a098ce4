"""Messages of the tick socket: read strictly, every mistake named with its place and its remedy."""

import datetime as dt
import math
from dataclasses import dataclass
from typing import Any

from plimsoll.services.risk_api import strict_json
from plimsoll.wire.ticks import MAX_TICKS, TickError, TicksTaken
from plimsoll.workflows.live_ticks import Tick
from plimsoll.workflows.tick_board import Outcome, Taken

__all__ = ["MAX_MESSAGE", "Ping", "SentTicks", "TickMessageError", "answer_to", "read_message"]

MAX_MESSAGE = 512 * 1024
"""Characters of one message."""

_MAX_SYMBOL = 100
_MAX_SOURCE = 100
_MAX_ID = 64
_MAX_TIME = 40
_FIELDS = ("symbol", "price", "time")


@dataclass(frozen=True, slots=True)
class Ping:
    """A sign of life that wants one back."""

    id: str


@dataclass(frozen=True, slots=True)
class SentTicks:
    """Ticks, and the id under which the client waits for the answer."""

    id: str
    ticks: tuple[Tick, ...]


class TickMessageError(ValueError):
    """A message of which nothing is taken.

    Parameters
    ----------
    message, remedy
        What is wrong, in words of ours, and what can be done about it.
    id
        Of the message, where it could be read.
    index, field
        Which tick, and which part of it.
    code
        A stable word.
    """

    def __init__(
        self,
        message: str,
        remedy: str,
        *,
        id: str = "",  # noqa: A002 - it is called so on the wire
        index: int | None = None,
        field: str = "",
        code: str = "invalid",
    ) -> None:
        super().__init__(message)
        self.frame = TickError(code=code, id=id, index=index, field=field, message=message, remedy=remedy)


def read_message(text: str) -> SentTicks | Ping:
    """Read one message of a client.

    Parameters
    ----------
    text
        As it came; at most `MAX_MESSAGE` characters.

    Raises
    ------
    TickMessageError
        If it cannot be accepted as a whole; nothing that the client sent is repeated but its id.

    Examples
    --------
    >>> read_message('{"id": "7", "ticks": [["AAPL", 189.2, "2026-06-30T14:30:00Z"]]}').ticks[0].price
    189.2
    """
    try:
        document = strict_json.loads(text.encode())
    except (strict_json.StrictJsonError, UnicodeEncodeError) as error:
        said = str(error) if isinstance(error, strict_json.StrictJsonError) else "the text is not UTF-8"
        remedy = 'Send one JSON object: {"id": "1", "ticks": [["AAPL", 189.2, "2026-06-30T14:30:00Z"]]}.'
        raise TickMessageError(f"The message cannot be read: {said}.", remedy, code="bad-json") from None
    if not isinstance(document, dict):
        raise TickMessageError("The message is no object.", 'Send {"id": "1", "ticks": [...]}.')
    name = _text(document, "id", _MAX_ID)
    if document.keys() == {"ping"} or document.keys() == {"ping", "id"}:
        return Ping(name)
    if not document.keys() <= {"id", "source", "ticks"}:
        raise TickMessageError(
            "The message has a field that is not known.", "Send id, source and ticks.", id=name
        )
    source = _text(document, "source", _MAX_SOURCE, id=name)
    ticks = document.get("ticks")
    if not isinstance(ticks, list) or not 1 <= len(ticks) <= MAX_TICKS:
        remedy = f"Send a list of 1 to {MAX_TICKS} ticks, each as [symbol, price, time]."
        raise TickMessageError("There is no list of ticks that can be taken.", remedy, id=name, field="ticks")
    return SentTicks(name, tuple(_tick(tick, index, source, name) for index, tick in enumerate(ticks)))


def answer_to(batch: SentTicks, taken: Taken, *, degraded: bool) -> str:
    """Return the acknowledgement of a batch.

    Parameters
    ----------
    batch
        Of the client.
    taken
        What became of its ticks.
    degraded
        Whether other instances have not heard of them.
    """
    counts = taken.counts
    return TicksTaken(
        id=batch.id,
        applied=counts[Outcome.APPLIED],
        unknown=counts[Outcome.UNKNOWN],
        old=counts[Outcome.OLD],
        quarantined=counts[Outcome.QUARANTINED],
        degraded=degraded,
    ).model_dump_json()


def _tick(tick: Any, index: int, source: str, name: str) -> Tick:
    if not isinstance(tick, list) or len(tick) != len(_FIELDS):
        remedy = 'Send [symbol, price, time], as ["AAPL", 189.2, "2026-06-30T14:30:00Z"].'
        raise TickMessageError("A tick is not a list of three.", remedy, id=name, index=index)
    symbol, price, at = tick
    if not isinstance(symbol, str) or not 1 <= len(symbol) <= _MAX_SYMBOL or not symbol.isprintable():
        remedy = f"Send 1 to {_MAX_SYMBOL} characters, such as AAPL or EURUSD."
        raise TickMessageError("The symbol is no symbol.", remedy, id=name, index=index, field="symbol")
    if isinstance(price, bool) or not isinstance(price, int | float) or not math.isfinite(price):
        raise TickMessageError(
            "The price is not a finite number.", "Send it as 189.2.", id=name, index=index, field="price"
        )
    return Tick(symbol, float(price), _time(at, index, name), source)


def _time(at: Any, index: int, name: str) -> dt.datetime:
    try:
        found = dt.datetime.fromisoformat(at) if isinstance(at, str) and len(at) <= _MAX_TIME else None
        if found is not None and found.tzinfo is not None:
            return found.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        pass
    raise TickMessageError(
        "The time is no instant.",
        "Send RFC 3339 with a time zone, as 2026-06-30T14:30:00.123Z.",
        id=name,
        index=index,
        field="time",
    )


def _text(document: dict[str, Any], field: str, longest: int, *, id: str = "") -> str:  # noqa: A002 - as on the wire
    found = document.get(field, "")
    if not isinstance(found, str) or len(found) > longest or not (found == "" or found.isprintable()):
        remedy = f"Send at most {longest} characters."
        raise TickMessageError(f"The field {field} is no short text.", remedy, id=id, field=field)
    return found
