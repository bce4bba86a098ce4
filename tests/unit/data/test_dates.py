"""Dates, never guessing between day and month."""

import datetime as dt
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.data.dates import DateOrder, date_order, read_date
from plimsoll.errors import DataError

JANUARY_16 = dt.date(2026, 1, 16)


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-16", "2026-1-16", "2026/01/16", "2026.01.16", "20260116", "2026-01-16T00:00:00",
        "2026-01-16 00:00",
        "2026-01-16T00:00:00.000Z", "16/01/2026", "16.01.2026", "16-01-2026", "01/16/2026",
        "16 Jan 2026", "16-Jan-26",
        "16JAN26", "16 January 2026", "Jan 16, 2026", "January 16 2026",
    ],
)  # fmt: skip
def test_clear_dates_need_no_order(text: str) -> None:
    """A date that can be read in one way only is read."""
    assert read_date(text, DateOrder.UNKNOWN) == JANUARY_16


@pytest.mark.parametrize(
    "text",
    ["soon", "2026-13-01", "2026-02-30", "31/31/2026", "16/01/26", "16/01-2026", "46000",
        "16 Foo 2026", "16 Ma 2026",
     "2026-01-16T09:30:00", "0000-01-01", "١٦/٠١/٢٠٢٦", "2026-01/16", "30 Feb 2026", "J 16, 2026"],
)  # fmt: skip
def test_what_is_no_date_is_refused(text: str) -> None:
    """A text that is no date is refused with column and remedy."""
    with pytest.raises(DataError, match="is not a date") as caught:
        read_date(text, DateOrder.DAY_FIRST, column="Expiry")
    assert caught.value.column == "Expiry"
    assert "2026-01-16" in caught.value.remedy


def test_an_unclear_date_follows_the_file_or_is_refused() -> None:
    """The other dates of the file decide between day and month; without them the date is refused."""
    assert read_date("03/04/2026", DateOrder.DAY_FIRST) == dt.date(2026, 4, 3)
    assert read_date("03/04/2026", DateOrder.MONTH_FIRST) == dt.date(2026, 3, 4)
    with pytest.raises(DataError, match="day/month or as month/day"):
        read_date("03/04/2026", DateOrder.UNKNOWN)


def test_unclear_dates_that_cannot_differ_are_read() -> None:
    """Where day equals month, nothing is refused."""
    assert read_date("04/04/2026", DateOrder.UNKNOWN) == dt.date(2026, 4, 4)


def test_a_clear_date_overrules_the_file() -> None:
    """A date that can be read in one way only is read in that way."""
    assert read_date("16/01/2026", DateOrder.MONTH_FIRST) == JANUARY_16


@pytest.mark.parametrize(
    ("cells", "order"),
    [
        (["16/01/2026", "03/04/2026"], DateOrder.DAY_FIRST),
        (["01/16/2026"], DateOrder.MONTH_FIRST),
        (["03/04/2026", "2026-01-16", ""], DateOrder.UNKNOWN),
        (["16/01/2026", "01/16/2026"], DateOrder.UNKNOWN),
        (["03.04.2026", "16 Jan 2026"], DateOrder.DAY_FIRST),
        (["03.04.2026", "01.16.2026"], DateOrder.MONTH_FIRST),
        (["03.04.2026", "03/04/2026"], DateOrder.UNKNOWN),
        (["16.01.2026", "01.16.2026", "03.04.2026"], DateOrder.UNKNOWN),
        ([], DateOrder.UNKNOWN),
        (["45/45/2026"], DateOrder.UNKNOWN),
    ],
)
def test_the_order_is_what_all_clear_dates_say(cells: list[str], order: DateOrder) -> None:
    """Evidence of one kind decides, then points alone; none or contradictory evidence does not."""
    assert date_order(cells) is order


@given(
    day=st.dates(dt.date(1900, 1, 1)),
    pattern=st.sampled_from(["%Y-%m-%d", "%Y%m%d", "%d %b %Y", "%B %d, %Y"]),
)
def test_a_written_date_reads_back(day: dt.date, pattern: str) -> None:
    """A date written in any clear way reads back equal."""
    assert read_date(day.strftime(pattern), DateOrder.UNKNOWN) == day


@given(st.text(alphabet="0123456789-/. JanFeb", max_size=15))
def test_any_text_is_a_date_or_refused(text: str) -> None:
    """No text raises anything but DataError."""
    with suppress(DataError):
        read_date(text, DateOrder.UNKNOWN)
