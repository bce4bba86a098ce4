"""Users with chosen ids, for the tests of grants."""

from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store.account_rows import UserRow
from plimsoll.data.store.database import Database


async def store_person(session: AsyncSession, user: UUID, **values: object) -> UUID:
    """Store a user who cannot sign in yet, and return the id."""
    stored = {"id": user, "email": f"{user}@example.com", "name": "Somebody", "created_by": "test", **values}
    await session.execute(insert(UserRow).values(stored))
    return user


async def person_in(database: Database, tenant: UUID, user: UUID, **values: object) -> UUID:
    """Store a user in a transaction of its own, and return the id."""
    async with database.session(tenant) as session:
        return await store_person(session, user, **values)
