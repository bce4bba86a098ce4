"""From what a file says to what the engine needs: currencies stated, factors named."""

from collections.abc import Iterable
from dataclasses import replace

from plimsoll.data.history import HistoryResult
from plimsoll.data.price_table import PriceTable
from plimsoll.data.symbols import match_symbols
from plimsoll.risk.assumptions import Assumption
from plimsoll.risk.factors import fx_pair, major_unit
from plimsoll.risk.failures import Failure, Reason
from plimsoll.risk.market import MarketSnapshot
from plimsoll.risk.portfolio import Kind, Portfolio, Position

__all__ = [
    "doubted_prices",
    "factor_names",
    "in_order",
    "known_value",
    "needed_currencies",
    "needed_symbols",
    "price_factor",
    "state_currencies",
]

_QUOTED = (Kind.EQUITY, Kind.ETF, Kind.CRYPTO, Kind.FX)


def price_factor(position: Position) -> str | None:
    """Return the factor whose moves drive the position's own price; None for cash."""
    instrument = position.instrument
    if instrument.option is not None:
        return instrument.option.underlying
    return None if instrument.kind is Kind.CASH else instrument.symbol


def factor_names(position: Position, base_currency: str) -> tuple[str, ...]:
    """Return the factors that move the position's value: its price factor and its exchange rate."""
    currency = major_unit(position.instrument.currency)[0]
    rate = None if currency == base_currency else fx_pair(currency, base_currency)
    return tuple(name for name in (price_factor(position), rate) if name is not None)


def needed_symbols(portfolio: Portfolio) -> list[str]:
    """Return the price factors of the portfolio, sorted."""
    return sorted({name for name in map(price_factor, portfolio.positions) if name is not None})


def needed_currencies(portfolio: Portfolio) -> list[str]:
    """Return the major currencies of the portfolio, sorted."""
    return sorted({major_unit(position.instrument.currency)[0] for position in portfolio.positions})


def state_currencies(
    portfolio: Portfolio, prices: PriceTable, base_currency: str
) -> tuple[Portfolio, tuple[Failure, ...], tuple[Assumption, ...]]:
    """Give every position a currency: the file's, else that of its prices, else the base currency.

    Returns
    -------
    tuple
        The portfolio with currencies; positions whose file and prices disagree, which are left out of it; and
        what was assumed.
    """
    columns = match_symbols(prices.symbols, needed_symbols(portfolio)).columns
    known = {symbol: prices.currencies[column] for symbol, column in columns.items()}
    kept: list[Position] = []
    failures: list[Failure] = []
    assumed: set[str] = set()
    for position in portfolio.positions:
        stated, quoted = position.instrument.currency, known.get(price_factor(position) or "")
        if stated and quoted and major_unit(stated) != major_unit(quoted):
            failures.append(_disagreement(position, quoted))
            continue
        if not stated and not quoted:
            assumed.add(position.instrument.symbol)
        currency = stated or quoted or base_currency
        kept.append(replace(position, instrument=replace(position.instrument, currency=currency)))
    return replace(portfolio, positions=tuple(kept)), tuple(failures), _assumption(assumed, base_currency)


def doubted_prices(positions: Iterable[Position], snapshot: MarketSnapshot) -> tuple[Assumption, ...]:
    """Return which positions state a price of their own, and which of those are far from the market's."""
    stated = [
        position
        for position in positions
        if position.price is not None and position.instrument.kind in _QUOTED
    ]
    if not stated:
        return ()
    names = tuple(sorted({position.instrument.symbol for position in stated}))
    notes = [
        Assumption("price", "These are valued at the price of the portfolio file, not the market's.", names)
    ]
    for position in stated:
        quote = snapshot.quotes.get(position.instrument.symbol)
        if quote is None or not quote.level or position.price is None:
            continue
        ratio = position.price / quote.level
        if not 0.8 <= ratio <= 1.25:
            symbol = position.instrument.symbol
            text = f"{symbol}: the price of the file is {ratio:.4g} times the market's {quote.level:.6g}."
            notes.append(Assumption("quality", text, (symbol,)))
    return tuple(dict.fromkeys(notes))


def known_value(position: Position, market: HistoryResult, base_currency: str) -> float | None:
    """Return what a position that is left out was last worth, in base currency; None where nobody knows."""
    if position.instrument.option is not None:
        return None
    quotes = {**market.last_prices, **market.snapshot.quotes}
    _, unit = major_unit(position.instrument.currency)
    value = position.quantity * unit
    for name in factor_names(position, base_currency):
        if position.price is not None and name == price_factor(position):
            value *= position.price
        elif name in quotes:
            value *= quotes[name].level
        else:
            return None
    return value


def in_order(portfolio: Portfolio) -> Portfolio:
    """Return the portfolio in an order of its own, so that no sum depends on the order of the rows."""

    def place(position: Position) -> tuple[object, ...]:
        labels = sorted(position.attributes.items())
        return repr(position.instrument), position.quantity, position.price or 0.0, labels

    return replace(portfolio, positions=tuple(sorted(portfolio.positions, key=place)))


def _disagreement(position: Position, quoted: str) -> Failure:
    stated = position.instrument.currency
    return Failure(
        Reason.CURRENCY_MISMATCH,
        position.instrument.symbol,
        f"the portfolio says {stated}, its prices are in {quoted}; correct one of them",
        position.row,
        "currency",
    )


def _assumption(symbols: Iterable[str], base_currency: str) -> tuple[Assumption, ...]:
    items = tuple(sorted(symbols))
    if not items:
        return ()
    text = f"Neither portfolio nor prices state a currency: {base_currency} is assumed."
    return (Assumption("currency", text, items),)
