"""People with accounts, for the tests."""

import datetime as dt
from functools import cache
from typing import Any
from uuid import UUID

from argon2 import PasswordHasher

from plimsoll.data.store import tenants, users
from plimsoll.data.store.database import Database
from plimsoll.data.store.tenants import LOCAL_TENANT
from plimsoll.data.store.users import UserRecord

NOW = dt.datetime(2026, 6, 30, 12, tzinfo=dt.UTC)
EMAIL = "ada@example.com"
PASSWORD = "an engine of several words"  # noqa: S105 - of somebody who is made up


@cache
def hashed(password: str = PASSWORD) -> str:
    """Return the hash of a password by the rules of today."""
    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1).hash(password)


async def new_user(
    database: Database, tenant: UUID = LOCAL_TENANT, *, email: str = EMAIL, **values: Any
) -> UserRecord:
    """Store somebody who may sign in with `PASSWORD`."""
    stored = {"name": "Ada", "created_by": "local", "password": hashed(), "administrator": True, **values}
    async with database.session(tenant) as session:
        if tenant == LOCAL_TENANT:
            await tenants.ensure(session, tenant, "local")
        return await users.add(session, email=email, **stored)
