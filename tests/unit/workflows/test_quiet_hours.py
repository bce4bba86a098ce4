"""Quiet hours by the wall clock; test_notification_rules.py beside it has their laws."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from plimsoll.errors import UsageError
from plimsoll.workflows.quiet_hours import QuietHours


@pytest.mark.parametrize(
    ("at", "told"),
    [
        ("2026-06-30T19:59:00+00:00", "2026-06-30T19:59:00+00:00"),  # 21:59 in Berlin
        ("2026-06-30T20:00:00+00:00", "2026-07-01T05:00:00+00:00"),
        ("2026-03-28T23:00:00+00:00", "2026-03-29T05:00:00+00:00"),  # the night that lacks an hour
        ("2026-10-24T21:00:00+00:00", "2026-10-25T06:00:00+00:00"),  # the night that has one more
    ],
)
def test_quiet_hours_are_those_of_the_wall_clock(at: str, told: str) -> None:
    """From 22:00 to 07:00 in Berlin, by hand, in summer, winter and the nights between."""
    night = QuietHours(dt.time(22), dt.time(7), ZoneInfo("Europe/Berlin"))
    instant = dt.datetime.fromisoformat(at)
    assert (night.ends_after(instant) if night.covers(instant) else instant) == dt.datetime.fromisoformat(
        told
    )


def test_quiet_hours_need_two_times() -> None:
    """Hours that end when they begin are refused: all day or never, who knows."""
    with pytest.raises(UsageError, match="quiet hours"):
        QuietHours(dt.time(7), dt.time(7), ZoneInfo("UTC"))
