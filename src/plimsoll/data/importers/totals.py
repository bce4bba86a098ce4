"""Which rows are totals, not positions."""

import re

from plimsoll.data.importers.cells import Cells
from plimsoll.data.importers.currencies import is_currency
from plimsoll.errors import DataError

__all__ = ["is_total"]

_TOTALS = frozenset({
    "total", "totals", "subtotal", "subtotals", "totale", "totaux", "summe", "gesamt", "gesamtsumme",
    "zwischensumme",
})  # fmt: skip
_BESIDE = frozenset({
    "account", "accounts", "all", "amount", "assets", "cash", "depot", "for", "general", "grand", "général",
    "holdings", "konto", "market", "net", "of", "overall", "portfolio", "position", "positions", "sub", "the",
    "value",
})  # fmt: skip


def is_total(cells: Cells) -> bool:
    """Tell whether a row is a total by its label: Total, Account Total, Grand Total, Total USD, Summe.

    The label is the symbol or, without one, the first cell with contents. With a quantity the row may as well
    be a holding: it is one if it has a name that is no total as well, and is refused otherwise.

    Raises
    ------
    DataError
        If it may be a total or a holding.
    """
    symbol = cells.text("symbol")
    label = symbol or next((cell for cell in cells.row.cells if cell), "")
    if not _names_total(label):
        return False
    if not symbol or not _has_quantity(cells):
        return True
    name = cells.text("name")
    if name and not _names_total(name):
        return False
    raise cells.refusal(
        "symbol",
        f"'{symbol}' with a quantity may be a total or a holding",
        "Delete the row if it is a total; for a holding, write its name in a column 'name'.",
    )


def _names_total(label: str) -> bool:
    """Tell whether a label has a word for a total, and no words but those that stand beside it."""
    words = re.split(r"[\s:-]+", label.casefold().strip(": "))
    others = [word for word in words if word not in _TOTALS]
    return len(others) < len(words) and all(word in _BESIDE or is_currency(word.upper()) for word in others)


def _has_quantity(cells: Cells) -> bool:
    try:
        return cells.number("quantity") is not None
    except DataError:
        return False
