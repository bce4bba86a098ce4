"""Dates as people and brokers write them, never guessing between day and month."""

import datetime as dt
import re
from collections.abc import Iterable
from enum import StrEnum

from plimsoll.errors import DataError

__all__ = ["DateOrder", "date_order", "read_date"]

_REMEDY = "Write year-month-day, such as 2026-01-16."
_YEAR_FIRST = re.compile(
    r"(\d{4})(?:([-/.])(\d{1,2})\2(\d{1,2})|(\d{2})(\d{2}))"
    r"(?:[T ]00:00(?::00(?:\.0+)?)?Z?)?",  # an export of midnights is one of dates
    re.ASCII,
)
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})", re.ASCII)
_DAY_NAME = re.compile(r"(\d{1,2})[-. ]{0,2}([A-Za-z]{3,9})[-., ]{0,2}(\d{4}|\d{2})", re.ASCII)
_NAME_DAY = re.compile(r"([A-Za-z]{3,9})[-. ]{0,2}(\d{1,2}),? (\d{4})", re.ASCII)
_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip


class DateOrder(StrEnum):
    """In which order the dates of a file that put the year last are written."""

    DAY_FIRST = "day-first"
    MONTH_FIRST = "month-first"
    UNKNOWN = "unknown"  # no date of the file tells, or they contradict each other


def date_order(cells: Iterable[str]) -> DateOrder:
    """Return the order that the dates in `cells` give evidence of; with points alone the day comes first.

    Examples
    --------
    >>> date_order(["03/04/2026", "16/01/2026"]).value
    'day-first'
    """
    matches = [match for cell in cells if (match := _YEAR_LAST.fullmatch(cell))]
    found = {_order_of(match) for match in matches} - {DateOrder.UNKNOWN}
    if not found and all(match[2] == "." for match in matches):
        return DateOrder.DAY_FIRST if matches else DateOrder.UNKNOWN
    return found.pop() if len(found) == 1 else DateOrder.UNKNOWN


def read_date(text: str, order: DateOrder, *, column: str = "") -> dt.date:
    """Read a date.

    Parameters
    ----------
    text
        ``2026-01-16``, ``20260116``, ``16/01/2026``, ``16.01.2026``, ``16 Jan 2026``, ``Jan 16, 2026`` and
        the like; English month names.
    order
        What the other dates of the file say about day and month. A date that can only be read in one way
        needs no order.
    column
        Named in the error.

    Raises
    ------
    DataError
        If it is no date, or could be two.

    Examples
    --------
    >>> read_date("03/04/2026", DateOrder.DAY_FIRST).isoformat()
    '2026-04-03'
    """
    try:
        found = _year_first(text) or _with_name(text) or _year_last(text, order, column)
    except ValueError:
        found = None
    if found is None:
        raise DataError(f"'{text[:30]}' is not a date", column=column, remedy=_REMEDY)
    return found


def _year_first(text: str) -> dt.date | None:
    match = _YEAR_FIRST.fullmatch(text)
    return match and dt.date(int(match[1]), int(match[3] or match[5]), int(match[4] or match[6]))


def _with_name(text: str) -> dt.date | None:
    if match := _DAY_NAME.fullmatch(text):
        day, name, year = match.groups()
    elif match := _NAME_DAY.fullmatch(text):
        name, day, year = match.groups()
    else:
        return None
    starts = [number for number, month in enumerate(_MONTHS, start=1) if month.startswith(name.lower())]
    if len(starts) != 1:
        return None
    return dt.date(int(year) + (2000 if len(year) == 2 else 0), starts[0], int(day))


def _year_last(text: str, order: DateOrder, column: str) -> dt.date | None:
    match = _YEAR_LAST.fullmatch(text)
    if match is None:
        return None
    first, second, year = int(match[1]), int(match[3]), int(match[4])
    own = _order_of(match)
    order = order if own is DateOrder.UNKNOWN else own
    if order is DateOrder.UNKNOWN and first != second:
        raise DataError(
            f"'{text}' can be read as day/month or as month/day, and the other dates do not tell which",
            column=column,
            remedy=_REMEDY,
        )
    return dt.date(year, first, second) if order is DateOrder.MONTH_FIRST else dt.date(year, second, first)


def _order_of(match: re.Match[str]) -> DateOrder:
    first, second = int(match[1]), int(match[3])
    if first > 12 >= second:
        return DateOrder.DAY_FIRST
    return DateOrder.MONTH_FIRST if second > 12 >= first else DateOrder.UNKNOWN
