"""Currency codes and signs as they occur in portfolio files."""

import re

from plimsoll.errors import DataError
from plimsoll.risk.factors import major_unit

__all__ = ["currency_of_sign", "is_cash_symbol", "is_currency", "pair_of", "read_currency"]

# ISO 4217, active codes without funds, metals and testing codes; CNH is yuan traded abroad.
_ISO_CODES = """
AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD
CDF CHF CLF CLP CNH CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD
GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK
LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR
PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP
SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER
ZAR ZMW ZWG
"""
# AMD, ConocoPhillips, The Trade Desk and others are held far more often than drams, pesos and TT dollars.
_TICKER_CODES = """
ALL AMD AOA BAM BBD BND BOB CLF COP CRC CUP CVE EGP ERN GEL MUR NIO PEN SCR SHP SOS STN TOP TTD WST
"""
_DOLLARS_AND_PESOS = "USD CAD AUD NZD HKD SGD TWD MXN ARS CLP COP BRL"
_ISO = frozenset(_ISO_CODES.split())
_RATHER_TICKERS = frozenset(_TICKER_CODES.split())
_SIGNS = {
    "€": frozenset({"EUR"}),
    "£": frozenset({"GBP"}),
    "₹": frozenset({"INR"}),
    "₩": frozenset({"KRW"}),
    "₪": frozenset({"ILS"}),
    "¥": frozenset({"JPY", "CNY", "CNH"}),
    "$": frozenset(_DOLLARS_AND_PESOS.split()),
}
_CODE = re.compile("[A-Z]{3}")
_PAIR = re.compile("([A-Z]{3})[-/. ]?([A-Z]{3})(?:=X)?")


def read_currency(text: str, *, column: str = "currency") -> str:
    """Return the code in `text`: upper case, except for the minor units ``GBp`` and ``ZAc``.

    Parameters
    ----------
    text
        Content of a currency cell; empty gives empty.
    column
        Named in the error.

    Raises
    ------
    DataError
        If it is not three Latin letters.

    Examples
    --------
    >>> read_currency("usd"), read_currency("GBp"), read_currency("gbp")
    ('USD', 'GBp', 'GBP')
    """
    if not text or major_unit(text) != (text, 1.0):
        return text
    code = text.upper()
    if not text.isascii() or not _CODE.fullmatch(code):
        raise DataError(
            f"'{text[:30]}' is not a currency code",
            column=column,
            remedy="Write three letters, such as USD or EUR; GBX or GBp for pence.",
        )
    return code


def is_currency(code: str) -> bool:
    """Tell whether `code` is an ISO 4217 code in upper case or a minor unit such as ``GBX``."""
    return major_unit(code)[0] in _ISO


def is_cash_symbol(symbol: str) -> bool:
    """Tell whether a row with this symbol and without a type is cash.

    A code that is rather known as a ticker (AMD, COP, NIO, TTD …) is not.

    Examples
    --------
    >>> is_cash_symbol("usd"), is_cash_symbol("AMD"), is_cash_symbol("AAPL")
    (True, False, False)
    """
    return symbol.upper() in _ISO - _RATHER_TICKERS


def pair_of(symbol: str) -> tuple[str, str] | None:
    """Return base and quote currency of ``EURUSD``, ``EUR/USD`` or ``EURUSD=X``; None if it is no pair.

    Examples
    --------
    >>> pair_of("EUR/USD"), pair_of("GOOGLE")
    (('EUR', 'USD'), None)
    """
    match = _PAIR.fullmatch(symbol.upper())
    if match is None or not (match[1] in _ISO and match[2] in _ISO) or match[1] == match[2]:
        return None
    return match[1], match[2]


def currency_of_sign(sign: str, stated: str, *, column: str) -> str:
    """Return the currency of a price that is written with a currency sign.

    Parameters
    ----------
    sign
        Such as ``€``; empty where the price has none.
    stated
        The currency that the row states elsewhere; empty where it does not.
    column
        Column of the price, named in the error.

    Returns
    -------
    str
        `stated`, or else the one currency that the sign stands for; empty where it stands for several
        (the dollar and the yen sign).

    Raises
    ------
    DataError
        If sign and stated currency contradict each other.

    Examples
    --------
    >>> currency_of_sign("€", "", column="price"), currency_of_sign("$", "", column="price")
    ('EUR', '')
    """
    meant = _SIGNS.get(sign, frozenset())
    if stated and meant and stated not in meant:
        raise DataError(
            f"the price is written with {sign} but the currency is {stated}",
            column=column,
            remedy="Correct one of the two, or write the price without a sign.",
        )
    return stated or (next(iter(meant)) if len(meant) == 1 else "")
