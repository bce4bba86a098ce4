"""People with accounts, for the tests."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from uuid import UUID

from argon2 import PasswordHasher
from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store import grants, tenants, users
from plimsoll.data.store.database import Database
from plimsoll.data.store.grants import GrantStatus, Holder, HolderKind
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
        user = await users.add(session, email=email, **stored)
        if user.administrator:
            await grants.add(
                session,
                Holder(HolderKind.USER, user.id),
                role="administrator",
                status=GrantStatus.ACTIVE,
                privileged=True,
                proposed_by="local",
            )
        return user


@dataclass
class Codes:
    """A second step of codes on a slip of paper, each of which is right once."""

    left: dict[UUID, list[str]] = field(default_factory=dict)

    async def kinds(self, session: AsyncSession, user_id: UUID) -> Sequence[str]:  # noqa: ARG002 - a protocol
        """Return that people with a slip can be asked for a code."""
        return ("slip",) if user_id in self.left else ()

    async def verify(
        self,
        session: AsyncSession,  # noqa: ARG002 - a protocol
        user_id: UUID,
        kind: str,
        answer: str,
        *,
        now: dt.datetime,  # noqa: ARG002 - a protocol
    ) -> bool:
        """Strike a code out, and return whether it was there."""
        if kind != "slip" or answer not in self.left.get(user_id, ()):
            return False
        self.left[user_id].remove(answer)
        return True
