"""The gate: every way in which a tick can be wrong is counted, and what is doubtful is kept for people."""

import datetime as dt
import math

import pytest

from plimsoll.workflows.live_ticks import LastTick, Rejection, Tick, TickGate

NOW = dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC)
AS_OF = dt.date(2026, 6, 30)


def tick(price: float, seconds: float = 0.0, symbol: str = "AAA", source: str = "test") -> Tick:
    """Return a tick some seconds before noon."""
    return Tick(symbol, price, NOW - dt.timedelta(seconds=seconds), source)


def gate(**levels: float) -> TickGate:
    """Return a gate of the day before."""
    return TickGate(levels or {"AAA": 100.0}, AS_OF)


def test_the_last_of_several_counts() -> None:
    """Three good ticks of one symbol are one level, and three that were believed."""
    found = gate()
    assert found.pass_on([tick(101.0, 3), tick(102.0, 2), tick(99.0, 1)], NOW) == ({"AAA": 99.0}, 3)
    assert found.last["AAA"] == LastTick(99.0, NOW - dt.timedelta(seconds=1), "test")
    assert found.ticked() == found.last


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (tick(1.0, symbol="ZZZ"), Rejection.UNKNOWN_SYMBOL),
        (tick(101.0, 10), Rejection.OLDER),
        (tick(100.5, 5), Rejection.DUPLICATE),
        (tick(101.0, -6), Rejection.AHEAD),
        (tick(math.nan), Rejection.NOT_A_PRICE),
        (tick(math.inf), Rejection.NOT_A_PRICE),
        (tick(1005.0), Rejection.JUMP),
        (tick(10.0), Rejection.JUMP),
        (tick(10_300.0), Rejection.MINOR_UNIT),
        (tick(0.99), Rejection.MINOR_UNIT),
    ],
)
def test_a_wrong_tick_is_counted_and_the_last_level_stands(one: Tick, reason: Rejection) -> None:
    """Each rule by itself, after one good tick."""
    found = gate()
    found.pass_on([tick(100.5, 5)], NOW)
    assert found.pass_on([one], NOW) == ({}, 0)
    assert found.rejected == {reason: 1}
    assert found.last["AAA"].price == 100.5


def test_a_tick_from_before_the_day_of_the_run_is_old() -> None:
    """The market of the run is later."""
    found = gate()
    found.pass_on([Tick("AAA", 101.0, dt.datetime(2026, 6, 29, 23, tzinfo=dt.UTC))], NOW)
    assert found.rejected == {Rejection.OLDER: 1}


def test_two_prices_of_one_instant_are_both_good() -> None:
    """Exchanges give several trades one time; the later one to come counts."""
    found = gate()
    assert found.pass_on([tick(101.0), tick(102.0)], NOW) == ({"AAA": 102.0}, 2)


def test_a_doubtful_price_is_a_finding_until_somebody_believes_it() -> None:
    """It says what was seen and what stands; believing takes it over, and a good tick forgets it."""
    found = gate()
    found.pass_on([tick(10_000.0, 2)], NOW)
    finding = found.findings[0]
    assert (finding.rule, finding.before, finding.after) == (Rejection.MINOR_UNIT, 100.0, 10_000.0)
    assert finding.message == (
        "10000 is 100 times 100, which stands until somebody says that the new price is right"
    )
    assert found.believe("AAA") == tick(10_000.0, 2)
    assert found.last["AAA"].price == 10_000.0
    assert found.believe("AAA") is None
    found.pass_on([tick(1.0, 1), tick(9_000.0)], NOW)
    assert found.held_back == {}


def test_zero_and_a_change_of_sign_are_for_the_book_to_judge() -> None:
    """There is no ratio; a share may be worth nothing and oil less than nothing."""
    found = gate(AAA=3.0)
    assert found.pass_on([tick(0.0, 3), tick(-36.98, 2), tick(0.5, 1)], NOW) == ({"AAA": 0.5}, 3)


def test_factors_that_are_told_apart_are_judged_at_once() -> None:
    """Where it is known which factors may be below zero, zero and less of the others is no price."""
    found = TickGate({"AAA": 3.0, "OIL": 3.0}, AS_OF, signed={"OIL"})
    at = NOW - dt.timedelta(seconds=1)
    ticks = [Tick("AAA", 0.0, at), Tick("AAA", -1.0, at), Tick("OIL", -1.0, at), Tick("OIL", 50.0, at)]
    assert found.pass_on(ticks, NOW) == ({"OIL": -1.0}, 1)
    assert found.rejected == {Rejection.NOT_A_PRICE: 2, Rejection.JUMP: 1}
    assert found.last["AAA"].price == 3.0


def test_a_level_that_the_book_refuses_is_taken_back() -> None:
    """The good level stands again, at the time of the bad tick, and a finding says so."""
    found = gate()
    found.pass_on([tick(0.0)], NOW)
    found.take_back("AAA", 100.0, "0: it must be above zero; 100 stands")
    assert found.last["AAA"] == LastTick(100.0, NOW, "test")
    assert found.findings[0].after == 0.0
    assert found.rejected == {Rejection.NOT_A_PRICE: 1}


def test_a_time_without_a_zone_is_refused() -> None:
    """It would mean another instant on another machine."""
    with pytest.raises(ValueError, match="no time zone"):
        Tick("AAA", 1.0, NOW.replace(tzinfo=None))


def test_a_jump_factor_lies_above_one() -> None:
    """One would hold back every price."""
    with pytest.raises(ValueError, match="above 1"):
        TickGate({}, AS_OF, jump_factor=1.0)
