"""The board of last prices: what is taken; and the order in which instances hear is no matter."""

import datetime as dt
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from plimsoll.workflows.live_ticks import Tick
from plimsoll.workflows.tick_board import Level, Outcome, TickBoard

NOON = dt.datetime(2026, 6, 30, 12, tzinfo=dt.UTC)
LEVELS = st.builds(
    Level,
    price=st.floats(1.0, 2.0),
    at=st.integers(0, 3).map(lambda seconds: NOON + dt.timedelta(seconds=seconds)),
    stamp=st.integers(1, 3),
)


def board(**prices: float) -> TickBoard:
    """Return a board at noon that knows some prices of the day before."""
    made = TickBoard(clock=lambda: NOON)
    made.learn(prices, as_of=dt.date(2026, 6, 29))
    return made


def outcomes(on: TickBoard, *ticks: Tick) -> list[Outcome]:
    """Return what becomes of ticks."""
    return list(on.take(ticks).outcomes)


def test_later_prices_replace_earlier_ones_and_never_the_other_way() -> None:
    """An earlier time is old, the same once more too; another price of the same time counts."""
    on = board(AAPL=189.0)
    second = dt.timedelta(seconds=1)
    ticks = (
        Tick("AAPL", 190.0, NOON),
        Tick("AAPL", 188.0, NOON - second),
        Tick("AAPL", 190.0, NOON),
        Tick("AAPL", 191.0, NOON),
    )
    applied, old = Outcome.APPLIED, Outcome.OLD
    assert outcomes(on, *ticks) == [applied, old, old, applied]
    assert on.levels["aapl"].price == 191.0


def test_what_cannot_be_believed_is_quarantined() -> None:
    """Pence for pounds, a jump, and a time that has not come yet, which would shut out all true ticks."""
    on = board(VOD=73.5)
    wrong = (
        Tick("VOD", 7350.0, NOON),
        Tick("VOD", 1.0, NOON),
        Tick("VOD", 73.0, NOON + dt.timedelta(hours=1)),
    )
    assert outcomes(on, *wrong) == [Outcome.QUARANTINED] * 3
    assert outcomes(on, Tick("VOD", 73.0, NOON)) == [Outcome.APPLIED]


def test_a_price_that_cannot_be_opens_no_door_to_others() -> None:
    """Zero or less of a share is quarantined, and the next price is still held against the last good one."""
    on = board(AAPL=189.0)
    wrong = (Tick("AAPL", -3.0, NOON), Tick("AAPL", 0.0, NOON), Tick("AAPL", 1e300, NOON))
    assert outcomes(on, *wrong) == [Outcome.QUARANTINED] * 3
    assert outcomes(on, Tick("AAPL", 190.0, NOON)) == [Outcome.APPLIED]


def test_what_has_been_below_zero_may_be_there_again() -> None:
    """Crude oil goes through zero and back; by how much is judged on both sides."""
    on = board(AAPL=189.0)
    on.learn({"CL/F": 10.0}, as_of=dt.date(2026, 6, 29), signed=["CL/F"])
    ticks = [Tick("CL-F", price, NOON) for price in (-36.98, -1e300, 9.0)]
    assert outcomes(on, *ticks) == [Outcome.APPLIED, Outcome.QUARANTINED, Outcome.APPLIED]


def test_a_symbol_is_known_however_it_is_written() -> None:
    """A feed's BRK-B is BRK.B of the prices; what nobody has is unknown and takes no memory."""
    on = board(**{"BRK.B": 400.0})
    assert outcomes(on, Tick("BRK-B", 401.0, NOON), Tick("XYZ", 1.0, NOON)) == [
        Outcome.APPLIED,
        Outcome.UNKNOWN,
    ]
    assert on.knows("brk b")
    assert on.levels.keys() == {"brk.b"}


def test_new_prices_of_a_later_day_set_the_measure_anew() -> None:
    """After a split of ten the price set says what is normal; ticks of the days before are old."""
    on = board(NVDA=1200.0)
    assert outcomes(on, Tick("NVDA", 1210.0, NOON)) == [Outcome.APPLIED]
    on.learn({"NVDA": 121.0}, as_of=dt.date(2026, 7, 1))
    assert outcomes(on, Tick("NVDA", 1211.0, NOON)) == [Outcome.OLD]
    on.learn({"NVDA": 119.0}, as_of=dt.date(2026, 6, 30))
    assert on.knows("NVDA")


def test_counts_name_every_outcome() -> None:
    """An outcome that did not happen is zero, not absent."""
    counts = board(AAPL=189.0).take([Tick("AAPL", 190.0, NOON)]).counts
    assert counts == {Outcome.APPLIED: 1, Outcome.UNKNOWN: 0, Outcome.OLD: 0, Outcome.QUARANTINED: 0}


@given(levels=st.lists(LEVELS, min_size=1, max_size=8), data=st.data())
def test_the_order_in_which_levels_are_heard_is_no_matter(
    levels: Sequence[Level], data: st.DataObject
) -> None:
    """Two boards that hear the same levels, in any order and some of them twice, hold the same."""
    one, other = board(), board()
    for level in levels:
        one.merge({"aapl": level})
    for level in data.draw(st.permutations([*levels, *levels[:3]])):
        other.merge({"aapl": level})
    assert one.levels == other.levels


def test_what_was_decided_elsewhere_is_the_measure_here_too() -> None:
    """A level that was heard of stands against earlier ticks, and makes its symbol known."""
    on = board()
    news = on.merge({"aapl": Level(190.0, NOON, 1)})
    assert news.keys() == {"aapl"}
    assert on.merge({"aapl": Level(190.0, NOON, 1)}) == {}
    assert outcomes(on, Tick("AAPL", 191.0, NOON - dt.timedelta(seconds=1))) == [Outcome.OLD]
    assert on.newest == NOON
