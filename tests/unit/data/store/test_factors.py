"""Factors on a real database; what they are for is tested in tests/unit/workflows."""

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from people import new_person
from plimsoll.data.store import factors
from plimsoll.data.store.database import Database
from plimsoll.data.store.factors import FactorKind
from plimsoll.errors import NotFoundError

pytestmark = pytest.mark.anyio

ONE, TWO = UUID(int=1), UUID(int=2)
NOW = dt.datetime(2026, 6, 30, 12, tzinfo=dt.UTC)


@pytest.fixture
async def ada(database: Database, tenant: UUID) -> UUID:
    """Return somebody with an authenticator app that is not confirmed."""
    ada = await new_person(database, tenant)
    async with database.session(tenant) as session:
        await factors.add(session, ONE, user_id=ada, kind=FactorKind.TOTP, name="Phone", secret=b"x")
    return ada


async def all_at_once(
    database: Database, tenant: UUID, act: Callable[[AsyncSession], Awaitable[bool]]
) -> list[bool]:
    """Return what comes of eight transactions that do the same at the same time."""

    async def once() -> bool:
        async with database.session(tenant) as session:
            return await act(session)

    return await asyncio.gather(*(once() for _ in range(8)))


async def test_a_factor_counts_once_it_is_confirmed(database: Database, tenant: UUID, ada: UUID) -> None:
    """Until then it is there and cannot be used; afterwards it cannot be confirmed again."""
    async with database.session(tenant) as session:
        assert await factors.of_user(session, ada) == []
        assert [one.id for one in await factors.of_user(session, ada, usable=False)] == [ONE]
        assert not await factors.advance(session, ONE, counter=9, at=NOW)
        assert await factors.confirm(session, ONE, counter=5, at=NOW)
        assert not await factors.confirm(session, ONE, counter=6, at=NOW)
        assert [one.id for one in await factors.of_user(session, ada, kind=FactorKind.TOTP, lock=True)] == [
            ONE
        ]
        assert await factors.of_user(session, ada, kind=FactorKind.SMS) == []


@pytest.mark.usefixtures("ada")
async def test_of_those_that_race_one_confirms(database: Database, tenant: UUID) -> None:
    """Eight transactions with the same code: one of them takes the factor into use."""
    done = await all_at_once(database, tenant, lambda one: factors.confirm(one, ONE, counter=5, at=NOW))
    assert sorted(done) == [False] * 7 + [True]


async def test_of_those_that_race_one_advances(database: Database, tenant: UUID, ada: UUID) -> None:
    """Eight transactions with the same step: one of them is first, and nobody goes back."""
    async with database.session(tenant) as session:
        await factors.confirm(session, ONE, counter=5, at=NOW)
    assert (
        await all_at_once(database, tenant, lambda one: factors.advance(one, ONE, counter=5, at=NOW))
        == [False] * 8
    )
    done = await all_at_once(database, tenant, lambda one: factors.advance(one, ONE, counter=6, at=NOW))
    assert sorted(done) == [False] * 7 + [True]
    async with database.session(tenant) as session:
        assert (await factors.get(session, ada, ONE)).counter == 6


async def test_a_passkey_is_found_by_its_device(database: Database, tenant: UUID, ada: UUID) -> None:
    """For its own user, once, until it is suspended; one that does not count stays at nought."""
    eve = await new_person(database, tenant, "eve@example.com")
    passkey = {"kind": FactorKind.PASSKEY, "name": "Key", "credential_id": b"c", "public_key": b"p"}
    async with database.session(tenant) as session:
        await factors.add(session, TWO, user_id=ada, confirmed_at=NOW, **passkey)
        found = await factors.with_credential(session, ada, b"c")
        assert found is not None
        assert found.id == TWO
        assert await factors.with_credential(session, eve, b"c") is None
        assert await factors.with_credential(session, ada, b"d") is None
        assert await factors.advance(session, TWO, counter=0, at=NOW, counts=False)
        assert await factors.advance(session, TWO, counter=3, at=NOW)
        assert not await factors.advance(session, TWO, counter=0, at=NOW, counts=False)
        assert await factors.suspend(session, TWO, at=NOW)
        assert not await factors.suspend(session, TWO, at=NOW)
        assert not await factors.advance(session, TWO, counter=4, at=NOW)
        assert await factors.with_credential(session, ada, b"c") is None
    with pytest.raises(IntegrityError):
        async with database.session(tenant) as session:
            await factors.add(session, UUID(int=3), user_id=eve, confirmed_at=NOW, **passkey)


async def test_what_is_removed_is_gone_with_its_secret(
    database: Database, tenant: UUID, other_tenant: UUID, ada: UUID
) -> None:
    """Only for its user, and only once; another tenant sees none of it."""
    eve = await new_person(database, tenant, "eve@example.com")
    async with database.session(other_tenant) as session:
        with pytest.raises(NotFoundError):
            await factors.get(session, ada, ONE)
    async with database.session(tenant) as session:
        for refused in (factors.remove(session, eve, ONE, at=NOW), factors.get(session, eve, ONE)):
            with pytest.raises(NotFoundError):
                await refused
        await factors.remove(session, ada, ONE, at=NOW)
        with pytest.raises(NotFoundError):
            await factors.remove(session, ada, ONE, at=NOW)
        assert await factors.of_user(session, ada, usable=False) == []
        assert not await factors.confirm(session, ONE, counter=5, at=NOW)


async def test_a_code_is_used_once(database: Database, tenant: UUID, ada: UUID) -> None:
    """Also when eight transactions try; a new set ends the old one."""
    eve = await new_person(database, tenant, "eve@example.com")
    async with database.session(tenant) as session:
        await factors.replace_codes(session, ada, [b"a", b"b"], at=NOW)
        assert not await factors.use_code(session, eve, b"a", at=NOW)
        assert await factors.codes_left(session, ada) == 2
    done = await all_at_once(database, tenant, lambda one: factors.use_code(one, ada, b"a", at=NOW))
    assert sorted(done) == [False] * 7 + [True]
    async with database.session(tenant) as session:
        assert await factors.codes_left(session, ada) == 1
        await factors.replace_codes(session, ada, [b"c"], at=NOW)
        assert not await factors.use_code(session, ada, b"b", at=NOW)
        assert await factors.use_code(session, ada, b"c", at=NOW)
        await factors.replace_codes(session, ada, [], at=NOW)
        assert await factors.codes_left(session, ada) == 0
