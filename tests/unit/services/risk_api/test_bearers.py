"""Bearer tokens at the door: looked up every few seconds, and looked at with each request."""

import datetime as dt
import time
from uuid import UUID

import pytest

from plimsoll.data.store import users
from plimsoll.data.store.database import Database
from plimsoll.security.access_tokens import ACCESS_LIFE
from plimsoll.security.permissions import Permission, Principal
from plimsoll.services.risk_api.bearers import Bearers, holder_of
from plimsoll.services.risk_api.known_callers import KnownCallers
from plimsoll.workflows.program_accounts import add_account, add_key, revoke_key
from plimsoll.workflows.sessions import Origin, begin
from plimsoll.workflows.signing_keys import FRESH, Keys, rotate_keys
from plimsoll.workflows.tenant_sealers import TenantSealers, forgetful_kms
from plimsoll.workflows.token_sign_in import tokens_of_session

pytestmark = pytest.mark.anyio

NOW = dt.datetime(2026, 6, 30, 12, tzinfo=dt.UTC)
SECOND = dt.timedelta(seconds=1)


class Door:
    """Bearers, and a clock that is set by hand."""

    def __init__(self, database: Database, tenant: UUID) -> None:
        self.now = NOW
        self.database = database
        self.tenant = tenant
        self.sealer = TenantSealers(forgetful_kms())
        keys = Keys(database, tenant, self.sealer)
        callers = KnownCallers(lambda token: holder_of(database, keys, token, self.now))
        self.bearers = Bearers(callers, keys, lambda: self.now)

    async def token(self) -> str:
        """Return an access token of somebody."""
        async with self.database.session(self.tenant) as session:
            ada = await users.add(session, email="ada@example.com", name="Ada", created_by="me")
            begun = await begin(
                session, ada, tenant=self.tenant, factors=frozenset({"password"}), origin=Origin(), now=NOW
            )
        ring = await self.bearers.keys.ring(self.now)
        issued = await tokens_of_session(self.database, begun, frozenset({"password"}), ring, self.now)
        return issued.access

    async def opens(self, token: str) -> bool:
        """Return whether a token opens the door."""
        return await self.bearers.of(token) is not None


async def test_an_access_token_that_is_late_is_no_guess(door: Door) -> None:
    """It was made by us, and its holder only has to refresh; one that was changed, and a wrong key, are."""
    token = await door.token()
    door.now += ACCESS_LIFE
    assert not await door.opens(token)
    assert await door.bearers.is_late(token)
    for other in (token[:-4] + "AAAA", "plk_" + "A" * 43, "a.b.c", ""):
        assert not await door.bearers.is_late(other)


@pytest.fixture
def door(database: Database, tenant: UUID) -> Door:
    """Return a door."""
    return Door(database, tenant)


async def test_a_token_ends_to_the_second_also_when_it_was_seen_just_now(door: Door) -> None:
    """What is remembered is whose it is, not for how long it counts."""
    token = await door.token()
    assert await door.opens(token)
    door.now = NOW + ACCESS_LIFE - SECOND
    assert await door.opens(token)
    door.now = NOW + ACCESS_LIFE
    assert not await door.opens(token)


async def test_tokens_of_a_revoked_key_end_within_seconds(door: Door) -> None:
    """Here and on every other instance, also those that were seen just now."""
    token = await door.token()
    assert await door.opens(token)
    async with door.database.session(door.tenant) as session:
        actor = Principal("me", door.tenant, "Me", frozenset(Permission))
        await rotate_keys(session, door.sealer, NOW, emergency=True, actor=actor)
    door.now = NOW + FRESH
    assert not await door.opens(token)


async def test_a_key_opens_until_it_is_revoked(door: Door) -> None:
    """What was forgotten is asked for anew."""
    actor = Principal("me", door.tenant, "Me", frozenset(Permission))
    async with door.database.session(door.tenant) as session:
        account = await add_account(session, name="a", permissions=["runs:read"], actor=actor)
        made, key = await add_key(
            session,
            account.id,
            name="k",
            permissions=None,
            days=1,
            canary=False,
            actor=actor,
            at=NOW,
        )
    assert await door.opens(key)
    async with door.database.session(door.tenant) as session:
        await revoke_key(session, made.id, actor=actor, at=NOW)
    door.bearers.forget()
    assert not await door.opens(key)


@pytest.mark.parametrize(
    "token", ["", ".", "a.b.c", "x" * 5000, "." * 5000, "plk_", "plr_" + 43 * "A", 43 * "A"]
)
async def test_what_is_no_token_opens_nothing(door: Door, token: str) -> None:
    """Whatever its form."""
    assert not await door.opens(token)


async def test_a_token_that_was_seen_costs_little(door: Door) -> None:
    """Nobody asks the database, which alone takes a millisecond; it is 25 µs of a free processor."""
    token = await door.token()
    assert await door.opens(token)
    best = float("inf")
    for _ in range(5):
        begun = time.process_time()
        for _ in range(200):
            await door.bearers.of(token)
        best = min(best, (time.process_time() - begun) / 200)
    assert best < 1e-3
