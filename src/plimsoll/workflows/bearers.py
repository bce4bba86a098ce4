"""Who holds a bearer token: asked of the database, which alone knows what still counts."""

import datetime as dt
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError

from plimsoll.data.store import api_keys, program_accounts, refresh_families, teams
from plimsoll.data.store.database import Database
from plimsoll.data.store.look_ups import look_up
from plimsoll.errors import NotFoundError, PlimsollError
from plimsoll.security.access_tokens import TokenClaims
from plimsoll.security.permissions import Principal, PrincipalKind
from plimsoll.security.roles import IN_PORTFOLIOS, named
from plimsoll.security.tokens import digest
from plimsoll.workflows.audit import AuditAction, record
from plimsoll.workflows.granted import account_id_of, permissions_of, principal_id
from plimsoll.workflows.sessions import principal_of_session, user_id_of

__all__ = ["by_access_token", "by_api_key"]

_NOTED_EVERY = dt.timedelta(minutes=5)

_log = structlog.get_logger("plimsoll.bearers")


async def by_api_key(database: Database, token: str, now: dt.datetime) -> Principal | None:
    """Return who holds an API key; None if it does not count.

    A key that is bait never does, and its use is written down.

    Parameters
    ----------
    database
        Where keys are.
    token
        What was sent, of the form of a token.
    now
        The time.
    """
    found = await look_up(database, "api_keys", digest(token))
    if found is None:
        return None
    async with database.session(found.tenant) as session:
        holder = await api_keys.holder(session, found.id, now)
        if holder is None:
            return None
        if holder.canary:
            detail = {"account": holder.name}
            await record(
                session, AuditAction.KEY_CANARY_USED, actor=None, subject=holder.key_id, detail=detail
            )
            return None
        program = principal_id(holder.account_id)
        permissions, scope = await permissions_of(session, program)
        if holder.permissions is not None:
            permissions &= named(holder.permissions)
        if holder.portfolios is not None or holder.desks is not None:
            permissions &= IN_PORTFOLIOS
            scope = scope.bounded(
                {*(holder.portfolios or ()), *await teams.owned(session, holder.desks or ())}
            )
    if holder.last_used_at is None or now - holder.last_used_at > _NOTED_EVERY:
        await _note_use(database, found.tenant, holder.key_id, now)
    return Principal(
        id=program,
        tenant=found.tenant,
        name=holder.name,
        permissions=permissions,
        kind=PrincipalKind.SERVICE,
        factors=frozenset({"key"}),
        scope=scope,
    )


async def by_access_token(database: Database, claims: TokenClaims, now: dt.datetime) -> Principal | None:
    """Return who holds an access token whose claims were checked; None if what it hangs on has ended.

    Parameters
    ----------
    database
        Where sessions and accounts are.
    claims
        What the token says.
    now
        The time.
    """
    account_id = account_id_of(claims.subject)
    if account_id is None:
        try:
            user_id = user_id_of(claims.subject)
        except ValueError:
            user_id = None
        if user_id is None:
            return None
        return await principal_of_session(database, claims.tenant, claims.session, user_id, now)
    async with database.session(claims.tenant) as session:
        if not await refresh_families.is_live(session, claims.session, claims.subject, now):
            return None
        try:
            account = await program_accounts.get(session, account_id)
        except NotFoundError:
            return None
        if account.disabled_at is not None:
            return None
        permissions, scope = await permissions_of(session, claims.subject)
    return Principal(
        id=claims.subject,
        tenant=claims.tenant,
        name=account.name,
        permissions=permissions,
        kind=PrincipalKind.SERVICE,
        authenticated_at=claims.authenticated_at,
        factors=claims.factors,
        scope=scope,
    )


async def _note_use(database: Database, tenant: UUID, key_id: UUID, now: dt.datetime) -> None:
    """Note that a key was used; a database that takes no writes keeps nobody out for that."""
    try:
        async with database.session(tenant) as session:
            await api_keys.note_use(session, key_id, now)
    except (PlimsollError, SQLAlchemyError) as error:
        _log.warning("use of a key is not noted", error=type(error).__name__)
