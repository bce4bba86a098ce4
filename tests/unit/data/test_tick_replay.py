"""Recorded closes as ticks: every price is a recorded one, in an order that the seed decides."""

import datetime as dt

import numpy as np

from plimsoll.data.price_table import PriceTable
from plimsoll.data.tick_replay import replayed_closes

DATES = np.array(["2024-01-02", "2024-01-03", "2024-01-04", "2024-01-08"], "datetime64[D]")
PRICES = np.array([[1.0, 10.0, 5.0], [2.0, 20.0, 5.0], [np.nan, 30.0, 5.0], [4.0, 40.0, 5.0]])
TABLE = PriceTable(DATES, ("AAA", "BBB", "CCC"), PRICES, (None, None, None), "a test")
START = dt.date(2024, 1, 2)


def test_each_recorded_close_comes_once_on_its_day() -> None:
    """Nothing is interpolated, a gap has no tick, and what is not asked for stays away."""
    found = list(replayed_closes(TABLE, ["AAA", "BBB"], after=START))
    assert {(one.symbol, str(one.at.date()), one.price) for one in found} == {
        ("AAA", "2024-01-03", 2.0),
        ("BBB", "2024-01-03", 20.0),
        ("BBB", "2024-01-04", 30.0),
        ("AAA", "2024-01-08", 4.0),
        ("BBB", "2024-01-08", 40.0),
    }


def test_ticks_come_in_the_order_of_time_a_day_apart() -> None:
    """Time of the replay counts trading days, that of the tick calendar days."""
    found = list(replayed_closes(TABLE, ["AAA", "BBB", "CCC"], after=START))
    assert [one.days for one in found] == sorted(one.days for one in found)
    assert [one.at for one in found] == sorted(one.at for one in found)
    assert [int(one.days) for one in found] == [0, 0, 0, 1, 1, 2, 2, 2]
    assert {one.at.tzinfo for one in found} == {dt.UTC}


def test_the_same_seed_gives_the_same_ticks_wherever_the_replay_starts() -> None:
    """A day has its own moments; another seed has others."""
    everything = list(replayed_closes(TABLE, ["AAA", "BBB"], after=START, seed=4))
    later = list(replayed_closes(TABLE, ["AAA", "BBB"], after=dt.date(2024, 1, 4), seed=4))
    assert [one.at for one in everything[-2:]] == [one.at for one in later]
    assert later != list(replayed_closes(TABLE, ["AAA", "BBB"], after=dt.date(2024, 1, 4), seed=5))
