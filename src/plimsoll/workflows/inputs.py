"""From what a file says to what the engine needs: currencies stated, factors named."""

from collections.abc import Iterable
from dataclasses import replace

from plimsoll.data.price_table import PriceTable
from plimsoll.data.symbols import match_symbols
from plimsoll.risk.assumptions import Assumption
from plimsoll.risk.factors import fx_pair, major_unit
from plimsoll.risk.failures import Failure, Reason
from plimsoll.risk.portfolio import Kind, Portfolio, Position

__all__ = ["factor_names", "needed_currencies", "needed_symbols", "price_factor", "state_currencies"]


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
