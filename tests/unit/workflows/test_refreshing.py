"""Refresh tokens: used once, given back within the grace, and the end of all when stolen."""

import asyncio
import datetime as dt
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store.audit_rows import AuditEventRow
from plimsoll.data.store.database import Database
from plimsoll.data.store.refresh_families import FamilyRecord
from plimsoll.data.store.refresh_rows import RefreshTokenRow
from plimsoll.security.tokens import digest, new_token
from plimsoll.workflows.refreshing import (
    GRACE,
    PEOPLE,
    PROGRAMS,
    Refreshed,
    RefreshLife,
    begin_family,
    refresh,
    revoke,
)

pytestmark = pytest.mark.anyio

NOW = dt.datetime(2026, 6, 30, 12, tzinfo=dt.UTC)
SECOND = dt.timedelta(seconds=1)


class Room:
    """A family of tokens and what it hangs on."""

    def __init__(self, database: Database, tenant: UUID) -> None:
        self.database = database
        self.tenant = tenant
        self.there = True
        self.ended: list[UUID] = []

    async def begin(self, life: RefreshLife = PEOPLE) -> str:
        """Begin a family."""
        async with self.database.session(self.tenant) as session:
            _, token = await begin_family(
                session,
                subject="user:a",
                session_id=UUID(int=7),
                authenticated_at=NOW,
                factors=["password"],
                life=life,
                now=NOW,
            )
        return token

    async def try_(self, token: str, at: dt.datetime = NOW) -> Refreshed | None:
        """Exchange a token."""
        return await refresh(self.database, token, at, still_there=self._is_there, end=self._end)

    async def exchanged(self, token: str, at: dt.datetime = NOW) -> str:
        """Exchange a token that counts."""
        found = await self.try_(token, at)
        assert found is not None
        assert (found.tenant, found.family.subject) == (self.tenant, "user:a")
        return found.token

    async def actions(self) -> list[str]:
        """Return what the audit says."""
        async with self.database.session(self.tenant) as session:
            return list((await session.execute(select(AuditEventRow.action))).scalars())

    async def _is_there(self, _: AsyncSession, __: FamilyRecord, ___: dt.datetime) -> bool:
        return self.there

    async def _end(self, _: AsyncSession, family: FamilyRecord, __: dt.datetime) -> None:
        self.ended.append(family.session_id)

    async def revoke(self, token: str) -> None:
        """Sign out."""
        await revoke(self.database, token, NOW, end=self._end)


@pytest.fixture
def room(database: Database, tenant: UUID) -> Room:
    """Return a place for tokens."""
    return Room(database, tenant)


async def test_each_token_gives_the_next(room: Room) -> None:
    """All differ, and only digests are kept."""
    tokens = [await room.begin()]
    for number in range(3):
        tokens.append(await room.exchanged(tokens[-1], NOW + number * SECOND))
    assert len(set(tokens)) == 4
    async with room.database.session(room.tenant) as session:
        rows = (await session.execute(select(RefreshTokenRow.digest, RefreshTokenRow.successor))).all()
    assert {row.digest for row in rows} == set(map(digest, tokens))
    assert not [row for row in rows for token in tokens if token.encode() in (row.successor or b"")]


async def test_a_lost_answer_is_given_again(room: Room) -> None:
    """Within ten seconds the same successor comes back, and it still counts."""
    token = await room.begin()
    following = await room.exchanged(token)
    assert await room.exchanged(token, NOW + GRACE) == following
    assert await room.exchanged(following, NOW + GRACE) != following
    assert room.ended == []


async def test_eight_at_the_same_time_get_the_same(room: Room) -> None:
    """One of them uses the token, and nobody is taken for a thief."""
    token = await room.begin()
    found = await asyncio.gather(*(room.exchanged(token) for _ in range(8)))
    assert len(set(found)) == 1
    async with room.database.session(room.tenant) as session:
        assert len((await session.execute(select(RefreshTokenRow.id))).all()) == 2
    assert await room.actions() == []


async def test_reuse_after_the_grace_ends_everything(room: Room) -> None:
    """The thief and the owner are both out, the session has ended, and it is written down once."""
    first = await room.begin()
    second = await room.exchanged(first)
    third = await room.exchanged(second)
    late = NOW + GRACE + SECOND
    assert await room.try_(first, late) is None
    for token in (first, second, third):
        assert await room.try_(token, late) is None
    assert room.ended == [UUID(int=7)]
    assert await room.actions() == ["refresh.reused"]


async def test_signing_out_ends_the_family(room: Room) -> None:
    """With whichever of its tokens; twice does no harm, nor does what is no token."""
    first = await room.begin()
    second = await room.exchanged(first)
    await room.revoke(first)
    await room.revoke(second)
    await room.revoke(new_token("plr"))
    await room.revoke("nonsense")
    assert await room.try_(second) is None
    assert room.ended == [UUID(int=7)]
    assert await room.actions() == ["refresh.revoked"]


async def test_revoking_and_refreshing_at_once_leaves_nothing_alive(room: Room) -> None:
    """Whoever comes first, the family has ended when both are done."""
    for _ in range(4):
        token = await room.begin()
        found, *_rest = await asyncio.gather(room.try_(token), room.revoke(token))
        for left in (token, *([] if found is None else [found.token])):
            assert await room.try_(left) is None


async def test_a_token_ends_with_what_it_hangs_on(room: Room) -> None:
    """It stays ended should that come back."""
    token = await room.begin()
    room.there = False
    assert await room.try_(token) is None
    room.there = True
    assert await room.try_(token) is None


@pytest.mark.parametrize(
    ("life", "sliding", "longest"),
    [
        (PEOPLE, dt.timedelta(hours=12), dt.timedelta(hours=12)),
        (PROGRAMS, dt.timedelta(days=7), dt.timedelta(days=30)),
    ],
)
async def test_tokens_have_an_end(
    room: Room, life: RefreshLife, sliding: dt.timedelta, longest: dt.timedelta
) -> None:
    """Unused, and all together: a person signs in again after twelve hours, a program after thirty days."""
    unused = await room.begin(life)
    assert await room.try_(unused, NOW + sliding) is None
    token, at = await room.begin(life), NOW
    while at + sliding / 2 < NOW + longest:
        at += sliding / 2
        token = await room.exchanged(token, at)
    assert await room.try_(token, NOW + longest) is None


@pytest.mark.parametrize("token", ["", "x", "plr_" + "A" * 43, "A" * 5000, "plr_' OR 1=1 --"])
async def test_what_is_no_token_is_refused(room: Room, token: str) -> None:
    """Quietly, and without a question where its form is wrong."""
    assert await room.try_(token) is None
