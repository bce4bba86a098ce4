"""Who holds a bearer token, asked of the database."""

import datetime as dt
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store import portfolios, user_sessions, users
from plimsoll.data.store.audit_rows import AuditEventRow
from plimsoll.data.store.database import Database
from plimsoll.data.store.grants import Holder, HolderKind
from plimsoll.security.access_tokens import ACCESS_LIFE, TokenClaims
from plimsoll.security.permissions import Permission, Principal, PrincipalKind
from plimsoll.security.roles import ROLES, Role
from plimsoll.security.tokens import new_token
from plimsoll.workflows.bearers import by_access_token, by_api_key
from plimsoll.workflows.granted import principal_id
from plimsoll.workflows.grants import end_grant, propose_grant
from plimsoll.workflows.program_accounts import add_account, add_key, change_account
from plimsoll.workflows.refreshing import PROGRAMS, begin_family
from plimsoll.workflows.sessions import IDLE, Origin, begin

pytestmark = pytest.mark.anyio

NOW = dt.datetime(2026, 6, 30, 12, tzinfo=dt.UTC)
ACTOR = Principal("local", UUID(int=1), "Local", frozenset(Permission))


def claims(subject: str, tenant: UUID, session: UUID) -> TokenClaims:
    """Return claims that were checked."""
    return TokenClaims(
        subject=subject,
        tenant=tenant,
        session=session,
        token_id=uuid4(),
        issued_at=NOW,
        expires_at=NOW + ACCESS_LIFE,
        authenticated_at=NOW,
    )


async def _key(session: AsyncSession, *, canary: bool = False) -> tuple[UUID, str]:
    account = await add_account(session, name="nightly", permissions=["runs:read", "runs:start"], actor=ACTOR)
    _, token = await add_key(
        session,
        account.id,
        name="k",
        permissions=["runs:read"],
        days=1,
        canary=canary,
        actor=ACTOR,
        at=NOW,
    )
    return account.id, token


async def test_a_key_is_held_by_its_account(database: Database, tenant: UUID) -> None:
    """It may do what both may; it is a program, and has shown a key."""
    async with database.session(tenant) as session:
        account, token = await _key(session)
    holder = await by_api_key(database, token, NOW)
    assert holder is not None
    assert (holder.id, holder.tenant, holder.name) == (principal_id(account), tenant, "nightly")
    assert holder.permissions == {Permission.RUNS_READ}
    assert holder.kind is PrincipalKind.SERVICE
    assert not holder.is_stepped_up(NOW)
    assert await by_api_key(database, token, NOW + dt.timedelta(days=1)) is None
    assert await by_api_key(database, new_token("plk"), NOW) is None


async def test_a_program_has_what_it_was_granted(database: Database, tenant: UUID) -> None:
    """Where it was granted, by its key and by its tokens alike; a key without permissions follows it."""
    async with database.session(tenant) as session:
        book = await portfolios.create(session, name="Book", base_currency="USD", parent_id=None)
        account = await add_account(session, name="narrow", permissions=[], actor=ACTOR)
        given: dict[str, Any] = {"days": 1, "canary": False, "actor": ACTOR, "at": NOW}
        _, wide = await add_key(session, account.id, name="a", permissions=None, **given)
        _, slim = await add_key(session, account.id, name="b", permissions=["runs:read"], **given)
        family, _ = await begin_family(
            session,
            subject=principal_id(account.id),
            session_id=None,
            authenticated_at=NOW,
            factors=["private-key"],
            life=PROGRAMS,
            now=NOW,
        )
        holder = Holder(HolderKind.ACCOUNT, account.id)
        grant = await propose_grant(session, ACTOR, holder, "viewer", portfolio_id=book.id, four_eyes=True)
    token = claims(family.subject, tenant, family.id)
    for found, permissions in (
        (await by_api_key(database, wide, NOW), ROLES[Role.VIEWER]),
        (await by_api_key(database, slim, NOW), {Permission.RUNS_READ}),
        (await by_access_token(database, token, NOW), ROLES[Role.VIEWER]),
    ):
        assert found is not None
        assert found.permissions == permissions
        assert found.scope.reach([Permission.RUNS_READ]) == (frozenset({book.id}),)
    async with database.session(tenant) as session:
        await end_grant(session, grant.id, ACTOR)
    found = await by_api_key(database, wide, NOW)
    assert found is not None
    assert found.permissions == frozenset()


async def test_the_use_of_bait_is_written_down(database: Database, tenant: UUID) -> None:
    """It opens nothing."""
    async with database.session(tenant) as session:
        _, token = await _key(session, canary=True)
    assert await by_api_key(database, token, NOW) is None
    async with database.session(tenant) as session:
        actions = (await session.execute(select(AuditEventRow.action))).scalars().all()
    assert "key.canary-used" in actions


async def test_a_programs_token_ends_with_its_sign_in_and_its_account(
    database: Database, tenant: UUID, other_tenant: UUID
) -> None:
    """A token of another tenant's sign-in leads nowhere, nor does one of another account."""
    async with database.session(tenant) as session:
        account, _ = await _key(session)
        family, _ = await begin_family(
            session,
            subject=principal_id(account),
            session_id=None,
            authenticated_at=NOW,
            factors=["private-key"],
            life=PROGRAMS,
            now=NOW,
        )
    good = claims(family.subject, tenant, family.id)
    holder = await by_access_token(database, good, NOW)
    assert holder is not None
    assert holder.permissions == {Permission.RUNS_READ, Permission.RUNS_START}
    for other in (
        claims(family.subject, other_tenant, family.id),
        claims(family.subject, tenant, uuid4()),
        claims(principal_id(uuid4()), tenant, family.id),
        claims("local", tenant, family.id),
    ):
        assert await by_access_token(database, other, NOW) is None
    async with database.session(tenant) as session:
        await change_account(session, account, expected_version=1, actor=ACTOR, at=NOW, disabled=True)
    assert await by_access_token(database, good, NOW) is None


async def test_a_persons_token_ends_with_their_session(database: Database, tenant: UUID) -> None:
    """Also when they are idle, and it is theirs alone."""
    async with database.session(tenant) as session:
        ada = await users.add(
            session, email="ada@example.com", name="Ada", created_by="me", administrator=True
        )
        begun, idle = [
            await begin(
                session, ada, tenant=tenant, factors=frozenset({"password"}), origin=Origin(), now=NOW
            )
            for _ in range(2)
        ]
    good = claims(f"user:{ada.id}", tenant, begun.session_id)
    holder = await by_access_token(database, good, NOW)
    assert holder is not None
    assert (holder.id, holder.session, holder.name) == (f"user:{ada.id}", begun.session_id, "Ada")
    assert holder.is_stepped_up(NOW)
    assert await by_access_token(database, claims(f"user:{uuid4()}", tenant, begun.session_id), NOW) is None
    unused = claims(f"user:{ada.id}", tenant, idle.session_id)
    assert await by_access_token(database, unused, NOW + IDLE) is None
    async with database.session(tenant) as session:
        await user_sessions.end(session, begun.session_id, NOW)
    assert await by_access_token(database, good, NOW) is None
