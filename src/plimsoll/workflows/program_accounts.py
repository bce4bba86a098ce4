"""Service accounts and their API keys: made, changed and ended by somebody who may do as much themselves."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store import api_keys, portfolios, program_accounts, refresh_families, teams
from plimsoll.data.store.api_keys import ApiKeyRecord
from plimsoll.data.store.grants import Holder, HolderKind
from plimsoll.data.store.program_accounts import ServiceAccountRecord
from plimsoll.errors import ConflictError, NotFoundError, PermissionDeniedError, UsageError
from plimsoll.security.client_assertions import public_keys as usable
from plimsoll.security.permissions import Permission, Principal
from plimsoll.security.roles import IN_PORTFOLIOS
from plimsoll.security.tokens import digest, new_token
from plimsoll.workflows.audit import AuditAction, record
from plimsoll.workflows.granted import permissions_of, principal_id
from plimsoll.workflows.grants import propose_grant
from plimsoll.workflows.roles import create_role

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
_SHOWN = len(_PREFIX) + 7  # six of its 43 characters: enough to tell keys apart, and no help in guessing


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
        What it is granted in the whole tenant, by a role of its own; none leaves that to later grants.
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
    given = _known(permissions)
    made = await program_accounts.add(
        session, name=name, public_keys=usable(public_keys), created_by=actor.id
    )
    detail = {"name": name, "permissions": given, "kids": [key["kid"] for key in made.public_keys]}
    await record(session, AuditAction.ACCOUNT_CREATED, actor=actor, subject=made.id, detail=detail)
    if given:
        about = f"What {name} was made with"
        role = await create_role(
            session, actor, name=principal_id(made.id), permissions=given, description=about
        )
        await propose_grant(session, actor, Holder(HolderKind.ACCOUNT, made.id), role.name, four_eyes=True)
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
        await _refuse_beyond(session, account_id, None, actor)
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
    within: Sequence[UUID] | None = None,
    desks: Sequence[UUID] | None = None,
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
        What the key may do, where its account may; None for all that its account may, now and later.
    within, desks
        Portfolios, and teams by what they own: the key holds there and below, as far as its account does,
        and gives only what can be had for portfolios. None for both leaves that to the account.
    days
        Until it ends, at most `LONGEST_DAYS`.
    canary
        Whether it is bait: it opens nothing, and whoever tries it is reported.
    at
        The time.

    Raises
    ------
    UsageError
        If a permission is unknown, or cannot be had for portfolios where the key is bounded, or the time is
        too long.
    NotFoundError
        If there is no such account, portfolio or team.
    ConflictError
        If it is disabled.
    PermissionDeniedError
        If `actor` does not hold a permission wherever the account does.
    """
    if not 1 <= days <= LONGEST_DAYS:
        raise UsageError("a key cannot live so long", remedy=f"Give 1 to {LONGEST_DAYS} days.")
    account = await program_accounts.get(session, account_id)
    if account.disabled_at is not None:
        raise ConflictError("the service account is disabled", remedy="Enable it first.")
    given = None if permissions is None else _known(permissions)
    is_bounded = within is not None or desks is not None
    if is_bounded:
        await _check_bounds(session, given, within or (), desks or ())
    # What a desk will own is not known yet: for that the maker has all that the account has.
    await _refuse_beyond(session, account_id, given, actor, within if not desks else None)
    token = new_token(_PREFIX)
    made = await api_keys.add(
        session,
        account_id=account_id,
        name=name,
        prefix=token[:_SHOWN],
        digest=digest(token),
        permissions=given,
        portfolios=within,
        desks=desks,
        canary=canary,
        expires_at=at + dt.timedelta(days=days),
        created_by=actor.id,
    )
    detail: dict[str, Any] = {
        "account": account.name,
        "name": name,
        "permissions": made.permissions,
        "canary": canary,
    }
    detail["expires_at"] = made.expires_at.isoformat()
    if is_bounded:
        detail |= {"portfolios": made.portfolios, "desks": made.desks}
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


def _known(permissions: Iterable[str]) -> list[Permission]:
    try:
        return sorted({Permission(permission) for permission in permissions})
    except ValueError:
        known = ", ".join(sorted(Permission))
        raise UsageError("there is no such permission", remedy=f"There are {known}.") from None


async def _check_bounds(
    session: AsyncSession,
    given: Sequence[Permission] | None,
    within: Sequence[UUID],
    desks: Sequence[UUID],
) -> None:
    for portfolio in within:
        await portfolios.get(session, portfolio)
    for team in desks:
        if (await teams.get(session, team)).archived_at is not None:
            raise NotFoundError("there is no such team")
    if given is not None and not IN_PORTFOLIOS.issuperset(given):
        whole = ", ".join(sorted(set(given) - IN_PORTFOLIOS))
        remedy = "Leave out the bounds, or the permission."
        raise UsageError(f"{whole}: this cannot be had for some portfolios alone", remedy=remedy)


async def _refuse_beyond(
    session: AsyncSession,
    account_id: UUID,
    wanted: Iterable[Permission] | None,
    actor: Principal,
    within: Iterable[UUID] | None = None,
) -> None:
    """Refuse to let somebody act as an account where they may not do themselves what it may."""
    held, scope = await permissions_of(session, principal_id(account_id))
    handed = held if wanted is None else frozenset(wanted)
    if within is not None:
        handed, scope = handed & IN_PORTFOLIOS, scope.bounded(within)
    if not handed <= actor.permissions or not actor.scope.covers(scope, handed):
        remedy = "Give only what you may do yourself, wherever the account may do it."
        raise PermissionDeniedError("a permission is not yours to give", remedy=remedy)
