"""What could not be valued, and why: one bad instrument never kills a report."""

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Failure", "Reason"]


class Reason(StrEnum):
    """The closed list of reasons why an item is left out."""

    REFUSED_ROW = "refused-row"
    UNKNOWN_SYMBOL = "unknown-symbol"
    MISSING_PRICE = "missing-price"
    SHORT_HISTORY = "short-history"
    MISSING_FX = "missing-fx"
    CURRENCY_MISMATCH = "currency-mismatch"
    EXPIRED = "expired"
    MISSING_VOLATILITY = "missing-volatility"
    NOT_A_NUMBER = "not-a-number"


@dataclass(frozen=True, slots=True)
class Failure:
    """One item that could not be valued; it is in no number of the report.

    Parameters
    ----------
    reason
        One of :class:`Reason`.
    item
        The symbol, or the text of a refused row.
    message
        What is wrong and what to do, in words.
    row
        Row of the portfolio file, counted from 1; None where there is no file.
    column
        Column of the portfolio file that is to blame; empty where none is.
    value
        What the item would be worth in base currency as far as the input says (quantity × price of the
        file), signed; None where nothing is known. Missing is never zero.
    """

    reason: Reason
    item: str
    message: str
    row: int | None = None
    column: str = ""
    value: float | None = None
