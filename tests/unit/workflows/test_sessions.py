"""Sessions of people."""

import datetime as dt
from uuid import UUID

import pytest

from plimsoll.data.store import users
from plimsoll.data.store.database import Database
from plimsoll.data.store.users import UserRecord
from plimsoll.errors import NotFoundError
from plimsoll.security.permissions import Permission, PrincipalKind
from plimsoll.workflows.sessions import (
    IDLE,
    LIFE_OF_SESSION,
    Origin,
    SignedIn,
    begin,
    principal_of,
    principal_of_session,
    renew,
    sign_out,
    user_id_of,
    was_session,
)
from somebody import NOW, new_user

pytestmark = pytest.mark.anyio

MINUTE = dt.timedelta(minutes=1)


async def begun(database: Database, tenant: UUID, user: UserRecord, *beside: str) -> SignedIn:
    """Begin a session of somebody who has shown their password, and what else."""
    shown = frozenset({"password", *beside})
    async with database.session(tenant) as session:
        return await begin(session, user, tenant=tenant, factors=shown, origin=Origin("192.0.2.1"), now=NOW)


async def test_a_token_says_whose_it_is_and_what_they_may(database: Database, tenant: UUID) -> None:
    """An administrator may do everything, in their tenant."""
    user = await new_user(database, tenant)
    made = await begun(database, tenant, user, "totp")
    caller = await principal_of(database, made.token, NOW)
    assert caller is not None
    assert (caller.id, caller.tenant, caller.kind) == (f"user:{user.id}", tenant, PrincipalKind.USER)
    assert (caller.session, caller.factors) == (made.session_id, frozenset({"password", "totp"}))
    assert caller.permissions == set(Permission)
    assert caller.is_stepped_up(NOW)
    assert user_id_of(caller.id) == user.id
    for other in (made.token[:-1] + "_", "", "x" * 43, f"pls_{made.token}"):
        assert await principal_of(database, other, NOW) is None


async def test_an_administrator_without_a_second_factor_may_do_nothing(
    database: Database, tenant: UUID
) -> None:
    """A password alone opens the way to a second factor, which needs no permission, and nothing else."""
    made = await begun(database, tenant, await new_user(database, tenant))
    caller = await principal_of(database, made.token, NOW)
    assert caller is not None
    assert caller.permissions == frozenset()


async def test_without_a_right_there_are_no_permissions(database: Database, tenant: UUID) -> None:
    """Being signed in is not being allowed."""
    made = await begun(database, tenant, await new_user(database, tenant, administrator=False))
    caller = await principal_of(database, made.token, NOW)
    assert caller is not None
    assert caller.permissions == frozenset()


async def test_a_session_ends_when_it_is_not_used(database: Database, tenant: UUID) -> None:
    """After thirty minutes; use puts that off, up to twelve hours."""
    made = await begun(database, tenant, await new_user(database, tenant))
    now = NOW
    while now + IDLE - MINUTE < NOW + LIFE_OF_SESSION:
        now += IDLE - MINUTE
        assert await principal_of(database, made.token, now) is not None
    assert await principal_of(database, made.token, NOW + LIFE_OF_SESSION) is None
    other = await begun(database, tenant, await new_user(database, tenant, email="b@example.com"))
    assert await principal_of(database, other.token, NOW + IDLE) is None


async def test_a_session_never_becomes_younger(database: Database, tenant: UUID) -> None:
    """By a clock that is put back it is not used at all for a while, and one that was over stays so."""
    user = await new_user(database, tenant)
    made, idle, old = [await begun(database, tenant, user) for _ in range(3)]
    later = NOW + IDLE - MINUTE
    assert await principal_of(database, made.token, later) is not None
    assert await principal_of(database, made.token, NOW) is None
    assert await principal_of(database, made.token, later - MINUTE / 2) is not None
    assert await principal_of(database, made.token, later + IDLE) is None
    assert await principal_of(database, idle.token, NOW - 2 * MINUTE) is None
    assert await principal_of(database, idle.token, NOW) is not None
    assert await principal_of(database, idle.token, NOW + IDLE) is None
    assert await principal_of_session(database, tenant, old.session_id, user.id, NOW + IDLE) is None
    for token in (made.token, idle.token, old.token):
        assert await principal_of(database, token, later) is None
        assert await was_session(database, token)
    assert not await was_session(database, "x" * 43)


async def test_a_session_ends_with_what_it_stands_on(database: Database, tenant: UUID) -> None:
    """By signing out, and by whatever ends all of somebody's."""
    user = await new_user(database, tenant)
    first, second = await begun(database, tenant, user), await begun(database, tenant, user)
    for _ in range(2):
        await sign_out(database, first.token, NOW)
    assert await principal_of(database, first.token, NOW) is None
    assert await principal_of(database, second.token, NOW) is not None
    async with database.session(tenant) as session:
        await users.end_all_sessions(session, user.id)
    assert await principal_of(database, second.token, NOW) is None
    await sign_out(database, "nonsense", NOW)


async def test_a_token_is_renewed(database: Database, tenant: UUID) -> None:
    """The old one leads nowhere; the new one says what was shown, and since when."""
    user = await new_user(database, tenant)
    made = await begun(database, tenant, user)
    caller = await principal_of(database, made.token, NOW)
    assert caller is not None
    later = NOW + 20 * MINUTE
    assert not caller.is_stepped_up(later)
    async with database.session(tenant) as session:
        token = await renew(session, caller, later, factors=frozenset({"totp"}))
    assert await principal_of(database, made.token, later) is None
    fresh = await principal_of(database, token, later)
    assert fresh is not None
    assert (fresh.session, fresh.factors) == (caller.session, frozenset({"password", "totp"}))
    assert fresh.is_stepped_up(later)
    async with database.session(tenant) as session:
        epoch = await users.end_all_sessions(session, user.id)
        token = await renew(session, caller, later, epoch=epoch)
    assert await principal_of(database, token, later) is not None
    await sign_out(database, token, later)
    async with database.session(tenant) as session:
        with pytest.raises(NotFoundError):
            await renew(session, caller, later)
