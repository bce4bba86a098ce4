"""Tenants: made by whoever runs the installation, each with a link for its first administrator."""

import datetime as dt
from dataclasses import dataclass, field

from plimsoll.data.store import tenants
from plimsoll.data.store.database import Database
from plimsoll.data.store.models import new_id
from plimsoll.data.store.tenants import TenantRecord
from plimsoll.errors import ConflictError
from plimsoll.workflows.audit import AuditAction, record
from plimsoll.workflows.clean_up_jobs import ensure_clean_up
from plimsoll.workflows.first_administrator import first_link

__all__ = ["LINK_LIFE", "NewTenant", "create_tenant"]

LINK_LIFE = dt.timedelta(days=3)


@dataclass(frozen=True, slots=True)
class NewTenant:
    """A tenant that was just made.

    Parameters
    ----------
    tenant
        What is stored of it.
    token
        Of the link that makes its first administrator; it is never shown again.
    """

    tenant: TenantRecord
    token: str = field(repr=False)


async def create_tenant(database: Database, name: str, now: dt.datetime) -> NewTenant:
    """Make a tenant, which nobody but its own people will see.

    Parameters
    ----------
    database
        Migrated.
    name
        Unique; its people name it when they sign in.
    now
        The time; the link is good for three days.

    Raises
    ------
    ConflictError
        If another tenant has the name.
    """
    tenant_id = new_id()
    async with database.session(tenant_id) as session:
        tenant = await tenants.ensure(session, tenant_id, name)
        await ensure_clean_up(session)
        await record(session, AuditAction.TENANT_CREATED, actor=None, subject=tenant_id)
    token = await first_link(database, now, tenant=tenant_id, life=LINK_LIFE)
    if token is None:
        raise ConflictError("the tenant has people already")
    return NewTenant(tenant, token)
