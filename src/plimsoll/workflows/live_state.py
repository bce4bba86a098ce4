"""What rebuilds a live book: the last believed level of each factor, as bytes and back, exactly."""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from plimsoll.errors import DataError
from plimsoll.workflows.live_ticks import LastTick

__all__ = ["LiveState", "from_bytes", "to_bytes"]

_FORM = 1


@dataclass(frozen=True)
class LiveState:
    """Where a live book is.

    Parameters
    ----------
    run
        Id of the run that it started from; None for one that is not stored.
    sequence
        Of its last update.
    levels
        By name of the factor, those that have ticked.
    """

    run: UUID | None
    sequence: int
    levels: Mapping[str, LastTick]


def to_bytes(state: LiveState) -> bytes:
    """Return the state as a JSON document; numbers keep every bit."""
    levels = {
        name: [last.price, None if last.at is None else last.at.isoformat(), last.source]
        for name, last in sorted(state.levels.items())
    }
    document = {
        "form": _FORM,
        "run": None if state.run is None else str(state.run),
        "sequence": state.sequence,
        "levels": levels,
    }
    return json.dumps(document, allow_nan=False, separators=(",", ":")).encode()


def from_bytes(content: bytes) -> LiveState:
    """Return the state that :func:`to_bytes` was given.

    Raises
    ------
    DataError
        If the bytes are no state of a form that this version knows.
    """
    try:
        document = json.loads(content)
        if document["form"] != _FORM:
            raise DataError(
                f"the live state has form {document['form']}, this version knows form {_FORM}",
                remedy="Start the live book afresh from its run.",
            )
        run = None if document["run"] is None else UUID(document["run"])
        levels = {name: _last(*found) for name, found in document["levels"].items()}
        return LiveState(run, int(document["sequence"]), levels)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise DataError(
            f"these bytes hold no live state: {error}", remedy="Start the live book afresh from its run."
        ) from error


def _last(price: float, at: str | None, source: str) -> LastTick:
    return LastTick(float(price), None if at is None else dt.datetime.fromisoformat(at), str(source))
