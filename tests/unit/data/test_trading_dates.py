"""The calendar of a book follows the majority of its series, and says what it leaves out."""

import datetime as dt

import numpy as np
import pytest

from plimsoll.data.trading_dates import rows_until, trading_dates, window_rows
from plimsoll.errors import DataError
from plimsoll.risk.assumptions import Assumption

_DAYS = np.arange("2024-01-01", "2024-01-29", dtype="datetime64[D]")  # Monday to Sunday, four weeks
_WEEKEND = np.is_busday(_DAYS) == np.False_


def _book(shares: int, coins: int) -> np.ndarray:
    prices = np.ones((len(_DAYS), shares + coins))
    prices[_WEEKEND, :shares] = np.nan
    return prices


def _window(
    prices: np.ndarray, as_of: dt.date | None = None, observations: int = 99
) -> tuple[np.ndarray, list[Assumption]]:
    reached = rows_until(_DAYS, as_of, "x.csv")
    rows, notes = window_rows(_DAYS, prices[:reached], as_of=as_of, observations=observations, source="x.csv")
    return rows, list(notes)


@pytest.mark.parametrize(
    ("shares", "coins", "weekends"), [(3, 1, False), (1, 1, False), (2, 2, False), (0, 2, True), (1, 3, True)]
)
def test_a_weekend_needs_more_than_half_of_the_series(shares: int, coins: int, weekends: bool) -> None:
    """Weekends count when most series trade on them, not on account of as many coins as shares."""
    rows = trading_dates(_DAYS, _book(shares, coins))
    assert len(rows) == (28 if weekends else 20)


def test_a_holiday_of_one_of_two_shares_is_a_trading_date() -> None:
    """At a tie the date counts where the two halves trade about equally often, whichever is absent."""
    prices = _book(2, 0)
    prices[3, 0] = prices[10, 1] = prices[16:18, 1] = np.nan
    assert len(trading_dates(_DAYS, prices)) == 20


def test_a_weekly_fund_does_not_make_the_calendar() -> None:
    """Beside a share, weekly funds have no vote, however many; alone they have, and after all else ended."""
    prices = _book(1, 3)
    prices[:, 1:] = np.nan
    prices[4::7, 1:] = 1
    assert len(trading_dates(_DAYS, prices)) == 20
    assert trading_dates(_DAYS, prices[:, 1:]).tolist() == [4, 11, 18, 25]
    prices[5:, 0] = np.nan
    assert trading_dates(_DAYS, prices).tolist() == [0, 1, 2, 3, 4, 18, 25]


def test_a_series_counts_between_its_first_and_last_price() -> None:
    """Before they start, and ten days after they end, series are not expected."""
    prices = np.full((28, 3), np.nan)
    prices[:, 0] = 1
    prices[:2, 1:] = 1
    assert trading_dates(_DAYS, prices).tolist() == [0, 1, *range(12, 28)]
    prices[:2, 1:] = np.nan
    prices[26:, 1:] = 1
    assert len(trading_dates(_DAYS, prices)) == 28


def test_no_prices_make_no_dates() -> None:
    """Neither empty columns nor no columns have a calendar."""
    assert len(trading_dates(_DAYS, np.full((28, 2), np.nan))) == 0
    assert len(trading_dates(_DAYS, np.empty((28, 0)))) == 0


def test_the_window_is_the_last_dates() -> None:
    """The last observations are taken, fewer where there are no more."""
    rows, notes = _window(_book(0, 1), observations=5)
    assert rows.tolist() == [23, 24, 25, 26, 27]
    assert notes == []
    assert len(_window(_book(0, 1))[0]) == 28


def test_dates_left_out_are_counted() -> None:
    """Weekends on which one coin of four has a price are reported, within the window."""
    rows, notes = _window(_book(3, 1))
    assert len(rows) == 20
    assert [note.topic for note in notes] == ["calendar"]
    assert "6 dates" in notes[0].text


@pytest.mark.parametrize(
    ("as_of", "last", "topic", "text"),
    [
        (dt.date(2024, 1, 19), "2024-01-19", "", ""),
        (dt.date(2024, 1, 21), "2024-01-19", "as-of", "2024-01-21 is no trading date"),
        (dt.date(2024, 1, 29), "2024-01-26", "stale", "3 days old"),
        (dt.date(2024, 1, 27), "2024-01-26", "as-of", "no trading date"),
    ],
)
def test_the_date_of_the_report(as_of: dt.date, last: str, topic: str, text: str) -> None:
    """A weekend means the Friday before; a date after the prices means their last, with its age."""
    rows, notes = _window(_book(3, 1), as_of)
    assert str(_DAYS[rows[-1]]) == last
    about_date = [note for note in notes if note.topic != "calendar"]
    assert [note.topic for note in about_date] == ([topic] if topic else [])
    assert text in "".join(note.text for note in about_date)


def test_one_day_is_a_day() -> None:
    """The age of one day is written in the singular."""
    assert "1 day old" in _window(_book(0, 1), dt.date(2024, 1, 29))[1][0].text


def test_long_holes_are_reported() -> None:
    """A move over more than ten days is one move, and the report says so."""
    prices = _book(0, 1)
    prices[3:20] = np.nan
    rows, notes = _window(prices)
    assert len(rows) == 11
    assert "1, the longest from 2024-01-03 to 2024-01-21" in notes[0].text


def test_a_date_before_the_prices_is_refused() -> None:
    """The remedy names the first date that can be had."""
    with pytest.raises(DataError, match="start on 2024-01-01") as caught:
        rows_until(_DAYS, dt.date(2023, 12, 31), "x.csv")
    assert "2024-01-01" in caught.value.remedy
    assert rows_until(_DAYS, None, "x.csv") == 28


@pytest.mark.parametrize(("count", "message"), [(0, "no dates"), (1, "1 date")])
def test_fewer_than_two_dates_are_refused(count: int, message: str) -> None:
    """One date shows no move."""
    prices = np.full((28, 1), np.nan)
    prices[:count] = 1
    with pytest.raises(DataError, match=message):
        _window(prices)
    with pytest.raises(DataError, match="up to 2024-01-09"):
        _window(prices, dt.date(2024, 1, 9))
