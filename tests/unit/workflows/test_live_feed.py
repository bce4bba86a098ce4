"""Numbered updates: nobody misses one without being told."""

import asyncio

import pytest

from plimsoll.workflows.live_feed import Listener, LiveFeed, Reason

pytestmark = pytest.mark.anyio


def feed(count: int, *, kept: int = 4) -> LiveFeed:
    """Return a feed with some updates, whose bodies are their numbers."""
    made = LiveFeed(kept=kept)
    for number in range(1, count + 1):
        made.publish(str(number).encode())
    return made


async def heard(listener: Listener, count: int) -> list[tuple[str, int]]:
    """Return the next deliveries: why and which."""
    found = []
    for _ in range(count):
        delivery = await asyncio.wait_for(listener.next(), 5)
        assert delivery is not None
        assert delivery.published.body == str(delivery.published.sequence).encode()
        found.append((delivery.reason.value, delivery.published.sequence))
    return found


async def test_a_newcomer_gets_the_latest_and_then_every_one() -> None:
    """The first is a snapshot; what comes while it keeps up are updates."""
    on = feed(3)
    listener = on.listen()
    assert await heard(listener, 1) == [("snapshot", 3)]
    waiting = asyncio.create_task(heard(listener, 1))
    await asyncio.sleep(0)
    on.publish(b"4")
    assert await waiting == [("update", 4)]


async def test_who_is_slow_gets_the_latest_in_place_of_several() -> None:
    """It is said that it stands for several."""
    on = feed(1)
    listener = on.listen()
    await heard(listener, 1)
    for body in (b"2", b"3", b"4"):
        on.publish(body)
    assert await heard(listener, 1) == [("coalesced", 4)]
    on.publish(b"5")
    assert await heard(listener, 1) == [("update", 5)]


async def test_who_comes_back_gets_all_that_was_missed() -> None:
    """In order, as far as it is kept; then goes on as everybody."""
    on = feed(6)
    assert await heard(on.listen(on.id_of(3)), 3) == [("update", 4), ("update", 5), ("update", 6)]
    listener = on.listen(on.id_of(6))
    waiting = asyncio.create_task(heard(listener, 1))
    await asyncio.sleep(0)
    on.publish(b"7")
    assert await waiting == [("update", 7)]


@pytest.mark.parametrize(
    "last", ["", "x", "1", "deadbeef-3", "{}-1", "{}-99", "{}-x", "{}--1", "{}-" + "9" * 30]
)
async def test_a_gap_is_never_silent(last: str) -> None:
    """Who comes back too late, from another process, or with an id that is none, is told to start anew."""
    on = feed(6)
    name = on.id_of(1).partition("-")[0]
    assert await heard(on.listen(last.format(name)), 1) == [("reset", 6)]


async def test_what_is_dropped_while_somebody_catches_up_is_said() -> None:
    """The ring goes on turning: whoever is overtaken gets the latest, as standing for several."""
    on = feed(6)
    listener = on.listen(on.id_of(3))
    assert await heard(listener, 1) == [("update", 4)]
    for number in range(7, 13):
        on.publish(str(number).encode())
    assert await heard(listener, 1) == [("coalesced", 12)]


async def test_a_closed_feed_lets_its_listeners_go() -> None:
    """Those who wait and those who come later learn it; they are counted while they listen."""
    on = feed(1)
    listener = on.listen()
    with listener:
        assert on.listeners == 1
        await heard(listener, 1)
        waiting = asyncio.create_task(listener.next())
        await asyncio.sleep(0)
        on.close()
        assert await waiting is None
    assert on.listeners == 0
    assert await on.listen(on.id_of(1)).next() is None


def test_reasons_are_words_of_the_wire() -> None:
    """They are the names of the events."""
    assert [reason.value for reason in Reason] == ["snapshot", "update", "coalesced", "reset"]
