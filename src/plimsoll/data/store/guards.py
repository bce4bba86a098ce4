"""What the database itself says about how tenants are kept apart."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text

from plimsoll.data.store.database import APPLICATION_ROLE, Database
from plimsoll.errors import UnavailableError

__all__ = ["Guards", "guards"]

# A table with tenants' rows whose policies do not hold for everybody, its owner included.
_UNGUARDED = text("""
SELECT relname::text FROM pg_class
JOIN pg_attribute ON attrelid = pg_class.oid AND attname = 'tenant_id'
WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')
AND NOT (relrowsecurity AND relforcerowsecurity) ORDER BY relname
""")
_ROLE = text("SELECT rolsuper OR rolbypassrls OR rolcanlogin FROM pg_roles WHERE rolname = :role")
_USER = text("SELECT rolsuper FROM pg_roles WHERE rolname = session_user")


@dataclass(frozen=True, slots=True)
class Guards:
    """How tenants are kept apart.

    Parameters
    ----------
    unguarded
        Tables with tenants' rows whose row-level security is not forced.
    powerful_role
        Whether the role of the application can log in or is not held back by row-level security.
    superuser
        Whether the user of the URL may do everything on the server.
    """

    unguarded: Sequence[str]
    powerful_role: bool
    superuser: bool


async def guards(database: Database) -> Guards:
    """Return how a database keeps tenants apart.

    Raises
    ------
    UnavailableError
        If it cannot be reached, or is not ours.
    """
    async with database.session(None) as session:
        unguarded = list((await session.execute(_UNGUARDED)).scalars())
        role = (await session.execute(_ROLE, {"role": APPLICATION_ROLE})).scalar_one_or_none()
        superuser = (await session.execute(_USER)).scalar_one()
    if role is None:
        raise UnavailableError("the database has no role for the application")
    return Guards(unguarded, bool(role), bool(superuser))
