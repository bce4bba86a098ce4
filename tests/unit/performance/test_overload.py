"""The limit finds what a process can do, and what matters most gets in."""

import heapq
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.performance.overload import AdaptiveLimit, Admission, Priority


class Clock:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


def limit_of(clock: Clock, **bounds: float) -> AdaptiveLimit:
    """Return a limit of 100 for things of at most 0.1 s."""
    return AdaptiveLimit(
        **{"target_seconds": 0.1, "first": 100.0, "least": 10.0, "most": 200.0, **bounds}, clock=clock
    )


@given(st.lists(st.tuples(st.booleans(), st.floats(0.0, 1.0)), max_size=300))
def test_the_limit_stays_within_its_bounds(steps: list[tuple[bool, float]]) -> None:
    """Whatever happens, and the count of what is under way is never negative."""
    clock = Clock()
    limit = limit_of(clock)
    for begins, seconds in steps:
        clock.now += seconds
        if begins and limit.has_place():
            limit.begin()
        elif limit.under_way:
            limit.end(seconds)
        assert 10.0 <= limit.limit <= 200.0
        assert 0 <= limit.under_way <= 200


def test_a_crowd_counts_once() -> None:
    """Of a hundred slow ones that were under way together only the first lowers the limit."""
    clock = Clock()
    limit = limit_of(clock)
    for _ in range(100):
        limit.begin()
    for _ in range(40):
        limit.end(0.125)
    assert limit.limit == 80.0
    clock.now = 0.2
    limit.end(0.125)
    assert limit.limit == 64.0
    clock.now = 0.4
    limit.end(60.0)
    assert limit.limit == pytest.approx(19.2)


def test_an_idle_process_does_not_forget_its_limit() -> None:
    """One slow thing at a time says nothing about how many there may be."""
    clock = Clock()
    limit = limit_of(clock)
    for _ in range(50):
        limit.begin()
        clock.now += 1.0
        limit.end(1.0)
    assert limit.limit == 100.0


def test_the_more_important_gets_in_first() -> None:
    """As places fill up, calculations are refused, then writes, then reads; what is vital never is."""
    admission = Admission(clock=Clock())
    refused: list[Priority] = []
    for _ in range(2000):
        admission.enter(Priority.READ)
        for priority in (Priority.CALCULATION, Priority.WRITE, Priority.READ, Priority.VITAL):
            if admission.enter(priority):
                admission.leave(priority, None)
            elif priority not in refused:
                refused.append(priority)
    assert refused == [Priority.CALCULATION, Priority.WRITE, Priority.READ]


def test_calculations_leave_room_for_reads() -> None:
    """However many there are, the second limit holds them below the first."""
    admission = Admission(clock=Clock())
    entered = sum(admission.enter(Priority.CALCULATION) for _ in range(1000))
    assert entered == 32
    assert admission.enter(Priority.READ)


def served(admission: Admission, clock: Clock, *, offered: float, capacity: float, seconds: float) -> float:
    """Return how many reads a second one server answers within 0.4 s, in the second half of the time.

    It takes what was let in one after the other, 1/capacity seconds each, and 1/50 of that to refuse one.
    """
    chance = random.Random(5)  # noqa: S311 - arrival times
    free, good, arrival = 0.0, 0, 0.0
    ends: list[tuple[float, float]] = []
    while arrival < seconds:
        arrival += chance.expovariate(offered)
        while ends and ends[0][0] <= arrival:
            ended, took = heapq.heappop(ends)
            clock.now = ended
            admission.leave(Priority.READ, took)
            good += took <= 0.4 and ended > seconds / 2
        clock.now = arrival
        free = max(free, arrival)
        if admission.enter(Priority.READ):
            free += 1.0 / capacity
            heapq.heappush(ends, (free, free - arrival))
        else:
            free += 1.0 / capacity / 50.0
    return good / (seconds / 2)


@pytest.mark.parametrize("capacity", [100.0, 1000.0])
@pytest.mark.parametrize("times", [0.8, 1.5, 5.0])
def test_overload_hardly_lowers_what_is_done(capacity: float, times: float) -> None:
    """Up to five times too much arrives: at least 88 % of what is possible is answered in time.

    At five times, refusing costs 4/50 of the capacity by itself.
    """
    clock = Clock()
    done = served(Admission(clock=clock), clock, offered=times * capacity, capacity=capacity, seconds=20.0)
    assert done >= 0.88 * min(1.0, times) * capacity


def test_without_a_limit_nothing_is_in_time() -> None:
    """The same crowd before an open door: what the limit is for."""
    clock = Clock()
    admission = Admission(target_seconds=1e9, clock=clock)
    admission.requests.limit = 1e9
    assert served(admission, clock, offered=5000.0, capacity=1000.0, seconds=20.0) < 100.0
