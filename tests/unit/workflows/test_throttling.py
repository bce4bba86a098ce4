"""The one guard that every try passes."""

import asyncio
import datetime as dt

import pytest

from plimsoll.data.store.database import Database
from plimsoll.errors import ThrottledError
from plimsoll.security.throttle import BOUNDS, Tried
from plimsoll.workflows.throttling import count_try, forget_tries
from somebody import NOW

pytestmark = pytest.mark.anyio

MOST = BOUNDS[Tried.PASSWORD, "user"].most
FROM_ONE = BOUNDS[Tried.PASSWORD, "address"].most


async def tried(
    database: Database,
    *,
    user: str = "a",
    address: str = "192.0.2.1",
    device: bytes | None = None,
    now: dt.datetime = NOW,
    what: Tried = Tried.PASSWORD,
) -> bool:
    """Return whether a try is let through."""
    try:
        await count_try(database, what, user=user, address=address, device=device, now=now)
    except ThrottledError as error:
        return not 0 < error.seconds <= 900
    return True


async def test_so_many_and_no_more_also_at_once(database: Database) -> None:
    """Of twice as many at the same time as are allowed, half are let through, from whatever addresses."""
    found = await asyncio.gather(*(tried(database, address=f"192.0.2.{n}") for n in range(2 * MOST)))
    assert sum(found) == MOST
    assert await tried(database, user="b")
    assert await tried(database, what=Tried.CODE)
    assert await tried(database, now=NOW + dt.timedelta(minutes=15))


async def test_a_known_device_gets_in_while_the_account_is_attacked(database: Database) -> None:
    """It has a counter of its own, which is not without an end either."""
    while await tried(database, address=""):
        pass
    assert [await tried(database, device=b"d") for _ in range(MOST + 1)] == [True] * MOST + [False]


async def test_spraying_from_one_address_ends(database: Database) -> None:
    """However many people it is spread over."""
    found = [await tried(database, user=f"u{n}") for n in range(FROM_ONE + 1)]
    assert found == [True] * FROM_ONE + [False]


async def test_who_gets_in_begins_anew(database: Database) -> None:
    """Their own tries are forgotten, those from the address are not."""
    for _ in range(MOST):
        assert await tried(database)
    await forget_tries(database, Tried.PASSWORD, user="a", device=None)
    assert [await tried(database) for _ in range(MOST + 1)] == [True] * MOST + [False]
