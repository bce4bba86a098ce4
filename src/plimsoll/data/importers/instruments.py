"""What a row holds: cash, a share, a currency pair, an option."""

import re
from collections.abc import Callable, Mapping

from plimsoll.data.importers.cells import Cells, Note
from plimsoll.data.importers.currencies import (
    currency_of_sign,
    is_cash_symbol,
    is_currency,
    pair_of,
    read_currency,
)
from plimsoll.errors import DataError
from plimsoll.risk.portfolio import Instrument, Kind, OptionTerms, OptionType

__all__ = ["HIGH_RATE", "PERCENT_ABOVE", "read_instrument"]

HIGH_RATE = 0.25
PERCENT_ABOVE = 3.0
_WORDS: Mapping[Kind | OptionType, str] = {
    Kind.CASH: "cash|currency balance|cash balance|cash and money market|money market"
    "|money market fund|cash equivalents|cash and cash investments|cash cash investments"
    "|cash and equivalents",
    Kind.EQUITY: "equity|equities|stock|stocks|share|shares|common stock|common stocks|common"
    "|preferred stock|adr|reit|stk|us equity|listed equity",
    Kind.ETF: "etf|etfs|fund|funds|mutual fund|mutual funds|etf fund|etn|etc|closed end fund"
    "|etfs closed end funds|exchange traded fund|exchange traded funds|index fund"
    "|investment fund",
    Kind.CRYPTO: "crypto|cryptocurrency|cryptocurrencies|crypto currency|coin|token|digital asset"
    "|digital currency",
    Kind.FX: "fx|spot|fx spot|spot fx|forex|currency pair|foreign exchange",
    Kind.OPTION: "option|options|opt|equity option|equity options|index option|stock option"
    "|listed option|etf option|european option",
    OptionType.CALL: "call|calls|c|call option|european call",
    OptionType.PUT: "put|puts|p|put option|european put",
}
_MEANING = {word: meaning for meaning, words in _WORDS.items() for word in words.split("|")}
_KNOWN = "cash, equity, etf, crypto, fx, call, put or option"
_MOST_LETTERS = 100


def read_instrument(cells: Cells) -> Instrument:
    """Return the instrument of a row.

    Parameters
    ----------
    cells
        The row; what is taken for granted is noted in it.

    Returns
    -------
    Instrument
        With an empty currency where the row does not state one.

    Raises
    ------
    DataError
        If it is not clear what the row holds; with the column that is to blame, and a remedy.
    """
    symbol = cells.text("symbol")
    if not symbol:
        raise cells.refusal("symbol", "the symbol is missing", "Fill it in, or delete the row.")
    if len(symbol) > _MOST_LETTERS:
        raise cells.refusal("symbol", f"the symbol is longer than {_MOST_LETTERS} characters", "Shorten it.")
    kind, option_type = _kind(cells, symbol)
    if kind is not Kind.OPTION:
        _refuse_terms(cells, kind)
    readers: Mapping[Kind, Callable[[Cells, str], Instrument]] = {Kind.CASH: _cash, Kind.FX: _pair}
    if kind in readers:
        return readers[kind](cells, symbol)
    if kind is not Kind.OPTION:
        _refuse_price(cells)
    terms = _terms(cells, option_type) if kind is Kind.OPTION else None
    pair = pair_of(terms.underlying) if terms is not None else None
    currency = _currency(cells) if pair is None else _quote_currency(cells, pair)
    return Instrument(symbol=symbol, currency=currency, kind=kind, name=cells.text("name"), option=terms)


def _kind(cells: Cells, symbol: str) -> tuple[Kind, OptionType | None]:
    """Return what the type column says or, where it is silent, what symbol and terms suggest."""
    right = _meaning(cells, "right")
    if right is not None and not isinstance(right, OptionType):
        raise cells.refusal("right", f"'{cells.text('right')[:30]}' is not call or put", "Write call or put.")
    stated = _meaning(cells, "type")
    if stated is None:
        return _kind_unstated(cells, symbol, right)
    if isinstance(stated, Kind):
        if right is not None and stated is not Kind.OPTION:
            raise cells.refusal(
                "right", f"the type is {stated} but a right is given", "Empty one of the two."
            )
        return stated, right
    if right not in (None, stated):
        raise cells.refusal(
            "type", f"the type is {stated} but the right is {right}", "Correct one of the two."
        )
    return Kind.OPTION, stated


def _kind_unstated(cells: Cells, symbol: str, right: OptionType | None) -> tuple[Kind, OptionType | None]:
    if right is not None or cells.text("expiry") or cells.plain_number("strike"):
        return Kind.OPTION, right
    if is_cash_symbol(symbol):
        if cells.plain_number("price") not in (None, 1.0) or _currency(cells) not in ("", symbol.upper()):
            raise cells.refusal(
                "type",
                f"{symbol} is a currency, but its price or its currency column speaks of something else",
                "Write cash or equity as the type.",
            )
        cells.notes.add(Note.CASH_BY_SYMBOL)
        return Kind.CASH, None
    if symbol.upper() == "CASH":
        return Kind.CASH, None
    return (Kind.EQUITY if pair_of(symbol) is None else Kind.FX), None


def _meaning(cells: Cells, column: str) -> Kind | OptionType | None:
    text = cells.text(column)
    if not text:
        return None
    meaning = _MEANING.get(" ".join(re.sub("[^a-z]+", " ", text.lower()).split()))
    if meaning is None:
        raise cells.refusal(
            column, f"'{text[:30]}' is not a type that can be valued", f"Write {_KNOWN}; empty means equity."
        )
    return meaning


def _currency(cells: Cells) -> str:
    """Return what the currency column says; where it is silent, what the sign at the price says."""
    stated = read_currency(cells.text("currency"), column=cells.columns.title("currency"))
    price = cells.number("price")
    sign = price.currency_sign if price is not None else ""
    currency = currency_of_sign(sign, stated, column=cells.columns.title("price"))
    if currency != stated:
        cells.notes.add(Note.CURRENCY_BY_SIGN)
    return currency


def _cash(cells: Cells, symbol: str) -> Instrument:
    if cells.plain_number("price") not in (None, 1.0):
        raise cells.refusal(
            "price",
            "cash has a price other than 1",
            "Write the amount as the quantity and leave the price empty.",
        )
    currency = _currency(cells)
    own = symbol if is_currency(symbol) else symbol.upper()
    if is_currency(own):
        if currency not in ("", own):
            raise cells.refusal(
                "currency", f"this is {own} cash but the currency is {currency}", "Correct one of the two."
            )
        return Instrument(symbol=own, currency=own, kind=Kind.CASH, name=cells.text("name"))
    if not currency:
        raise cells.refusal(
            "currency",
            "the currency of this cash is not stated",
            "Write the currency as the symbol (such as USD), or add a column 'currency'.",
        )
    return Instrument(symbol=currency, currency=currency, kind=Kind.CASH, name=cells.text("name") or symbol)


def _pair(cells: Cells, symbol: str) -> Instrument:
    pair = pair_of(symbol)
    if pair is None:
        raise cells.refusal(
            "symbol",
            f"'{symbol[:30]}' is not a currency pair",
            "Write six letters: EURUSD is the price of 1 EUR in USD.",
        )
    currency = _quote_currency(cells, pair)
    return Instrument(symbol="".join(pair), currency=currency, kind=Kind.FX, name=cells.text("name"))


def _quote_currency(cells: Cells, pair: tuple[str, str]) -> str:
    """Return the second currency of a pair, in which it and options on it are priced."""
    base, quote = pair
    currency = _currency(cells)
    if currency not in ("", quote):
        raise cells.refusal(
            "currency",
            f"a price of {base}{quote} is in {quote}, not in {currency}",
            f"Write {quote} or leave it empty.",
        )
    return quote


def _refuse_terms(cells: Cells, kind: Kind) -> None:
    """Refuse what only an option has: it would change the value, so it cannot be passed over."""
    for column in ("strike", "expiry"):
        text = cells.text(column)
        if text and (column == "expiry" or cells.plain_number(column)):
            raise cells.refusal(
                column, f"the row is {kind} but has a {column}", "Write call or put as the type, or empty it."
            )
    if cells.plain_number("multiplier") not in (None, 0.0, 1.0):
        raise cells.refusal(
            "multiplier", f"the row is {kind} but has a multiplier", "Multiply the quantity instead."
        )


def _refuse_price(cells: Cells) -> None:
    """Refuse a stated price at which nothing can be held."""
    price = cells.plain_number("price")
    if price is not None and price <= 0:
        remedy = "Write a short position as a negative quantity, at a price above zero."
        if price == 0:
            remedy = "Leave it empty; if the holding is worthless, write 0 as its quantity too."
        raise cells.refusal("price", f"a price of {price:g} is not above zero", remedy)


def _terms(cells: Cells, option_type: OptionType | None) -> OptionTerms:
    underlying, expiry = cells.text("underlying"), cells.date("expiry")
    if option_type is None:
        raise cells.refusal("right", "the option is neither call nor put", "Write call or put as the type.")
    if not underlying:
        raise cells.refusal(
            "underlying", "the option names no underlying", "Write its symbol in a column 'underlying'."
        )
    if expiry is None:
        raise cells.refusal("expiry", "the option has no expiry", "Write the date in a column 'expiry'.")
    multiplier = _positive(cells, "multiplier")
    if multiplier is None:
        cells.notes.add(Note.MULTIPLIER)
    strike = _positive(cells, "strike")
    if strike is None:
        raise cells.refusal("strike", "the option has no strike", "Write it in a column 'strike'.")
    return OptionTerms(
        type=option_type,
        underlying=underlying,
        strike=strike,
        expiry=expiry,
        multiplier=100.0 if multiplier is None else multiplier,
        volatility=_volatility(cells),
        rate_continuous=_fraction(cells, "rate"),
        dividend_yield=_fraction(cells, "dividend_yield"),
    )


def _positive(cells: Cells, column: str) -> float | None:
    value = cells.plain_number(column)
    if value is not None and value <= 0:
        raise cells.refusal(column, f"the {column} is not above zero", "Correct it.")
    return value


def _volatility(cells: Cells) -> float | None:
    number = cells.number("volatility")
    if number is None:
        return None
    if number.value <= 0:
        raise cells.refusal(
            "volatility", "the volatility is not above zero", "Leave it empty to have it implied."
        )
    if number.percent:
        return number.value / 100
    if number.value > PERCENT_ABOVE:
        cells.notes.add(Note.VOLATILITY_PERCENT)
        return number.value / 100
    return number.value


def _fraction(cells: Cells, column: str) -> float:
    number = cells.number(column)
    if number is None:
        return 0.0
    in_percent = column in cells.conventions.percent and not number.percent
    if in_percent:
        cells.notes.add(Note.RATE_PERCENT)
    value = number.value / 100 if in_percent or number.percent else number.value
    if abs(value) > HIGH_RATE:
        cells.notes.add(Note.HIGH_RATE)
    if abs(value) > 1:
        title = cells.columns.title(column)
        raise DataError(f"a {title} of {value:g} is above 100 %", column=title, remedy="Write 0.05 or 5%.")
    return value
