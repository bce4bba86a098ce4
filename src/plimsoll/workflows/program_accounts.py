"""Service accounts and their API keys: made, changed and ended by somebody who may do as much themselves."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store import api_keys, program_accounts, refresh_families
from plimsoll.data.store.api_keys import ApiKeyRecord
from plimsoll.data.store.program_accounts import ServiceAccountRecord
from plimsoll.errors import ConflictError, PermissionDeniedError, UsageError
from plimsoll.security.client_assertions import public_keys as usable
from plimsoll.security.permissions import Permission, Principal
from plimsoll.security.tokens import digest, new_token
from plimsoll.workflows.account_rights import TWO_PEOPLE, known, principal_id
from plimsoll.workflows.audit import AuditAction, record

__all__ = [
    "API_KEY",
    "LONGEST_DAYS",
    "add_account",
    "add_key",
    "change_account",
    "revoke_key",
]

_PREFIX = "plk"
API_KEY = re.compile(rf"{_PREFIX}_[A-Za-z0-9_-]{{43}}")
"""What an API key looks like; whatever else is offered as one need not be looked at."""

LONGEST_DAYS = 366


async def add_account(
    session: AsyncSession,
    *,
    name: str,
    permissions: Iterable[str],
    public_keys: Sequence[Mapping[str, Any]] = (),
    actor: Principal,
) -> ServiceAccountRecord:
    """Make a service account.

    Parameters
    ----------
    session
        A transaction of the tenant.
    name
        Unique in the tenant.
    permissions
        What it may do, in the whole tenant.
    public_keys
        JSON Web Keys by which it may sign in.
    actor
        Who makes it.

    Raises
    ------
    UsageError
        If a permission is unknown, or a key cannot be used.
    PermissionDeniedError
        If `actor` does not hold a permission in the whole tenant, or programs may not have it.
    ConflictError
        If another service account has the name.
    """
    given = _given(permissions, actor)
    if not TWO_PEOPLE.isdisjoint(given):
        remedy = "Leave out what decides on limits, or on who may do what."
        raise PermissionDeniedError("a program may not have such a permission", remedy=remedy)
    made = await program_accounts.add(
        session, name=name, permissions=given, public_keys=usable(public_keys), created_by=actor.id
    )
    detail = {"name": name, "permissions": made.permissions, "kids": [key["kid"] for key in made.public_keys]}
    await record(session, AuditAction.ACCOUNT_CREATED, actor=actor, subject=made.id, detail=detail)
    return made


async def change_account(
    session: AsyncSession,
    account_id: UUID,
    *,
    expected_version: int,
    actor: Principal,
    at: dt.datetime,
    disabled: bool | None = None,
    public_keys: Sequence[Mapping[str, Any]] | None = None,
) -> ServiceAccountRecord:
    """Disable or enable a service account, or give it other public keys; its sign-ins end with either.

    Parameters
    ----------
    session, actor
        As for `add_account`.
    account_id, expected_version
        Which one, as the caller has seen it.
    at
        The time.
    disabled, public_keys
        What is to be; None for as it is.

    Raises
    ------
    UsageError
        If a key cannot be used.
    NotFoundError, PreconditionError
        If there is no such account, or it was changed meanwhile.
    PermissionDeniedError
        If the account may do what `actor` may not: whoever gives it a key could then act as it.
    """
    if disabled is not True:
        account = await program_accounts.get(session, account_id)
        _refuse_others(known(account.permissions), actor)
    changes: dict[str, Any] = {}
    action = AuditAction.ACCOUNT_CHANGED
    if disabled is not None:
        changes["disabled_at"] = at if disabled else None
        action = AuditAction.ACCOUNT_DISABLED if disabled else AuditAction.ACCOUNT_ENABLED
    if public_keys is not None:
        changes["public_keys"] = usable(public_keys)
    changed = await program_accounts.change(
        session, account_id, expected_version=expected_version, changes=changes
    )
    await refresh_families.revoke_subject(session, principal_id(account_id), at, "account changed")
    detail = {"name": changed.name, "kids": [key["kid"] for key in changed.public_keys]}
    await record(session, action, actor=actor, subject=account_id, detail=detail)
    return changed


async def add_key(
    session: AsyncSession,
    account_id: UUID,
    *,
    name: str,
    permissions: Iterable[str] | None,
    days: int,
    canary: bool,
    actor: Principal,
    at: dt.datetime,
) -> tuple[ApiKeyRecord, str]:
    """Make an API key of a service account, and return it with the key itself, which is kept nowhere.

    Parameters
    ----------
    session, actor
        As for `add_account`.
    account_id
        Whose key it is.
    name
        For people.
    permissions
        What the key may do, where its account may; None for all that the account was made with.
    days
        Until it ends, at most `LONGEST_DAYS`.
    canary
        Whether it is bait: it opens nothing, and whoever tries it is reported.
    at
        The time.

    Raises
    ------
    UsageError
        If a permission is unknown or the time is too long.
    NotFoundError
        If there is no such account.
    ConflictError
        If it is disabled.
    PermissionDeniedError
        If `actor` does not hold a permission in the whole tenant.
    """
    if not 1 <= days <= LONGEST_DAYS:
        raise UsageError("a key cannot live so long", remedy=f"Give 1 to {LONGEST_DAYS} days.")
    account = await program_accounts.get(session, account_id)
    if account.disabled_at is not None:
        raise ConflictError("the service account is disabled", remedy="Enable it first.")
    given = _given(account.permissions if permissions is None else permissions, actor)
    token = new_token(_PREFIX)
    made = await api_keys.add(
        session,
        account_id=account_id,
        name=name,
        digest=digest(token),
        permissions=given,
        canary=canary,
        expires_at=at + dt.timedelta(days=days),
        created_by=actor.id,
    )
    detail = {"account": account.name, "name": name, "permissions": made.permissions, "canary": canary}
    detail["expires_at"] = made.expires_at.isoformat()
    await record(session, AuditAction.KEY_CREATED, actor=actor, subject=made.id, detail=detail)
    return made, token


async def revoke_key(session: AsyncSession, key_id: UUID, *, actor: Principal, at: dt.datetime) -> None:
    """Revoke an API key for good; one that is revoked stays so.

    Raises
    ------
    NotFoundError
        If there is none of that id.
    """
    if await api_keys.revoke(session, key_id, at):
        await record(session, AuditAction.KEY_REVOKED, actor=actor, subject=key_id)


def _given(permissions: Iterable[str], actor: Principal) -> list[Permission]:
    """Return permissions that somebody may hand on: those they hold themselves, in the whole tenant."""
    try:
        wanted = sorted({Permission(permission) for permission in permissions})
    except ValueError:
        known = ", ".join(sorted(Permission))
        raise UsageError("there is no such permission", remedy=f"There are {known}.") from None
    _refuse_others(wanted, actor)
    return wanted


def _refuse_others(wanted: Iterable[Permission], actor: Principal) -> None:
    wanted = frozenset(wanted)
    if not wanted <= actor.permissions or actor.scope.reach(wanted) is not None:
        remedy = "Give only what you may do yourself, in all portfolios."
        raise PermissionDeniedError("a permission is not yours to give", remedy=remedy)
