"""Cron expressions on the wall clock of a place."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plimsoll.errors import UsageError
from plimsoll.workflows.cron import firings, parse_cron, time_zone

NEW_YORK, UTC = ZoneInfo("America/New_York"), ZoneInfo("UTC")


def _at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def _next(text: str, zone: ZoneInfo, after: str, count: int = 3) -> list[str]:
    return [f"{at:%Y-%m-%d %H:%M}" for at in firings(parse_cron(text), zone, after=_at(after), count=count)]


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("* * * * *", ["2026-06-30 12:01", "2026-06-30 12:02"]),
        ("*/20 * * * *", ["2026-06-30 12:20", "2026-06-30 12:40"]),
        ("5/25 * * * *", ["2026-06-30 12:05", "2026-06-30 12:30"]),
        ("30 18 * * mon-fri", ["2026-06-30 18:30", "2026-07-01 18:30"]),
        ("0 0 1 jan,jul *", ["2026-07-01 00:00", "2027-01-01 00:00"]),
        ("0 9 * * 7", ["2026-07-05 09:00", "2026-07-12 09:00"]),
        ("0 9 * * sun", ["2026-07-05 09:00", "2026-07-12 09:00"]),
        ("0 9 29 2 *", ["2028-02-29 09:00"]),
        (
            "0 9 13 * fri",
            ["2026-07-03 09:00", "2026-07-10 09:00", "2026-07-13 09:00"],
        ),  # either, as cron has it
        ("15-45/15 10-11 * * *", ["2026-07-01 10:15", "2026-07-01 10:30", "2026-07-01 10:45"]),
    ],
)
def test_the_fields_of_cron(text: str, times: list[str]) -> None:
    """Stars, steps, ranges, lists and names mean what they mean to cron."""
    assert _next(text, UTC, "2026-06-30 12:00", len(times)) == times


@pytest.mark.parametrize(
    "text",
    [
        *("", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 8"),
        *("a * * * *", "5-1 * * * *", "*/0 * * * *", "*/ * * * *", "1,,2 * * * *", "-1 * * * *"),
        *("1- * * * *", "٣ * * * *"),
    ],
)
def test_what_is_no_expression(text: str) -> None:
    """It is refused with an example of one."""
    with pytest.raises(UsageError, match="no cron expression"):
        parse_cron(text)


def test_what_never_happens() -> None:
    """The 30th of February is no day."""
    with pytest.raises(UsageError, match="never happens"):
        parse_cron("0 0 30 2 *")


def test_the_clock_skips_an_hour_in_spring() -> None:
    """A time that does not exist on 8 March 2026 happens an hour later that day, and all others on time."""
    assert _next("30 2 * * *", NEW_YORK, "2026-03-07 06:00", 3) == [
        "2026-03-07 07:30",
        "2026-03-08 07:30",  # 02:30 is skipped; this is 03:30 in summer time
        "2026-03-09 06:30",
    ]
    assert _next("30 18 * * *", NEW_YORK, "2026-03-07 12:00", 3) == [
        "2026-03-07 23:30",
        "2026-03-08 22:30",
        "2026-03-09 22:30",
    ]
    assert _next("30 * * * *", NEW_YORK, "2026-03-08 06:00", 2) == ["2026-03-08 06:30", "2026-03-08 07:30"]


def test_the_clock_shows_an_hour_twice_in_autumn() -> None:
    """On 1 November 2026 half past one comes twice, and the schedule once: the first time."""
    assert _next("30 1 * * *", NEW_YORK, "2026-10-31 06:00", 2) == ["2026-11-01 05:30", "2026-11-02 06:30"]


def test_an_hour_may_be_half_an_hour() -> None:
    """Lord Howe Island moves its clocks by thirty minutes: 02:15 is skipped on 4 October 2026."""
    lord_howe = ZoneInfo("Australia/Lord_Howe")
    assert _next("15 2 * * *", lord_howe, "2026-10-03 12:00", 2) == ["2026-10-03 15:45", "2026-10-04 15:15"]


def test_only_on_sessions() -> None:
    """A day on which the exchange does not trade is passed over, whatever the expression says."""
    cron, closed = parse_cron("0 12 * * *"), dt.date(2026, 7, 3)
    found = firings(cron, UTC, after=_at("2026-07-02 00:00"), count=2, is_session=lambda day: day != closed)
    assert [at.day for at in found] == [2, 4]
    assert firings(cron, UTC, after=_at("2026-07-02 00:00"), count=2, is_session=lambda _: False) == []


@settings(max_examples=40, deadline=None)
@given(
    minute=st.integers(0, 59),
    hour=st.integers(0, 23),
    zone=st.sampled_from(["America/New_York", "Europe/London", "Australia/Sydney", "Asia/Kolkata"]),
    day=st.integers(0, 700),
)
def test_once_on_each_local_day(minute: int, hour: int, zone: str, day: int) -> None:
    """Whatever the clocks do, a daily schedule fires in order and exactly once on each day of the place."""
    place = time_zone(zone)
    after = dt.datetime(2026, 1, 1, tzinfo=dt.UTC) + dt.timedelta(days=day)
    found = firings(parse_cron(f"{minute} {hour} * * *"), place, after=after, count=5)
    days = [at.astimezone(place).date() for at in found]
    assert found == sorted(set(found))
    assert days == [days[0] + dt.timedelta(days=n) for n in range(5)]


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "../etc/passwd", "America", "/etc/localtime"])
def test_what_is_no_time_zone(name: str) -> None:
    """It is refused, and no file outside of the time zones is read."""
    with pytest.raises(UsageError, match="time zone"):
        time_zone(name)
