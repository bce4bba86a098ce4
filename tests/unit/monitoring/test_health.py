"""Readiness."""

import asyncio

import pytest

from plimsoll.monitoring.health import Readiness

pytestmark = pytest.mark.anyio


class Part:
    """A part that works or not, and counts how often it is asked."""

    def __init__(self, *, works: bool) -> None:
        self.works = works
        self.asked = 0

    async def check(self) -> None:
        """Raise unless it works."""
        self.asked += 1
        if not self.works:
            raise RuntimeError


async def test_each_part_is_named() -> None:
    """One part that fails does not hide that another works."""
    readiness = Readiness({"good": Part(works=True).check, "bad": Part(works=False).check})
    assert await readiness.ask() == {"good": True, "bad": False}


async def test_one_missed_answer_is_no_outage() -> None:
    """What was ready is called unready at the second failure, and ready again at once."""
    part = Part(works=True)
    readiness = Readiness({"part": part.check}, remembered_seconds=0)
    states = []
    for works in (True, False, False, False, True, False):
        part.works = works
        states.append((await readiness.ask())["part"])
    assert states == [True, True, False, False, True, True]


async def test_a_part_that_never_worked_is_not_ready() -> None:
    """There is no grace before the first good answer."""
    assert await Readiness({"part": Part(works=False).check}).ask() == {"part": False}


async def test_many_probes_cost_as_much_as_one() -> None:
    """Within the moment that an answer is remembered, the parts are asked once, also by probes at once."""
    part = Part(works=True)
    readiness = Readiness({"part": part.check}, remembered_seconds=60)
    await asyncio.gather(*(readiness.ask() for _ in range(50)))
    assert part.asked == 1


async def test_a_part_that_does_not_answer_is_not_waited_for() -> None:
    """A check that hangs counts as failed when its time is over."""

    async def hang() -> None:
        await asyncio.sleep(60)

    assert await Readiness({"part": hang}, seconds=0.01).ask() == {"part": False}
