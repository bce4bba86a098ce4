"""What is held: instruments, positions, and a portfolio as a tree over free attributes."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

__all__ = ["Instrument", "Kind", "Node", "OptionTerms", "OptionType", "Portfolio", "Position"]


class Kind(StrEnum):
    """Instrument kinds that the engine can value."""

    CASH = "cash"
    EQUITY = "equity"
    ETF = "etf"
    CRYPTO = "crypto"
    FX = "fx"
    OPTION = "option"


class OptionType(StrEnum):
    """The right that an option gives."""

    CALL = "call"
    PUT = "put"


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionTerms:
    """Terms of a listed European option.

    Parameters
    ----------
    type
        Call or put.
    underlying
        Symbol of the risk factor that it is written on.
    strike
        In the instrument's currency, above zero.
    expiry
        Last trading day; the option is expired on the day after.
    multiplier
        Units of the underlying per contract.
    volatility
        Annual Black-Scholes volatility as a fraction (0.2 is 20 %); None where it is to be implied from the
        position's price or proxied.
    rate_continuous
        Risk-free rate, continuously compounded, Act/365F.
    dividend_yield
        Continuous dividend yield of the underlying (foreign rate of an FX pair).
    """

    type: OptionType
    underlying: str
    strike: float
    expiry: dt.date
    multiplier: float = 100.0
    volatility: float | None = None
    rate_continuous: float = 0.0
    dividend_yield: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """What can be held.

    Parameters
    ----------
    symbol
        Name under which its price is found. Of cash: the currency. Of an FX pair: six letters, ``EURUSD`` is
        the price of 1 EUR in USD.
    kind
        See :class:`Kind`.
    currency
        ISO 4217 code of the price, or a minor unit (``GBX``, ``GBp``, ``ZAc``, ``ILA``) worth a hundredth.
    name
        For people; empty where unknown.
    option
        Terms, given exactly where `kind` is option.

    Raises
    ------
    ValueError
        If an option comes without terms or another kind with them.
    """

    symbol: str
    currency: str
    kind: Kind = Kind.EQUITY
    name: str = ""
    option: OptionTerms | None = None

    def __post_init__(self) -> None:
        """Refuse an option without terms and terms without an option."""
        if (self.kind is Kind.OPTION) != (self.option is not None):
            raise ValueError(f"{self.symbol}: terms belong to an option and to nothing else")


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """A quantity of one instrument.

    Parameters
    ----------
    instrument
        What is held.
    quantity
        Units, or contracts of an option; negative is short.
    price
        Price per unit in the instrument's currency as the input states it; None to take the market's.
    attributes
        Free labels (``book``, ``desk``, ``sector`` …) by which risk can be cut.
    row
        Row of the file it came from, counted from 1; None where there is no file.
    """

    instrument: Instrument
    quantity: float
    price: float | None = None
    attributes: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    row: int | None = None

    def attribute(self, name: str) -> str:
        """Return the label under `name`; ``symbol``, ``currency`` and ``type`` are always there.

        A position without the label belongs to the node ``—``.
        """
        given = self.attributes.get(name)
        if given is not None:
            return given
        always = {
            "symbol": self.instrument.symbol,
            "currency": self.instrument.currency,
            "type": self.instrument.kind.value,
        }
        return always.get(name, "—")


@dataclass(frozen=True, slots=True)
class Node:
    """One slice of a portfolio and the slices inside it.

    Parameters
    ----------
    path
        Labels from the root down; empty at the root.
    members
        Indices of the positions in it, ascending.
    children
        Sorted by label; empty at a leaf.
    """

    path: tuple[str, ...]
    members: tuple[int, ...]
    children: tuple["Node", ...] = ()

    @property
    def name(self) -> str:
        """The last label of the path; ``total`` at the root."""
        return self.path[-1] if self.path else "total"


@dataclass(frozen=True, slots=True)
class Portfolio:
    """Positions under a name, in the order of their file.

    Examples
    --------
    >>> apple = Instrument(symbol="AAPL", currency="USD")
    >>> book = Portfolio("mine", (Position(instrument=apple, quantity=10, attributes={"sector": "Tech"}),))
    >>> [child.name for child in book.tree(["sector"]).children]
    ['Tech']
    """

    name: str
    positions: tuple[Position, ...] = field(default=())

    def attribute_names(self) -> tuple[str, ...]:
        """Return the names of all attributes that can be cut by, sorted."""
        given = {name for position in self.positions for name in position.attributes}
        return tuple(sorted(given | {"symbol", "currency", "type"}))

    def tree(self, by: Sequence[str]) -> Node:
        """Return the portfolio as a tree: one level for each attribute of `by`, top down."""
        return self._node((), tuple(range(len(self.positions))), tuple(by))

    def _node(self, path: tuple[str, ...], members: tuple[int, ...], by: tuple[str, ...]) -> Node:
        if not by:
            return Node(path, members)
        groups: dict[str, list[int]] = {}
        for index in members:
            groups.setdefault(self.positions[index].attribute(by[0]), []).append(index)
        children = tuple(self._node((*path, name), tuple(groups[name]), by[1:]) for name in sorted(groups))
        return Node(path, members, children)
