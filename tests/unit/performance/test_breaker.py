"""A dependency that fails is left alone, and asked again with care."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.errors import UnavailableError
from plimsoll.performance.breaker import Breaker

pytestmark = pytest.mark.anyio


class Clock:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


def state(breaker: Breaker) -> str:
    """Return its state now."""
    return breaker.state.value


async def call(breaker: Breaker, error: BaseException | None = None) -> str:
    """Call a dependency that fails in this way and say what became of it."""
    try:
        async with breaker:
            if error is not None:
                raise error
    except UnavailableError:
        return "refused"
    except ConnectionError:
        return "failed"
    return "done"


async def test_it_opens_after_failures_in_a_row_and_closes_after_one_success() -> None:
    """Four failures and a success leave it closed; five open it; after the pause one call decides."""
    clock = Clock()
    breaker = Breaker("redis", failures=5, pause_seconds=1.0, clock=clock)
    for _ in range(4):
        assert await call(breaker, ConnectionError()) == "failed"
    assert await call(breaker) == "done"
    for _ in range(5):
        assert await call(breaker, ConnectionError()) == "failed"
    assert state(breaker) == "open"
    assert await call(breaker) == "refused"
    clock.now += 1.0
    assert state(breaker) == "half-open"
    assert await call(breaker) == "done"
    assert state(breaker) == "closed"


async def test_each_failed_trial_doubles_the_pause_up_to_the_longest() -> None:
    """Pauses of 1, 2, 4 and then always 4 seconds; a success starts again with 1."""
    clock = Clock()
    breaker = Breaker("redis", failures=1, pause_seconds=1.0, longest_seconds=4.0, clock=clock)
    await call(breaker, ConnectionError())
    for pause in (1.0, 2.0, 4.0, 4.0):
        clock.now += pause - 0.01
        assert await call(breaker) == "refused"
        clock.now += 0.01
        assert await call(breaker, ConnectionError()) == "failed"
    clock.now += 4.0
    assert await call(breaker) == "done"
    await call(breaker, ConnectionError())
    clock.now += 1.0
    assert breaker.lets_through


async def test_one_call_at_a_time_tries_a_half_open_breaker() -> None:
    """While it is under way others are refused; if it is cancelled the next one may try."""
    clock = Clock()
    breaker = Breaker("redis", failures=1, clock=clock)
    await call(breaker, ConnectionError())
    clock.now += 1.0
    begun = asyncio.Event()

    async def hang() -> None:
        async with breaker:
            begun.set()
            await asyncio.sleep(60)

    trial = asyncio.create_task(hang())
    await begun.wait()
    assert await call(breaker) == "refused"
    trial.cancel()
    await asyncio.gather(trial, return_exceptions=True)
    assert state(breaker) == "half-open"
    assert await call(breaker) == "done"


async def test_a_refusal_by_the_dependency_shows_that_it_works() -> None:
    """Errors that are named as harmless count as success."""
    breaker = Breaker("redis", failures=1, ignored=(ConnectionRefusedError,))
    assert await call(breaker, ConnectionRefusedError()) == "failed"
    assert state(breaker) == "closed"


@given(st.lists(st.tuples(st.booleans(), st.floats(0.0, 5.0)), max_size=60))
def test_what_fails_is_hardly_asked(steps: list[tuple[bool, float]]) -> None:
    """Whatever happens when: a call is refused only if the last one that went through failed."""
    clock = Clock()
    breaker = Breaker("redis", failures=5, pause_seconds=1.0, clock=clock)
    seen: list[str] = []
    for works, seconds in steps:
        clock.now += seconds
        outcome = asyncio.run(call(breaker, None if works else ConnectionError()))
        if outcome == "refused":
            assert seen[-1] == "failed"
        else:
            seen.append(outcome)
