"""Tokens for those who have shown who they are: an access token, and a refresh token for the next one."""

import datetime as dt
from contextlib import suppress
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store import program_accounts, user_sessions
from plimsoll.data.store.database import Database
from plimsoll.data.store.look_ups import tenant_of
from plimsoll.data.store.program_accounts import ServiceAccountRecord
from plimsoll.data.store.refresh_families import FamilyRecord
from plimsoll.errors import NotFoundError
from plimsoll.security.access_tokens import ACCESS_LIFE, AUDIENCE, TokenClaims, issue_access
from plimsoll.security.client_assertions import Proof, check_assertion, client_of
from plimsoll.security.clocks import SKEW
from plimsoll.security.key_ring import SigningRing
from plimsoll.security.permissions import Principal, PrincipalKind
from plimsoll.security.strict_claims import RefusedTokenError
from plimsoll.security.tokens import digest
from plimsoll.workflows.audit import AuditAction, record
from plimsoll.workflows.granted import account_id_of, principal_id
from plimsoll.workflows.refreshing import PEOPLE, PROGRAMS, begin_family, refresh, revoke
from plimsoll.workflows.sessions import SignedIn, lives

__all__ = ["Issued", "refresh_tokens", "revoke_tokens", "sign_in_program", "tokens_of_session"]


@dataclass(frozen=True, slots=True)
class Issued:
    """What somebody gets who has shown who they are.

    Parameters
    ----------
    access, refresh
        The tokens.
    expires_in, refresh_expires_in
        How long each lives unused.
    """

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    expires_in: dt.timedelta
    refresh_expires_in: dt.timedelta


async def tokens_of_session(
    database: Database, signed_in: SignedIn, factors: frozenset[str], ring: SigningRing, now: dt.datetime
) -> Issued:
    """Return the first tokens of a session that was just begun.

    Parameters
    ----------
    database
        Where the session is.
    signed_in
        Who, and which session; its own token is not used.
    factors
        How they have shown who they are.
    ring, now
        What signs, and the time.
    """
    async with database.session(signed_in.tenant) as session:
        family, token = await begin_family(
            session,
            subject=f"user:{signed_in.user_id}",
            session_id=signed_in.session_id,
            authenticated_at=now,
            factors=sorted(factors),
            life=PEOPLE,
            now=now,
        )
    return _issued(signed_in.tenant, family, token, ring, now)


async def sign_in_program(
    database: Database, assertion: str, ring: SigningRing, now: dt.datetime, *, address: str
) -> Issued | None:
    """Sign a service account in that has proved itself by a key of its own; None if the proof does not count.

    Parameters
    ----------
    database
        Where accounts are.
    assertion
        What was sent; see :mod:`plimsoll.security.client_assertions`. It counts once.
    ring, now
        What signs, and the time.
    address
        Where the request came from, for the audit.
    """
    try:
        account_id = UUID(client_of(assertion))
    except (RefusedTokenError, ValueError):
        return None
    tenant = await tenant_of(database, "service_accounts", account_id)
    if tenant is None:
        return None
    async with database.session(tenant) as session:
        account = await program_accounts.get(session, account_id)
        shown = _checked(assertion, account, now)
        if shown is None or not await program_accounts.use_assertion(
            session, account_id, digest(shown.token_id), expires_at=shown.expires_at, now=now
        ):
            detail = {"account": account.name, "replayed": shown is not None}
            await record(
                session,
                AuditAction.TOKEN_REFUSED,
                actor=None,
                subject=account_id,
                detail=detail,
                address=address,
            )
            return None
        family, token = await begin_family(
            session,
            subject=principal_id(account_id),
            session_id=None,
            authenticated_at=now,
            factors=["private-key"],
            life=PROGRAMS,
            now=now,
        )
        actor = Principal(principal_id(account_id), tenant, account.name, frozenset(), PrincipalKind.SERVICE)
        await record(session, AuditAction.TOKEN_ISSUED, actor=actor, subject=family.id, address=address)
    return _issued(tenant, family, token, ring, now)


async def refresh_tokens(
    database: Database, token: str, ring: SigningRing, now: dt.datetime, *, address: str
) -> Issued | None:
    """Exchange a refresh token for new tokens; None if it does not count.

    Parameters
    ----------
    database, token, address
        As for :func:`plimsoll.workflows.refreshing.refresh`.
    ring, now
        What signs, and the time.
    """
    found = await refresh(database, token, now, still_there=_is_there, end=_end, address=address)
    return None if found is None else _issued(found.tenant, found.family, found.token, ring, now)


async def revoke_tokens(database: Database, token: str, now: dt.datetime) -> None:
    """End what a refresh token belongs to: all tokens that go back to the same sign-in, and its session."""
    await revoke(database, token, now, end=_end)


def _issued(tenant: UUID, family: FamilyRecord, token: str, ring: SigningRing, now: dt.datetime) -> Issued:
    issued = now.replace(microsecond=0)
    expires = min(issued + ACCESS_LIFE, family.ends_at.replace(microsecond=0))
    claims = TokenClaims(
        subject=family.subject,
        tenant=tenant,
        session=family.session_id,
        token_id=uuid4(),
        issued_at=issued,
        expires_at=expires,
        authenticated_at=family.authenticated_at.replace(microsecond=0),
        factors=frozenset(family.factors),
    )
    unused = min(dt.timedelta(seconds=family.sliding_seconds), family.ends_at - now)
    return Issued(issue_access(claims, ring, now), token, expires - issued, unused)


def _checked(assertion: str, account: ServiceAccountRecord, now: dt.datetime) -> Proof | None:
    if account.disabled_at is not None:
        return None
    try:
        return check_assertion(
            assertion, account.public_keys, client=str(account.id), audience=frozenset({AUDIENCE}), now=now
        )
    except RefusedTokenError:
        return None


async def _is_there(session: AsyncSession, family: FamilyRecord, now: dt.datetime) -> bool:
    """Return whether the session or the account of a family still lives."""
    account_id = account_id_of(family.subject)
    if account_id is None:
        living = await user_sessions.living(session, family.session_id)
        if living is not None and living[0].seen_at > now + SKEW:
            # A refresh token is used up by this, which is a proof of its own: the session is used now.
            return await user_sessions.put_right(session, family.session_id, now)
        return living is not None and lives(living[0], now)
    try:
        return (await program_accounts.get(session, account_id)).disabled_at is None
    except NotFoundError:
        return False


async def _end(session: AsyncSession, family: FamilyRecord, now: dt.datetime) -> None:
    if account_id_of(family.subject) is None:
        with suppress(NotFoundError):  # it has ended already
            await user_sessions.end(session, family.session_id, now)
