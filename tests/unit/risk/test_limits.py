"""Limits: when they are reached, and when a measure is back."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.risk.limits import (
    Bound,
    Limit,
    LimitMeasure,
    Measured,
    State,
    Unit,
    evaluate,
    evaluate_nodes,
    node_of,
)

RANK = {State.OK: 0, State.WARNING: 1, State.BREACHED: 2}
VAR = Limit(measure=LimitMeasure.VAR, soft=80.0, hard=100.0, hysteresis=0.1)
_NUMBERS = st.floats(-1e9, 1e9)
_KNOWN = st.sampled_from(list(RANK))


@st.composite
def _limits(draw: st.DrawFn) -> Limit:
    levels = sorted((draw(_NUMBERS), draw(_NUMBERS)))
    bound = draw(st.sampled_from(Bound))
    soft, hard = levels if bound is Bound.UPPER else reversed(levels)
    shown = draw(st.sampled_from([(soft, hard), (soft, None), (None, hard)]))
    return Limit(
        measure=LimitMeasure.ES,
        bound=bound,
        soft=shown[0],
        hard=shown[1],
        hysteresis=draw(st.floats(0.0, 0.99)),
    )


def _state(limit: Limit, value: float, previous: State = State.OK) -> State:
    return evaluate(limit, Measured(value=value), previous).state


@given(_limits(), _NUMBERS, _NUMBERS, _KNOWN)
def test_more_is_never_better(limit: Limit, one: float, other: float, previous: State) -> None:
    """Whatever the state before, a measure farther in the direction of the limit has no milder state."""
    near, far = sorted((one, other), reverse=limit.bound is Bound.LOWER)
    assert RANK[_state(limit, near, previous)] <= RANK[_state(limit, far, previous)]


@given(_limits(), st.lists(_NUMBERS, min_size=1, max_size=20))
def test_a_measure_inside_the_band_never_flaps(limit: Limit, values: list[float]) -> None:
    """Once a level is reached, no sequence of measures within its band changes the state."""
    level, width = limit.level, limit.hysteresis * abs(limit.level)
    sign = 1.0 if limit.bound is Bound.UPPER else -1.0
    state = reached = _state(limit, level)
    assert reached is (State.WARNING if limit.hard is None else State.BREACHED)
    for value in values:
        inside = level - sign * width * (abs(value) / 1e9)
        if sign * inside < sign * level - width:  # a rounding error outside
            continue
        state = _state(limit, inside, state)
        assert state is reached


def test_it_opens_at_the_level_and_closes_below_the_band() -> None:
    """Reaching the level counts, coming back to the edge of the band does not, falling below it does."""
    path = (99.9, 100.0, 90.0, 89.9, 80.0, 72.0, 71.9, 79.9, 80.0)
    states, state = [], State.OK
    for value in path:
        state = _state(VAR, value, state)
        states.append(state.value)
    assert states == ["warning", "breached", "breached", *["warning"] * 3, "ok", "ok", "warning"]


def test_a_lower_bound_is_the_mirror() -> None:
    """A lower bound treats a measure as an upper one treats its negative."""
    lower = Limit(measure=LimitMeasure.DAY_PNL, bound=Bound.LOWER, soft=-80.0, hard=-100.0, hysteresis=0.1)
    for value in (-120.0, -100.0, -95.0, -90.0, -85.0, -70.0, 10.0):
        for previous in RANK:
            assert _state(lower, value, previous) is _state(VAR, -value, previous)
    assert evaluate(lower, Measured(value=-50.0)).utilisation == 0.5
    assert evaluate(lower, Measured(value=50.0)).utilisation == 0.0


@pytest.mark.parametrize("value", [None, math.nan, math.inf])
@pytest.mark.parametrize("previous", State)
def test_what_is_not_measured_is_unknown(value: float | None, previous: State) -> None:
    """A missing, NaN or infinite measure is never ok, whatever was before, and says why."""
    found = evaluate(VAR, Measured(value=value, missing="no prices"), previous)
    assert (found.state, found.value, found.utilisation) == (State.UNKNOWN, None, None)
    assert found.missing == "no prices"
    assert evaluate(VAR, Measured(value=value)).missing


def test_what_is_measured_in_part_is_never_ok() -> None:
    """A part that is beyond the limit counts; a part that is within says nothing about the whole."""
    states = [
        evaluate(VAR, Measured(value=value, missing="without X")).state for value in (50.0, 90.0, 110.0)
    ]
    assert states == [State.UNKNOWN, State.WARNING, State.BREACHED]


def test_another_confidence_or_horizon_says_nothing() -> None:
    """A measure at 95 % is unknown to a limit at 99 %, and one over ten days to one over a day."""
    assert evaluate(VAR, Measured(value=1.0, confidence=0.95)).state is State.UNKNOWN
    assert evaluate(VAR, Measured(value=1.0, horizon_days=10)).state is State.UNKNOWN
    assert evaluate(VAR, Measured(value=1.0, confidence=0.99, horizon_days=1)).state is State.OK
    value = replace(VAR, measure=LimitMeasure.VALUE)
    assert evaluate(value, Measured(value=1.0, confidence=0.95, horizon_days=10)).state is State.OK


def test_a_level_inside_the_interval_has_a_probability() -> None:
    """The probability is that of being beyond, on either side; outside the interval there is none."""
    around = Measured(value=100.0, low=90.0, high=110.0)
    assert evaluate(VAR, around).probability == 0.5
    near = evaluate(replace(VAR, hard=105.0), around).probability
    lower = Limit(measure=LimitMeasure.VAR, bound=Bound.LOWER, hard=105.0)
    beyond = evaluate(lower, around).probability
    assert near is not None
    assert beyond is not None
    assert 0.0 < near < 0.5
    assert math.isclose(near + beyond, 1.0)
    assert evaluate(replace(VAR, hard=120.0), around).probability is None
    assert evaluate(VAR, Measured(value=100.0)).probability is None


@pytest.mark.parametrize(
    ("bound", "level", "value", "used"),
    [
        (Bound.UPPER, 100.0, 50.0, 0.5),
        (Bound.UPPER, 100.0, -50.0, 0.0),
        (Bound.UPPER, 0.0, 50.0, None),
        (Bound.UPPER, -100.0, -50.0, None),
        (Bound.LOWER, 100.0, 200.0, 0.5),
        (Bound.LOWER, 100.0, -1.0, None),
    ],
)
def test_utilisation_is_one_at_the_level(
    bound: Bound, level: float, value: float, used: float | None
) -> None:
    """It is the share of the limit that is used; where that makes no sense there is none."""
    limit = Limit(measure=LimitMeasure.VALUE, bound=bound, hard=level)
    assert evaluate(limit, Measured(value=value)).utilisation == used
    if used is not None:
        assert evaluate(limit, Measured(value=level)).utilisation == 1.0


def test_a_fraction_needs_something_to_be_a_fraction_of() -> None:
    """Value and interval are divided; a book worth nothing or less makes it unknown, with the reason."""
    share = Measured(value=5.0, low=4.0, high=None).per(100.0)
    assert (share.value, share.low, share.high) == (0.05, 0.04, None)
    for whole in (None, 0.0, -1.0, math.nan):
        assert Measured(value=5.0).per(whole).value is None
        assert Measured(value=5.0).per(whole).missing


def test_many_nodes_are_held_against_their_limits() -> None:
    """Each limit meets the measure of its node in its unit; what is not there is unknown."""
    growth = node_of({"desk": "Growth"})
    limits = {
        "money": Limit(measure=LimitMeasure.VAR, node=growth, hard=10.0),
        "fraction": Limit(measure=LimitMeasure.VAR, node=growth, unit=Unit.FRACTION, hard=0.2),
        "share": Limit(measure=LimitMeasure.SHARE, node=growth, unit=Unit.FRACTION, hard=0.5),
        "elsewhere": Limit(measure=LimitMeasure.VAR, node=node_of({"desk": "Value"}), hard=1.0),
        "held": Limit(measure=LimitMeasure.VALUE, hard=105.0, hysteresis=0.1),
    }
    nodes = {
        (): {LimitMeasure.VALUE: Measured(value=100.0)},
        growth: {LimitMeasure.VAR: Measured(value=15.0), LimitMeasure.SHARE: Measured(value=0.6)},
    }
    found = evaluate_nodes(limits, nodes, {"held": State.BREACHED})
    states = {name: state.state.value for name, state in found.items()}
    assert states == {
        "money": "breached",
        "fraction": "ok",
        "share": "breached",
        "elsewhere": "unknown",
        "held": "breached",
    }
    assert found["fraction"].value == 0.15
    assert evaluate_nodes({"f": limits["fraction"]}, {growth: nodes[growth]})["f"].state is State.UNKNOWN


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"hard": math.nan},
        {"soft": math.inf},
        {"soft": 2.0, "hard": 1.0},
        {"soft": 1.0, "hard": 2.0, "bound": Bound.LOWER},
        {"hard": 1.0, "hysteresis": 1.0},
        {"hard": 1.0, "hysteresis": -0.1},
        {"hard": 1.0, "hysteresis": math.nan},
        {"hard": 1.0, "confidence": 0.5},
        {"hard": 1.0, "horizon_days": 0},
        {"hard": 1.0, "measure": LimitMeasure.SHARE},
        {"hard": 1.0, "node": (("sector", "Tech"), ("desk", "Growth"))},
        {"hard": 1.0, "node": (("desk", "A"), ("desk", "B"))},
    ],
    ids=str,
)
def test_a_limit_that_makes_no_sense_is_refused(fields: dict[str, object]) -> None:
    """Levels are finite and in order, fractions are fractions, and a node names each attribute once."""
    with pytest.raises(ValueError, match=r".+"):
        Limit(**{"measure": LimitMeasure.VAR, **fields})  # type: ignore[arg-type] # that is the mistake


def test_measures_say_what_they_depend_on() -> None:
    """Tail measures depend on the confidence, shares are fractions, and values need no scenarios."""
    tail = {measure.value for measure in LimitMeasure if measure.is_tail}
    assert tail == {"var", "es", "component_var", "component_es", "incremental_var", "incremental_es"}
    assert {measure.value for measure in LimitMeasure if measure.is_share} == {"share", "largest_share"}
    unit = Unit.FRACTION
    free = {m.value for m in LimitMeasure if not Limit(measure=m, hard=1.0, unit=unit).needs_scenarios}
    assert free == {"value", "gross_value", "day_pnl", "share", "largest_share"}
