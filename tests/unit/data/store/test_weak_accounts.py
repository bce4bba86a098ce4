"""What the database says about accounts that are weaker than they should be."""

import datetime as dt
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert

from plimsoll.data.store.database import Database
from plimsoll.data.store.factor_rows import FactorRow
from plimsoll.data.store.grants import GrantStatus, Holder, HolderKind, add
from plimsoll.data.store.models import new_id
from plimsoll.data.store.program_account_rows import ApiKeyRow, ServiceAccountRow
from plimsoll.data.store.weak_accounts import (
    ExpiringKey,
    Waiting,
    WeakPeople,
    endless_programs,
    keys_ending,
    waiting,
    weak_people,
)
from stored_people import person_in

pytestmark = pytest.mark.anyio

NOW = dt.datetime(2026, 6, 30, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


async def _person(
    database: Database, tenant: UUID, name: str, *factors: dict[str, Any], **values: object
) -> None:
    kept = {"email": f"{name}@example.com", "password": f"hash-{name}", "password_changed_at": NOW, **values}
    user = await person_in(database, tenant, new_id(), **kept)
    async with database.session(tenant) as session:
        for factor in factors:
            stored = {"id": new_id(), "user_id": user, "kind": "totp", "name": "App", **factor}
            await session.execute(insert(FactorRow).values(stored))


async def test_people_who_lack_something(database: Database, tenant: UUID) -> None:
    """A factor counts once it is confirmed and while it is neither removed nor suspended."""
    used = {"confirmed_at": NOW - DAY}
    await _person(database, tenant, "sound", used, administrator=True)
    await _person(database, tenant, "bare", {}, administrator=True)
    await _person(database, tenant, "copied", {**used, "suspended_at": NOW}, administrator=True)
    await _person(database, tenant, "out", administrator=True, enabled=False)
    await _person(database, tenant, "lost", {**used, "removed_at": NOW + DAY})
    await _person(database, tenant, "again", {**used, "removed_at": NOW + DAY}, used)
    await _person(database, tenant, "invited", password=None)
    async with database.session(tenant) as session:
        found = await weak_people(session)
    names = ("again", "bare", "copied", "lost", "sound")
    assert found == WeakPeople(
        ["bare@example.com", "copied@example.com"], ["lost@example.com"], [f"hash-{name}" for name in names]
    )
    assert "hash" not in repr(found)


async def test_keys_that_end_and_those_that_do_not(database: Database, tenant: UUID) -> None:
    """Those in use that end within the time, and accounts with public keys; what is shut off is left out."""
    async with database.session(tenant) as session:
        for name, off in (("robot", None), ("gone", NOW)):
            account = new_id()
            stored = {
                "id": account,
                "name": name,
                "created_by": "t",
                "disabled_at": off,
                "public_keys": [{"kid": "1"}],
            }
            await session.execute(insert(ServiceAccountRow).values(stored))
            for key, ends, revoked in (
                ("soon", NOW + DAY, None),
                ("late", NOW + 20 * DAY, None),
                ("ended", NOW + DAY, NOW),
            ):
                row = {"id": new_id(), "account_id": account, "name": key, "digest": f"{name}{key}".encode()}
                row |= {"created_by": "t", "expires_at": ends, "revoked_at": revoked}
                await session.execute(insert(ApiKeyRow).values(row))
        assert await keys_ending(session, after=NOW, before=NOW + 14 * DAY) == [
            ExpiringKey("robot", "soon", NOW + DAY)
        ]
        assert await endless_programs(session) == ["robot"]


async def test_privileged_grants_that_wait(database: Database, tenant: UUID) -> None:
    """Proposed ones count, from the oldest on; others do not."""
    async with database.session(tenant) as session:
        assert await waiting(session) == Waiting(0, None)
        for status, privileged in (
            (GrantStatus.PROPOSED, True),
            (GrantStatus.PROPOSED, False),
            (GrantStatus.ACTIVE, True),
        ):
            holder = Holder(HolderKind.USER, new_id())
            await add(
                session, holder, role="administrator", status=status, privileged=privileged, proposed_by="t"
            )
        found = await waiting(session)
    assert found.count == 1
    assert found.since is not None
