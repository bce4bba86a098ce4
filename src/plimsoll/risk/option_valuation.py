"""Options of a book, valued together: which can be valued, at which volatility, and what they are worth."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from plimsoll.risk.assumptions import Assumption
from plimsoll.risk.failures import Failure, Reason
from plimsoll.risk.portfolio import OptionTerms, OptionType, Position
from plimsoll.risk.pricing.european import price, revalue
from plimsoll.risk.pricing.greeks import greeks
from plimsoll.risk.pricing.implied_volatility import implied_volatility
from plimsoll.risk.pricing.linear import Level, scaled
from plimsoll.risk.valuation import Levels, UnitValue, refused, unpriced, without_rate

__all__ = ["Contract", "OptionBook", "Origin", "option_book", "value_options"]

_DAYS_A_YEAR = 365  # Act/365F
_TOGETHER = 1 << 22  # option prices held at a time


class Origin(Enum):
    """Where the volatility of an option came from."""

    STATED = 1
    NOT_NEEDED = 2  # on the day of expiry
    IMPLIED = 3  # by the stated price
    PROXY = 4  # of the underlying
    NOWHERE = 5


@dataclass(frozen=True, slots=True)
class Contract:
    """An option that can be valued, with all that its value depends on.

    Parameters
    ----------
    index
        Of the position in the portfolio.
    position, terms
        What is held.
    years
        To expiry, Act/365F; zero on the last day.
    spot
        The underlying, in the currency of the option; one object for all options on it.
    rate
        One unit of that currency in base currency.
    volatility, origin
        Annual, as a fraction, and where it came from.
    """

    index: int
    position: Position
    terms: OptionTerms
    years: float
    spot: Level
    rate: Level
    volatility: float = math.nan
    origin: Origin = Origin.NOWHERE

    @property
    def sign(self) -> int:
        """+1 for a call, -1 for a put."""
        return 1 if self.terms.type is OptionType.CALL else -1


@dataclass(frozen=True, slots=True)
class OptionBook:
    """The options of a portfolio: those that can be valued, and why the others cannot.

    Parameters
    ----------
    contracts
        In the order of the portfolio.
    failures
        By index in the portfolio.
    exact
        Whether they are revalued in full.
    """

    contracts: tuple[Contract, ...]
    failures: Mapping[int, Failure]
    exact: bool = True

    @property
    def assumptions(self) -> tuple[Assumption, ...]:
        """Where volatilities came from, and what stays still in every scenario."""
        return tuple(_assumptions(self.contracts, exact=self.exact))


def option_book(
    positions: Sequence[Position], levels: Levels, proxy_volatility: Mapping[str, float]
) -> OptionBook:
    """Find for each option of `positions` its underlying, exchange rate and volatility.

    The volatility is the stated one; else the one that the stated price implies; else the proxy of the
    underlying. On the day of expiry none is needed.

    Parameters
    ----------
    positions
        All positions of a portfolio; other kinds than options are passed over.
    levels
        Where underlyings and exchange rates are looked up.
    proxy_volatility
        Annual volatility, as a fraction, by name of the underlying.

    Returns
    -------
    OptionBook
        Every option is in it, as a contract or as a failure.
    """
    contracts: list[Contract] = []
    failures: dict[int, Failure] = {}
    spots: dict[str, Level | None] = {}
    for index, position in enumerate(positions):
        terms = position.instrument.option
        if terms is not None:
            if terms.underlying not in spots:
                spots[terms.underlying] = levels.level(terms.underlying)
            found = _contract(index, position, terms, spots[terms.underlying], levels)
            if isinstance(found, Contract):
                contracts.append(found)
            else:
                failures[index] = found
    valued = []
    for contract in _with_volatility(contracts, proxy_volatility):
        if contract.volatility >= 0 and math.isfinite(contract.volatility):
            valued.append(contract)
        else:
            failures[contract.index] = _without_volatility(contract, levels)
    return OptionBook(tuple(valued), failures, levels.exact)


def value_options(contracts: Sequence[Contract], levels: Levels) -> Iterator[tuple[int, UnitValue]]:
    """Yield the index in the portfolio and the value of one contract of each option.

    The price is the stated one, else the model's; its move is the move of the model's price, by full
    revaluation, never below a value of zero, or, where `levels` are not exact, by delta times the move of the
    underlying.

    Parameters
    ----------
    contracts
        Of :func:`option_book`.
    levels
        The levels that the contracts were made from.
    """
    height = max(1, _TOGETHER // max(1, levels.count))
    for first in range(0, len(contracts), height):
        block = contracts[first : first + height]
        now = price(*_arguments(block))
        moves = _revalued(block, now) if levels.exact else _by_delta(block)
        for contract, model, move in zip(block, now.tolist(), moves, strict=True):
            stated = contract.position.price
            # Whatever the model says, an option is never worth less than nothing.
            floor = -stated if stated is not None and levels.exact else -np.inf
            unit = Level(model if stated is None else stated, np.maximum(move, floor))
            worth = levels.converted(scaled(unit, contract.terms.multiplier), contract.rate)
            yield contract.index, UnitValue(unit.now, worth)


def _contract(
    index: int, position: Position, terms: OptionTerms, spot: Level | None, levels: Levels
) -> Contract | Failure:
    """Return the option with its underlying and exchange rate, or the reason why it has none."""
    days = (terms.expiry - levels.as_of).days
    if days < 0:
        text = f"expired on {terms.expiry}, before {levels.as_of}; remove it or correct the expiry"
        return refused(position, Reason.EXPIRED, text, levels, "expiry")
    if spot is None:
        return unpriced(position, levels, terms.underlying, "underlying")
    rate = levels.rate(position.instrument.currency)
    if rate is None:
        return without_rate(position, levels, position.instrument.currency)
    numbers = {
        "strike": terms.strike,
        "multiplier": terms.multiplier,
        "rate_continuous": terms.rate_continuous,
        "dividend_yield": terms.dividend_yield,
        f"price of {terms.underlying}": spot.now,
    }
    for name, number in numbers.items():
        if not math.isfinite(number):
            return refused(position, Reason.NOT_A_NUMBER, f"{name} is {number}; it must be a number", levels)
    if terms.strike <= 0 or spot.now <= 0:
        text = f"strike {terms.strike:g} and price {spot.now:g} of {terms.underlying} must be above zero"
        return refused(position, Reason.NOT_A_NUMBER, text, levels)
    return Contract(index, position, terms, days / _DAYS_A_YEAR, spot, rate)


def _with_volatility(contracts: Sequence[Contract], proxies: Mapping[str, float]) -> list[Contract]:
    """Return the contracts in their order, each with a volatility or with NaN for none."""
    found = {}
    to_imply = []
    for contract in contracts:
        if contract.years == 0:
            found[contract.index] = (0.0, Origin.NOT_NEEDED)
        elif contract.terms.volatility is not None:
            found[contract.index] = (contract.terms.volatility, Origin.STATED)
        elif contract.position.price is not None:
            to_imply.append(contract)
        elif contract.terms.underlying in proxies:
            found[contract.index] = (proxies[contract.terms.underlying], Origin.PROXY)
    for contract, implied in zip(to_imply, _implied(to_imply) if to_imply else (), strict=True):
        found[contract.index] = (float(implied), Origin.IMPLIED)
    nothing = (math.nan, Origin.NOWHERE)
    return [
        replace(one, volatility=volatility, origin=origin)
        for one in contracts
        for volatility, origin in [found.get(one.index, nothing)]
    ]


def _implied(contracts: Sequence[Contract]) -> NDArray[np.float64]:
    sign, spot, strike, years, _, interest, dividend_yield = _arguments(contracts)
    stated = np.array([contract.position.price for contract in contracts], dtype=np.float64)
    return implied_volatility(sign, stated, spot, strike, years, interest, dividend_yield)


def _without_volatility(contract: Contract, levels: Levels) -> Failure:
    """Return the failure of an option without a usable volatility, saying why there is none."""
    terms, stated = contract.terms, contract.position.price
    column = "volatility"
    if contract.origin is Origin.IMPLIED:
        sign, spot, strike, years, _, interest, dividend_yield = _arguments([contract])
        low = float(price(sign, spot, strike, years, 0.0, interest, dividend_yield)[0])
        high = float(price(sign, spot, strike, years, 1e9, interest, dividend_yield)[0])
        text = (
            f"no volatility gives the stated price {stated:g}: with {terms.underlying} "
            f"at {contract.spot.now:g} it must lie between {low:g} and {high:g}; "
            "correct it or state a volatility"
        )
        column = "price"
    elif contract.origin is Origin.NOWHERE:
        text = f"state a volatility or a price, or add enough prices of {terms.underlying} to estimate one"
    else:
        text = f"volatility {contract.volatility:g} must be a number, zero or above, such as 0.2 for 20 %"
    return refused(contract.position, Reason.MISSING_VOLATILITY, text, levels, column)


def _assumptions(contracts: Sequence[Contract], *, exact: bool) -> Iterator[Assumption]:
    """Yield what the values of these options take for granted."""
    if not contracts:
        return
    text = "Volatilities, interest rates and time to expiry of options stay as they are in every scenario."
    yield Assumption("options", text)
    if not exact:
        yield Assumption(
            "options", "Options move by their delta alone: the curvature of their price is left out."
        )
    implied = _symbols(one for one in contracts if one.origin is Origin.IMPLIED)
    if implied:
        yield Assumption("options", "The volatility is the one that the stated price implies.", implied)
    yield from _disagreements(contracts)
    proxied = {one.terms.underlying: one.volatility for one in contracts if one.origin is Origin.PROXY}
    for underlying, volatility in sorted(proxied.items()):
        text = f"No volatility or price is stated; {volatility:.1%} a year is taken, that of {underlying}."
        concerned = (
            one for one in contracts if one.origin is Origin.PROXY and one.terms.underlying == underlying
        )
        yield Assumption("options", text, _symbols(concerned))
    if exact:
        negative = [name for name, spot in _spots(contracts).items() if (spot.shocked < 0).any()]
        if negative:
            text = (
                "Some scenarios take the underlying below zero; its options are valued as if it were at zero."
            )
            yield Assumption("options", text, tuple(sorted(negative)))


def _disagreements(contracts: Sequence[Contract]) -> Iterator[Assumption]:
    """Yield the options whose stated price is far from the model's at the stated volatility."""
    both = [one for one in contracts if one.position.price is not None and one.origin is not Origin.IMPLIED]
    for contract, model in zip(both, price(*_arguments(both)).tolist(), strict=True):
        stated = contract.position.price or 0.0
        if abs(stated - model) > 0.1 * max(abs(stated), model):
            symbol = contract.position.instrument.symbol
            text = (
                f"{symbol}: the stated price is {stated:g}, the model's {model:g}. The value is the stated "
                "price, moves are the model's, down to nothing; correct the price or the volatility."
            )
            yield Assumption("options", text, (symbol,))


def _symbols(contracts: Iterable[Contract]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(contract.position.instrument.symbol for contract in contracts))


def _spots(contracts: Iterable[Contract]) -> dict[str, Level]:
    """Return the underlyings by name, each once."""
    return {contract.terms.underlying: contract.spot for contract in contracts}


def _arguments(contracts: Sequence[Contract]) -> tuple[NDArray[np.float64], ...]:
    """Return sign, spot, strike, years, volatility, interest rate and dividend yield, each of shape (N,)."""
    rows = [
        (
            one.sign,
            one.spot.now,
            one.terms.strike,
            one.years,
            one.volatility,
            one.terms.rate_continuous,
            one.terms.dividend_yield,
        )
        for one in contracts
    ]
    return tuple(np.array(rows, dtype=np.float64).reshape(-1, 7).T)


def _revalued(contracts: Sequence[Contract], now: NDArray[np.float64]) -> NDArray[np.floating]:
    """Return the move of the model's price in each scenario, shape (N, S)."""
    spots = _spots(contracts)
    rows = {name: row for row, name in enumerate(spots)}
    underlying = [rows[one.terms.underlying] for one in contracts]
    shocked = np.stack([spot.shocked for spot in spots.values()])
    sign, _, strike, years, volatility, interest, dividend_yield = _arguments(contracts)
    terms = (sign, strike, years, volatility, interest, dividend_yield)
    prices = revalue(*terms, shocked, underlying=underlying)
    prices -= now[:, np.newaxis]
    return prices


def _by_delta(contracts: Sequence[Contract]) -> list[NDArray[np.float64]]:
    """Return delta times the move of the underlying in each scenario, shape (N, S)."""
    deltas = greeks(*_arguments(contracts)).delta.tolist()
    return [delta * one.spot.move for delta, one in zip(deltas, contracts, strict=True)]
