"""Tenants: whose rows a transaction may see."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store.models import TenantRow
from plimsoll.errors import ConflictError, NotFoundError

__all__ = ["LOCAL_TENANT", "TenantRecord", "ensure", "own"]

LOCAL_TENANT = UUID("00000000-0000-7000-8000-000000000001")
"""The one tenant of an installation for one machine."""


@dataclass(frozen=True, slots=True)
class TenantRecord:
    """A tenant.

    Parameters
    ----------
    id
        What :meth:`plimsoll.data.store.database.Database.session` takes.
    name
        Unique.
    created_at
        UTC.
    """

    id: UUID
    name: str
    created_at: dt.datetime


async def ensure(session: AsyncSession, tenant: UUID, name: str) -> TenantRecord:
    """Return the session's tenant, made if it is not there yet.

    Parameters
    ----------
    session
        A session of this very `tenant`: a tenant's row is visible to itself only.
    tenant
        Its id.
    name
        Its name when it is made; an existing tenant keeps its own.

    Raises
    ------
    ConflictError
        If another tenant has the name.
    """
    made = insert(TenantRow).values(id=tenant, name=name).on_conflict_do_nothing()
    await session.execute(made)
    try:
        return await own(session)
    except NotFoundError:
        raise ConflictError(f"there is already a tenant called {name}") from None


async def own(session: AsyncSession) -> TenantRecord:
    """Return the session's tenant.

    Raises
    ------
    NotFoundError
        If the session has none.
    """
    found = await session.execute(select(TenantRow.id, TenantRow.name, TenantRow.created_at))
    row = found.one_or_none()
    if row is None:
        raise NotFoundError("there is no such tenant")
    return TenantRecord(row.id, row.name, row.created_at)
