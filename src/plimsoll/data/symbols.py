"""Which column of the prices belongs to a symbol: exactly, or but for case and BRK.B against BRK-B."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from plimsoll.risk.assumptions import Assumption

__all__ = ["SymbolMatches", "folded", "match_symbols"]


@dataclass(frozen=True, slots=True)
class SymbolMatches:
    """Symbols and the columns that belong to them.

    Parameters
    ----------
    columns
        Column of each symbol that has one.
    ambiguous
        For a symbol that may be several columns, their names; no match is made.
    assumptions
        The matches that were not exact.
    """

    columns: Mapping[str, int]
    ambiguous: Mapping[str, tuple[str, ...]]
    assumptions: tuple[Assumption, ...]


@lru_cache(maxsize=100_000)  # ticks bring the same few symbols over and over
def folded(symbol: str) -> str:
    """Return what all spellings of a symbol share: no case, and one sign for ``. - / _`` and a blank.

    Examples
    --------
    >>> folded("BRK-B") == folded("brk.b")
    True
    """
    return re.sub(r"[./\-_ ]+", ".", symbol).casefold()


def match_symbols(available: Sequence[str], wanted: Iterable[str]) -> SymbolMatches:
    """Find each wanted symbol among the available ones.

    An exact name wins. Otherwise case is ignored and ``. - / _`` and a blank are one sign, if exactly one
    column fits.

    Examples
    --------
    >>> match_symbols(["BRK-B", "AAPL"], ["BRK.B", "AAPL", "X"]).columns
    {'BRK.B': 0, 'AAPL': 1}
    """
    exact = {name: j for j, name in enumerate(available)}
    alike: dict[str, list[int]] = {}
    for j, name in enumerate(available):
        alike.setdefault(folded(name), []).append(j)
    columns: dict[str, int] = {}
    ambiguous: dict[str, tuple[str, ...]] = {}
    assumptions: list[Assumption] = []
    for symbol in dict.fromkeys(wanted):
        candidates = [exact[symbol]] if symbol in exact else alike.get(folded(symbol), [])
        if len(candidates) > 1:
            ambiguous[symbol] = tuple(available[j] for j in candidates)
        elif candidates:
            columns[symbol] = candidates[0]
            if symbol not in exact:
                text = (
                    f"{symbol} takes the prices of {available[candidates[0]]}, which is written differently."
                )
                assumptions.append(Assumption("symbols", text, (symbol,)))
    return SymbolMatches(columns, ambiguous, tuple(assumptions))
