"""What differs: between two documents, two cubes, two sets of positions, two runs."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, zip_longest
from typing import Any

import numpy as np

from plimsoll.risk.cube import Cube
from plimsoll.risk.portfolio import Instrument, Position

__all__ = [
    "Change",
    "PositionChange",
    "cube_differences",
    "document_differences",
    "option_changes",
    "position_changes",
]

_MOST = 100
_MISSING = object()

_Content = tuple[Instrument, float, float | None, tuple[tuple[str, str], ...]]


@dataclass(frozen=True, slots=True)
class Change:
    """A figure of one run and of another.

    Parameters
    ----------
    before, after
        Each in the base currency of its run.
    change
        After less before; None where the currencies differ.
    """

    before: float
    after: float
    change: float | None


@dataclass(frozen=True, slots=True)
class PositionChange:
    """A position that only one of two books holds, or that both hold differently.

    Parameters
    ----------
    symbol
        Of the instrument.
    before, after
        None where the book does not hold it.
    """

    symbol: str
    before: Position | None
    after: Position | None


def document_differences(before: bytes, after: bytes) -> tuple[str, ...]:
    """Return in words where two JSON documents differ; empty exactly where their bytes are equal.

    Parameters
    ----------
    before, after
        JSON text.

    Returns
    -------
    tuple of str
        At most a hundred places, and how many more there are.

    Examples
    --------
    >>> document_differences(b'{"var": {"low": 1.0}}', b'{"var": {"low": 2.5}}')
    ('var.low: 1.0 became 2.5',)
    """
    if before == after:
        return ()
    found = _places(json.loads(before), json.loads(after), "")
    first = tuple(islice(found, _MOST))
    more = sum(1 for _ in found)
    if not first:
        return ("the same content is written in another way",)
    return (*first, f"and {more} more") if more else first


def cube_differences(before: Cube, after: Cube) -> tuple[str, ...]:
    """Return in words where the vectors of two cubes differ; empty where they agree in every bit.

    Parameters
    ----------
    before, after
        Cubes of the same book and scenarios, or not.
    """
    if [_content(one) for one in before.positions] != [_content(one) for one in after.positions]:
        return ("vectors: other positions could be valued",)
    if tuple(before.scenarios.labels) != tuple(after.scenarios.labels):
        return ("vectors: other scenarios",)
    parts = (
        ("values", before.values, after.values),
        ("prices", before.prices, after.prices),
        ("weights", before.scenarios.weights, after.scenarios.weights),
    )
    words = [f"vectors: other {name}" for name, one, other in parts if one.tobytes() != other.tobytes()]
    if before.pnl.tobytes() != after.pnl.tobytes():
        rows = np.flatnonzero((before.pnl != after.pnl).any(axis=1))
        names = dict.fromkeys(before.positions[k].instrument.symbol for k in rows)
        what = f"of {', '.join(islice(names, _MOST))}" if names else "in the sign of a zero"
        words.append(f"vectors: other P&L {what}")
    return tuple(words)


def option_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Return the options that differ, by name: the value before and the value after."""
    names = dict.fromkeys([*before, *after])
    return {
        name: (before.get(name), after.get(name)) for name in names if before.get(name) != after.get(name)
    }


def position_changes(before: Sequence[Position], after: Sequence[Position]) -> tuple[PositionChange, ...]:
    """Return what it takes to get from one book to another, sorted by symbol.

    Positions that are equal but for their row in the file cancel, one against one. What remains is paired by
    symbol in the order of the books; what finds no partner was added or removed.

    Parameters
    ----------
    before, after
        Two books.
    """
    gone, new = _unmatched(before, after), _unmatched(after, before)
    return tuple(
        PositionChange(symbol, one, other)
        for symbol in sorted({*gone, *new})
        for one, other in zip_longest(gone.get(symbol, ()), new.get(symbol, ()))
    )


def _unmatched(book: Sequence[Position], other: Sequence[Position]) -> dict[str, list[Position]]:
    """Return the positions of a book that the other one lacks, by symbol."""
    spare = Counter(map(_content, other))
    left: dict[str, list[Position]] = defaultdict(list)
    for position in book:
        content = _content(position)
        if spare[content]:
            spare[content] -= 1
        else:
            left[position.instrument.symbol].append(position)
    return left


def _content(position: Position) -> _Content:
    labels = tuple(sorted(position.attributes.items()))
    return position.instrument, position.quantity, position.price, labels


def _places(before: Any, after: Any, path: str) -> Iterator[str]:
    if isinstance(before, dict) and isinstance(after, dict):
        names = dict.fromkeys([*before, *after])
        pairs = ((f"{path}.{name}" if path else name, name) for name in names)
        for inner, name in pairs:
            yield from _places(before.get(name, _MISSING), after.get(name, _MISSING), inner)
    elif isinstance(before, list) and isinstance(after, list):
        for index, (one, other) in enumerate(zip_longest(before, after, fillvalue=_MISSING)):
            yield from _places(one, other, f"{path}[{index}]")
    elif before is _MISSING:
        yield f"{path} is new"
    elif after is _MISSING:
        yield f"{path} is gone"
    elif type(before) is not type(after) or before != after:
        yield f"{path}: {json.dumps(before)} became {json.dumps(after)}"
