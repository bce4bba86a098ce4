"""People with accounts, for tests of what they have and may do."""

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from plimsoll.data.store import grants
from plimsoll.data.store.account_rows import UserRow
from plimsoll.data.store.database import Database
from plimsoll.data.store.grants import GrantStatus, Holder, HolderKind
from plimsoll.data.store.models import new_id
from plimsoll.security.permissions import Permission, Principal, PrincipalKind


async def new_person(database: Database, tenant: UUID, email: str = "ada@example.com", **values: Any) -> UUID:
    """Store a person and return their id."""
    person = new_id()
    async with database.session(tenant) as session:
        stored = {"id": person, "email": email, "name": email.partition("@")[0], "created_by": "local"}
        await session.execute(insert(UserRow).values({**stored, **values}))
        if values.get("administrator"):
            await grants.add(
                session,
                Holder(HolderKind.USER, person),
                role="administrator",
                status=GrantStatus.ACTIVE,
                privileged=True,
                proposed_by="local",
            )
    return person


def as_principal(
    tenant: UUID, person: UUID, *permissions: Permission, stepped_up_at: dt.datetime | None = None
) -> Principal:
    """Return a person as they are once they have signed in with a second factor."""
    who = (f"user:{person}", tenant, "ada", frozenset(permissions), PrincipalKind.USER)
    return Principal(*who, factors=frozenset({"password", "totp"}), stepped_up_at=stepped_up_at)
