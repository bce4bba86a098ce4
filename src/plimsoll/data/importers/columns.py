"""Which column of a file is which: header words and their synonyms."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from plimsoll.errors import DataError
from plimsoll.risk.factors import major_unit

__all__ = ["Columns", "assign_columns", "known_columns"]

# The first synonym found wins; the other columns stay what they are: attributes.
_SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "symbol": (
        "symbol", "ticker", "ticker symbol", "symbol ticker", "security symbol", "stock symbol",
        "instrument symbol", "identifier", "ric", "code", "instrument", "stock", "asset",
        "symbole", "símbolo", "simbolo", "titolo", "titre", "wertpapier", "valeur", "valor",
    ),
    "quantity": (
        "quantity", "qty", "shares", "units", "position", "number of shares", "no of shares",
        "share count", "net quantity", "net position", "position size", "holding", "holdings",
        "contracts", "menge", "anzahl", "stück", "quantité", "quantite", "cantidad",
        "quantità", "quantita", "títulos", "titoli",
    ),
    "name": (
        "name", "description", "security name", "company name", "company", "instrument name",
        "security description", "security", "bezeichnung", "nom", "libellé", "nome", "descrizione",
        "descripción",
    ),
    "currency": (
        "currency", "ccy", "curr", "currency code", "price currency", "local currency",
        "trading currency", "währung", "devise", "monnaie", "divisa", "moneda", "valuta",
    ),
    "price": (
        "price", "last price", "market price", "current price", "mkt price", "mark price",
        "share price", "unit price", "price per share", "closing price", "close price",
        "last trade price", "last", "close", "mark", "kurs", "cours", "prix", "prezzo", "precio",
    ),
    "type": (
        "type", "asset type", "asset class", "security type", "instrument type", "product type",
        "sec type", "asset category", "kind",
    ),
    "right": ("right", "option type", "put call", "putcall", "call put", "option right", "cp", "c p"),
    "underlying": (
        "underlying", "underlying symbol", "underlying ticker", "underlier", "underlying asset",
    ),
    "strike": ("strike", "strike price", "exercise price"),
    "expiry": (
        "expiry", "expiration", "expiry date", "expiration date", "maturity", "maturity date",
        "exp date", "exp", "expires",
    ),
    "multiplier": ("multiplier", "contract multiplier", "contract size", "shares per contract"),
    "volatility": ("volatility", "vol", "implied volatility", "implied vol", "imp vol", "iv", "sigma"),
    "rate": ("rate", "risk free rate", "interest rate", "rate continuous"),
    "dividend_yield": ("dividend yield", "div yield"),
}  # fmt: skip
_NUMERIC = ("quantity", "price", "strike", "multiplier", "volatility", "rate", "dividend_yield")
_WORD_BREAKS = re.compile(r"[-_./\\:*#\s]+")
_PARENTHESES = re.compile(r"([^()]*)\(([^()]*)\)\s*")


@dataclass(frozen=True, slots=True)
class Columns:
    """What each column of a file means.

    Parameters
    ----------
    header
        Header cells as the file has them; a column without a name is called ``column`` and its number.
    known
        Index of each column with a meaning of its own: ``symbol``, ``quantity``, ``price`` …
    attributes
        Index of every other column, by its header in lower case.
    """

    header: tuple[str, ...]
    known: Mapping[str, int]
    attributes: Mapping[str, int]

    @property
    def numeric(self) -> tuple[str, ...]:
        """The known columns of this file that hold numbers."""
        return tuple(name for name in _NUMERIC if name in self.known)

    def title(self, name: str) -> str:
        """Return the header of a known column as the file has it, or `name` where it is not in the file."""
        return self.header[self.known[name]] if name in self.known else name

    def with_attribute(self, known: str, attribute: str) -> "Columns":
        """Return these columns with a known one taken as a plain attribute under the name `attribute`."""
        rest = {name: index for name, index in self.known.items() if name != known}
        return Columns(self.header, rest, {**self.attributes, attribute: self.known[known]})


def known_columns(header: Sequence[str]) -> dict[str, int]:
    """Return the index of each column of `header` that has a meaning of its own.

    Capitals, blanks, ``_ - . /`` and a second name in parentheses do not matter.

    Examples
    --------
    >>> known_columns(["Ticker", "Qty (Quantity)", "Sector", "Last Price"])
    {'symbol': 0, 'quantity': 1, 'price': 3}
    """
    positions: dict[str, int] = {}
    for index, cell in enumerate(header):
        for name in _names(cell):
            positions.setdefault(name, index)
    known: dict[str, int] = {}
    for column, synonyms in _SYNONYMS.items():
        found = (positions[synonym] for synonym in synonyms if synonym in positions)
        place = next((index for index in found if index not in known.values()), None)
        if place is not None:
            known[column] = place
    return known


def assign_columns(header: Sequence[str]) -> Columns:
    """Return what each column of `header` means.

    Raises
    ------
    DataError
        If two columns have the same name.

    Examples
    --------
    >>> dict(assign_columns(["symbol", "shares", " Sector "]).attributes)
    {'sector': 2}
    """
    composed = (unicodedata.normalize("NFC", cell).strip() for cell in header)
    titles = tuple(title or f"column {index}" for index, title in enumerate(composed, start=1))
    known = known_columns(titles)
    first: dict[str, int] = {}
    for index, title in enumerate(titles):
        other = first.setdefault(title.lower(), index)
        if other != index:
            raise DataError(
                f"columns {other + 1} and {index + 1} have the same name",
                column=title,
                remedy="Rename one of them.",
            )
    attributes = {name: index for name, index in first.items() if index not in known.values()}
    return Columns(titles, known, attributes)


def _names(cell: str) -> list[str]:
    """Return the names of a header cell: all of it, then what is outside and inside parentheses."""
    cell = unicodedata.normalize("NFC", cell)
    names = [cell]
    match = _PARENTHESES.fullmatch(cell)
    # A unit is no second name: to drop "(EUR)" from "Price (EUR)" would be to forget the currency.
    if match and not (len(match[2]) == 3 and match[2].isupper()) and major_unit(match[2])[1] == 1.0:
        names += [match[1], match[2]]
    return [" ".join(_WORD_BREAKS.sub(" ", name).lower().split()) for name in names]
