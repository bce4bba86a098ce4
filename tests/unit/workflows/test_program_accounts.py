"""Service accounts and their keys: made by somebody who may do as much, and written down."""

import datetime as dt
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest
from joserfc.jwk import OKPKey
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store import portfolios
from plimsoll.data.store.audit_rows import AuditEventRow
from plimsoll.data.store.database import Database
from plimsoll.data.store.grants import Holder, HolderKind
from plimsoll.data.store.program_accounts import ServiceAccountRecord
from plimsoll.errors import ConflictError, PermissionDeniedError, UsageError
from plimsoll.security.permissions import Permission, Principal
from plimsoll.security.roles import PRIVILEGED, ROLES, Role
from plimsoll.security.scopes import Scope
from plimsoll.security.tokens import TOKEN
from plimsoll.workflows.grants import propose_grant
from plimsoll.workflows.program_accounts import add_account, add_key, change_account, revoke_key

pytestmark = pytest.mark.anyio

NOW = dt.datetime(2026, 6, 30, 12, tzinfo=dt.UTC)
PUBLIC = OKPKey.generate_key("Ed25519", {"kid": "a"}).as_dict(private=False)


def somebody(permissions: Sequence[str], scope: Scope | None = None) -> Principal:
    """Return somebody who may do that."""
    held = frozenset(map(Permission, permissions))
    return Principal("user:a", UUID(int=1), "A", held, scope=scope or Scope())


EVERYBODY = somebody(list(Permission))


async def _account(session: AsyncSession, **fields: Any) -> ServiceAccountRecord:
    given: dict[str, Any] = {"name": "nightly", "permissions": ["runs:read"], "actor": EVERYBODY, **fields}
    async with session.begin_nested():  # what is refused leaves nothing
        return await add_account(session, **given)


async def _key(session: AsyncSession, account: UUID, **fields: Any) -> str:
    given: dict[str, Any] = {
        "name": "k",
        "permissions": None,
        "days": 1,
        "canary": False,
        "actor": EVERYBODY,
        "at": NOW,
    }
    return (await add_key(session, account, **{**given, **fields}))[1]


async def test_one_event_is_written_down_for_each_action(database: Database, tenant: UUID) -> None:
    """By whom, to what, and never the key, of which only the beginning is kept."""
    async with database.session(tenant) as session:
        account = await _account(session)
        made, token = await add_key(
            session,
            account.id,
            name="k",
            permissions=None,
            days=1,
            canary=False,
            actor=EVERYBODY,
            at=NOW,
        )
        assert TOKEN.fullmatch(token)
        assert made.prefix == token[:10]
        assert made.expires_at == NOW + dt.timedelta(days=1)
        for _ in range(2):
            await revoke_key(session, made.id, actor=EVERYBODY, at=NOW)
        for version, disabled in ((1, True), (2, False)):
            await change_account(
                session, account.id, expected_version=version, actor=EVERYBODY, at=NOW, disabled=disabled
            )
        await change_account(
            session, account.id, expected_version=3, actor=EVERYBODY, at=NOW, public_keys=[PUBLIC]
        )
        rows = (await session.execute(select(AuditEventRow.action, AuditEventRow.detail))).all()
    assert sorted(row.action for row in rows) == [
        *("account.changed", "account.created", "account.disabled", "account.enabled"),
        *("grant.made", "key.created", "key.revoked", "role.created"),
    ]
    assert token not in str(rows)


async def test_nobody_gives_more_than_they_have(database: Database, tenant: UUID) -> None:
    """Not to an account, not to a key, and not by giving an account that has more a key of their own."""
    reader = somebody(["runs:read"])
    some = somebody(["runs:read"], Scope.of({"runs:read": {UUID(int=5)}}))
    async with database.session(tenant) as session:
        account = await _account(session, permissions=["runs:read", "runs:start"])
        for actor in (reader, some):
            with pytest.raises(PermissionDeniedError):
                await _account(session, name="b", permissions=["runs:read", "prices:write"], actor=actor)
            with pytest.raises(PermissionDeniedError):
                await _key(session, account.id, actor=actor)
            with pytest.raises(PermissionDeniedError):
                await change_account(
                    session, account.id, expected_version=1, actor=actor, at=NOW, public_keys=[PUBLIC]
                )
        with pytest.raises(PermissionDeniedError):
            await _key(session, account.id, permissions=["runs:read"], actor=some)
        narrow = await _account(session, name="narrow", permissions=[])
        book = await portfolios.create(session, name="Book", base_currency="USD", parent_id=None)
        to = Holder(HolderKind.ACCOUNT, narrow.id)
        await propose_grant(session, EVERYBODY, to, "viewer", portfolio_id=book.id, four_eyes=True)
        there = Scope.of(dict.fromkeys(ROLES[Role.VIEWER], (book.id,)))
        assert await _key(session, narrow.id, actor=somebody(list(ROLES[Role.VIEWER]), there))
        with pytest.raises(PermissionDeniedError):
            await _key(session, narrow.id, actor=some)
        assert await _key(session, account.id, permissions=["runs:read"], actor=reader)
        await change_account(session, account.id, expected_version=1, actor=reader, at=NOW, disabled=True)
        with pytest.raises(ConflictError):
            await _key(session, account.id)


async def test_what_takes_two_people_is_not_given_by_one(database: Database, tenant: UUID) -> None:
    """Programs do not decide on limits, or on who may do what."""
    async with database.session(tenant) as session:
        for permission in PRIVILEGED:
            with pytest.raises(PermissionDeniedError, match="program"):
                await _account(session, permissions=[permission])


async def test_what_makes_no_sense_is_refused(database: Database, tenant: UUID) -> None:
    """Unknown permissions, unusable keys, and a life that is too long."""
    async with database.session(tenant) as session:
        with pytest.raises(UsageError, match="permission"):
            await _account(session, permissions=["moon:land"])
        with pytest.raises(UsageError, match="public key"):
            await _account(session, public_keys=[{"kty": "oct"}])
        account = await _account(session)
        for days in (0, 367):
            with pytest.raises(UsageError, match="so long"):
                await _key(session, account.id, days=days)
