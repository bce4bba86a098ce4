"""Ages by clocks that may be wrong."""

import datetime as dt

import pytest

from plimsoll.security.clocks import SKEW, is_younger

NOON = dt.datetime(2026, 6, 30, 12, tzinfo=dt.UTC)
HOUR, SECOND = dt.timedelta(hours=1), dt.timedelta(seconds=1)


@pytest.mark.parametrize(
    ("passed", "expected"),
    [
        (dt.timedelta(), True),
        (HOUR - SECOND, True),
        (HOUR, False),
        (SECOND - SKEW, True),
        (-SKEW, False),
        (-HOUR, False),
    ],
    ids=str,
)
def test_what_lies_in_the_future_is_not_young(passed: dt.timedelta, expected: bool) -> None:
    """Beyond what the clocks of two instances may differ by, and so does what has lived its life."""
    assert is_younger(NOON, HOUR, NOON + passed) is expected
