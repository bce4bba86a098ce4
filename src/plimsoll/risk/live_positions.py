"""What a position listens to while prices tick, and how it lets go of a price that somebody stated."""

from dataclasses import replace

from plimsoll.risk.option_valuation import option_book
from plimsoll.risk.portfolio import Kind, OptionTerms, Position
from plimsoll.risk.valuation import Levels, price_currency

__all__ = ["factors_of", "following"]


def factors_of(position: Position, levels: Levels) -> tuple[str, ...]:
    """Return the quotes that move the value of a position: of its price and of its exchange rate.

    Cash listens to its exchange rate alone; an FX position whose first currency is the base has no risk at
    all. A position with a stated price listens to the market's, if there is one: a tick will take its place.

    Parameters
    ----------
    position
        One that can be valued.
    levels
        The market that it is valued in.
    """
    instrument, names = position.instrument, []
    if instrument.option is not None:
        names.append(levels.source(instrument.option.underlying))
    elif instrument.kind is Kind.FX and instrument.symbol[:3] == levels.base_currency:
        return ()
    elif instrument.kind is not Kind.CASH and levels.quoted(instrument.symbol):
        names.append(levels.source(instrument.symbol))
    pair = levels.pair(price_currency(position))
    if pair is not None:
        names.append(pair)
    return tuple(dict.fromkeys(names))


def following(position: Position, levels: Levels) -> Position | None:
    """Return the position as it follows the market: without its stated price.

    An option keeps the volatility that its stated price implies, so that its value goes on from there. Where
    no volatility gives that price, it stays as it is.

    Parameters
    ----------
    position
        One that can be valued.
    levels
        The market just before its first tick.

    Returns
    -------
    Position or None
        None where there is nothing to let go of, or it cannot be.
    """
    instrument = position.instrument
    if position.price is None or instrument.kind is Kind.CASH or not levels.quoted(_price_name(position)):
        return None
    if instrument.option is None:
        return replace(position, price=None)
    terms = _implied(position, instrument.option, levels)
    return (
        None if terms is None else replace(position, price=None, instrument=replace(instrument, option=terms))
    )


def _price_name(position: Position) -> str:
    """Return the name of the quote behind a position's price."""
    option = position.instrument.option
    return position.instrument.symbol if option is None else option.underlying


def _implied(position: Position, terms: OptionTerms, levels: Levels) -> OptionTerms | None:
    """Return terms with the volatility that the stated price implies; None where there is none."""
    unknown = replace(position.instrument, option=replace(terms, volatility=None))
    contracts = option_book([replace(position, instrument=unknown)], levels, {}).contracts
    return replace(terms, volatility=contracts[0].volatility) if contracts else None
