"""The trading days of exchanges, by their code such as XNYS."""

import datetime as dt
from collections.abc import Callable
from functools import cache
from typing import Any

from plimsoll.errors import UsageError

__all__ = ["sessions_of"]


def sessions_of(code: str) -> Callable[[dt.date], bool]:
    """Return whether an exchange trades on a date; the first call takes seconds and belongs into a thread.

    Parameters
    ----------
    code
        ISO 10383 market code, such as XNYS.

    Raises
    ------
    UsageError
        If there is no calendar of that code.
    """
    now = dt.datetime.now(dt.UTC)
    calendar = _calendar(code, now.year, now.month)
    first, last = calendar.first_session.date(), calendar.last_session.date()
    return lambda date: bool(first <= date <= last and calendar.is_session(date.isoformat()))


@cache
def _calendar(code: str, year: int, month: int) -> Any:  # noqa: ARG001 - it ends a year from now: soon another
    import exchange_calendars
    from exchange_calendars.errors import InvalidCalendarName

    try:
        return exchange_calendars.get_calendar(code, start=f"{year - 1}-01-01")
    except InvalidCalendarName:
        remedy = "Name an exchange by its ISO 10383 code, such as XNYS or XLON."
        raise UsageError("there is no calendar of that exchange", remedy=remedy) from None
