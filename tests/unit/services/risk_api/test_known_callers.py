"""Callers who were recognised a moment ago."""

import asyncio
from dataclasses import dataclass, field
from uuid import UUID

import pytest

from plimsoll.errors import UnavailableError
from plimsoll.security.permissions import Principal
from plimsoll.services.risk_api.known_callers import FRESH_SECONDS, KnownCallers

pytestmark = pytest.mark.anyio

ADA = Principal("user:1", UUID(int=1), "Ada", frozenset())


@dataclass
class Register:
    """Who holds which token, and how often that was asked."""

    people: dict[str, Principal] = field(default_factory=lambda: {"a": ADA})
    asked: int = 0
    now: float = 0.0
    pause: asyncio.Event | None = None

    async def find(self, token: str) -> Principal | None:
        """Answer as the database would, when it may."""
        self.asked += 1
        found = self.people.get(token)
        if self.pause is not None:
            await self.pause.wait()
        return found

    def callers(self) -> KnownCallers:
        """Return what asks here."""
        return KnownCallers(self.find, clock=lambda: self.now)


async def test_nobody_is_asked_for_twice_within_five_seconds() -> None:
    """After that the register is asked again, and a token that was ended leads nowhere."""
    register = Register()
    callers = register.callers()
    for now, asked in ((0.0, 1), (FRESH_SECONDS - 0.1, 1), (FRESH_SECONDS, 2)):
        register.now = now
        assert await callers.of("a") is ADA
        assert register.asked == asked
    register.people.clear()
    register.now += FRESH_SECONDS
    assert await callers.of("a") is None


async def test_what_is_forgotten_counts_at_once() -> None:
    """Also for those who asked before it was forgotten and are answered after it."""
    register = Register()
    callers = register.callers()
    register.pause = asyncio.Event()
    asking = asyncio.create_task(callers.of("a"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    register.people.clear()
    callers.forget()
    register.pause.set()
    await asking
    assert await callers.of("a") is None


async def test_nobody_is_not_remembered() -> None:
    """A session that begins counts at once."""
    register = Register(people={})
    callers = register.callers()
    assert await callers.of("a") is None
    register.people["a"] = ADA
    assert await callers.of("a") is ADA


async def test_many_at_once_ask_once() -> None:
    """A page with twenty requests is one question."""
    register = Register()
    callers = register.callers()
    found = await asyncio.gather(*(callers.of("a") for _ in range(20)))
    assert (set(found), register.asked) == ({ADA}, 1)


async def test_a_database_that_is_away_is_no_answer() -> None:
    """Everybody who waits hears of it, and the next one asks again."""

    async def fail(_: str) -> Principal | None:
        raise UnavailableError("away")

    callers = KnownCallers(fail)
    found = await asyncio.gather(*(callers.of("a") for _ in range(3)), return_exceptions=True)
    assert all(isinstance(error, UnavailableError) for error in found)
