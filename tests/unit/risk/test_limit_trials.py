"""How often a limit would have been reached by a series."""

import math

from hypothesis import given
from hypothesis import strategies as st

from plimsoll.risk.limit_trials import try_series
from plimsoll.risk.limits import Limit, LimitMeasure, State

LIMIT = Limit(measure=LimitMeasure.VAR, soft=80.0, hard=100.0, hysteresis=0.1)


@given(st.lists(st.floats(0.0, 200.0) | st.none(), max_size=30))
def test_it_counts_what_a_plain_loop_counts(values: list[float | None]) -> None:
    """Openings and days are those of a state machine written out by hand."""
    state, fired, warned, states = "ok", 0, 0, []
    for value in values:
        if value is None:
            states.append("unknown")
            continue
        before = state
        if value >= 100.0 or (before == "breached" and value >= 100.0 - 0.1 * 100.0):
            state = "breached"
        elif value >= 80.0 or (before != "ok" and value >= 80.0 - 0.1 * 80.0):
            state = "warning"
        else:
            state = "ok"
        fired += state == "breached" and before != "breached"
        warned += state == "warning" and before == "ok"
        states.append(state)
    found = try_series(LIMIT, values)
    assert (found.fired, found.warned) == (fired, warned)
    assert [one.value for one in found.states] == states
    assert found.days(State.BREACHED) == states.count("breached")


def test_what_is_unknown_neither_opens_nor_closes() -> None:
    """A gap inside a breach is one breach, not two."""
    found = try_series(LIMIT, [120.0, None, math.nan, 120.0])
    assert (found.fired, found.days(State.UNKNOWN)) == (1, 2)
