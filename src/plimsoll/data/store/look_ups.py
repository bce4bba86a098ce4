"""Whose something is, before a transaction has a tenant: asked by the digest of a token, or by a name."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text

from plimsoll.data.store.database import Database

__all__ = ["Found", "look_up", "tenant_named", "tenant_of"]


@dataclass(frozen=True, slots=True)
class Found:
    """Where something is.

    Parameters
    ----------
    tenant
        Whose it is.
    id
        Of its row.
    """

    tenant: UUID
    id: UUID


async def look_up(database: Database, table: str, digest: bytes) -> Found | None:
    """Return where the row with a digest is, whosever it is; None if there is none.

    Parameters
    ----------
    database
        Where to look.
    table
        One that has a function ``look_up_{table}``; see :mod:`plimsoll.data.store.migrations.look_ups`.
    digest
        Of a token, from :func:`plimsoll.security.tokens.digest`.
    """
    return await _found(database, table, digest)


async def tenant_named(database: Database, name: str) -> UUID | None:
    """Return the id of the tenant of that name; None if there is none."""
    found = await _found(database, "tenants", name)
    return None if found is None else found.tenant


async def tenant_of(database: Database, table: str, row_id: UUID) -> UUID | None:
    """Return whose a row is that is named by its id; None if there is none.

    Parameters
    ----------
    database
        Where to look.
    table
        One whose function ``look_up_{table}`` takes an id.
    row_id
        Of the row.
    """
    found = await _found(database, table, row_id)
    return None if found is None else found.tenant


async def _found(database: Database, table: str, sought: Any) -> Found | None:
    query = text(f"SELECT tenant_id, id FROM look_up_{table}(:sought)")  # noqa: S608 - names of our tables
    async with database.session(None) as session:
        row = (await session.execute(query, {"sought": sought})).one_or_none()
    return None if row is None else Found(row.tenant_id, row.id)
