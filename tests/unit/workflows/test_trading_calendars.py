"""The trading days of exchanges."""

import datetime as dt

import pytest

from plimsoll.errors import UsageError
from plimsoll.workflows.trading_calendars import sessions_of


def test_holidays_and_weekends_are_no_sessions() -> None:
    """New York trades on weekdays, not at Christmas and not before the calendar begins or after it ends."""
    year = dt.datetime.now(dt.UTC).year
    is_session = sessions_of("XNYS")
    christmas = dt.date(year, 12, 25)
    assert not is_session(christmas)
    first = dt.date(year, 6, 1)
    week = [first + dt.timedelta(days=n) for n in range(7)]
    assert [is_session(day) for day in week if day.weekday() >= 5] == [False, False]
    assert sum(map(is_session, week)) == 5
    assert not is_session(dt.date(1990, 1, 2))
    assert not is_session(dt.date(2990, 1, 2))


def test_another_exchange_has_other_holidays() -> None:
    """On Boxing Day, or the weekday that stands for it, London rests and New York trades."""
    year = dt.datetime.now(dt.UTC).year
    after_christmas = [dt.date(year, 12, day) for day in range(26, 32)]
    london, new_york = sessions_of("XLON"), sessions_of("XNYS")
    assert any(new_york(day) and not london(day) for day in after_christmas)


@pytest.mark.parametrize("code", ["", "xnys", "NOWHERE"])
def test_what_is_no_exchange(code: str) -> None:
    """It is refused with where codes come from."""
    with pytest.raises(UsageError, match="no calendar"):
        sessions_of(code)
