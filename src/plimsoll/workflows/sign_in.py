"""Signing in with a password: whoever gets it wrong learns nothing but that, whatever part was wrong."""

import datetime as dt
from dataclasses import dataclass, field
from uuid import UUID

from plimsoll.data.store import devices, users
from plimsoll.data.store.database import Database
from plimsoll.data.store.look_ups import tenant_named
from plimsoll.data.store.tenants import LOCAL_TENANT
from plimsoll.data.store.users import UserRecord
from plimsoll.errors import PermissionDeniedError, SignInError, ThrottledError, UsageError
from plimsoll.security.emails import normal_email
from plimsoll.security.passwords import Passwords, stands_alone
from plimsoll.security.throttle import Tried
from plimsoll.workflows.account_audit import note_attempt, note_done
from plimsoll.workflows.audit import AuditAction
from plimsoll.workflows.pending_sign_in import Pending, begin_pending
from plimsoll.workflows.second_step import SecondStep
from plimsoll.workflows.sessions import Origin, SignedIn, begin
from plimsoll.workflows.throttling import count_try, forget_tries

__all__ = ["Claim", "refused", "sign_in"]


@dataclass(frozen=True, slots=True)
class Claim:
    """Who somebody says they are.

    Parameters
    ----------
    email, password
        As they were typed.
    tenant
        Name of the tenant; empty for the one of the installation.
    """

    email: str
    password: str = field(repr=False)
    tenant: str = ""


@dataclass(frozen=True, slots=True)
class _Known:
    """What is stored about a claim; the same is done where nothing is."""

    tenant: UUID | None
    user: UserRecord | None
    device: bytes | None


@dataclass(frozen=True, slots=True)
class _Right:
    """Somebody whose password was right, what is to be kept of it anew, and whether it may stand alone."""

    tenant: UUID
    user: UserRecord
    fresh: str | None
    alone: bool


def refused() -> SignInError:
    """Return the one error of everything that does not let somebody in."""
    remedy = "Check both. A password that is forgotten can be set anew by a link in an e-mail."
    return SignInError("e-mail address and password do not belong together", remedy=remedy)


async def sign_in(
    database: Database,
    passwords: Passwords,
    second: SecondStep,
    claim: Claim,
    origin: Origin,
    now: dt.datetime,
) -> SignedIn | Pending:
    """Sign somebody in, or ask them for a second factor if they have one.

    Parameters
    ----------
    database, passwords, second
        Where people are, what checks passwords, and what knows their factors.
    claim, origin, now
        Who they say they are, from where, and when.

    Raises
    ------
    SignInError
        If it is not true.
    PermissionDeniedError
        If it is, and the password is too short for somebody whose second factor is gone.
    ThrottledError
        If it was tried too often.
    UnavailableError
        If too many others try at this moment, or the database is not there.
    """
    try:
        email = normal_email(claim.email)
    except UsageError:
        email = claim.email.strip().lower()[:254]
    known = await _known(database, claim.tenant, email, origin, now)
    counted = f"{claim.tenant}|{email}"
    user = known.user
    whose = None if user is None else user.id
    try:
        await count_try(
            database, Tried.PASSWORD, user=counted, address=origin.address, device=known.device, now=now
        )
    except ThrottledError as error:
        if not error.repeated:
            throttled = AuditAction.SIGN_IN_THROTTLED
            await note_attempt(database, known.tenant, throttled, whose, origin.address)
        raise
    try:
        right = await passwords.matches(claim.password, None if user is None else user.password)
    except UsageError:
        right = False
    if not right or user is None or known.tenant is None:
        await note_attempt(database, known.tenant, AuditAction.SIGN_IN_FAILED, whose, origin.address)
        raise refused()
    fresh = await passwords.hashed(claim.password) if passwords.is_outdated(user.password or "") else None
    seen = _Right(known.tenant, user, fresh, stands_alone(claim.password))
    try:
        signed_in = await _begin(database, second, seen, origin, now)
    except PermissionDeniedError:
        await note_attempt(database, known.tenant, AuditAction.SIGN_IN_FAILED, whose, origin.address)
        raise
    await forget_tries(database, Tried.PASSWORD, user=counted, device=known.device)
    return signed_in


async def _known(database: Database, name: str, email: str, origin: Origin, now: dt.datetime) -> _Known:
    tenant = await tenant_named(database, name) if name else LOCAL_TENANT
    async with database.session(tenant) as session:
        user = await users.by_email(session, email)
        whose = UUID(int=0) if user is None else user.id
        device = await devices.seen(session, whose, origin.device_digest or b"", now)
    known = origin.device_digest if device is not None else None
    return _Known(tenant, user if user is not None and user.enabled else None, known)


async def _begin(
    database: Database, second: SecondStep, right: _Right, origin: Origin, now: dt.datetime
) -> SignedIn | Pending:
    """Begin the session, unless the person has changed since the password was looked at."""
    tenant, checked, fresh = right.tenant, right.user, right.fresh
    shown = frozenset({"password"})
    async with database.session(tenant) as session:
        user = await users.get(session, checked.id, lock=True)
        if not user.enabled or (user.epoch, user.password) != (checked.epoch, checked.password):
            raise refused()
        if fresh is not None:
            await users.change(session, user.id, {"password": fresh})
        if user.password_alone is not right.alone:
            await users.note_password(session, user.id, alone=right.alone)
        kinds = await second.kinds(session, user.id)
        if not kinds and not right.alone:
            remedy = "Set another one by the link for passwords that are forgotten."
            raise PermissionDeniedError("the password is too short without a second factor", remedy=remedy)
        if kinds:
            await note_done(session, AuditAction.SIGN_IN_PENDING, user, tenant, address=origin.address)
            return await begin_pending(session, user, kinds, factors=shown, now=now)
        return await begin(session, user, tenant=tenant, factors=shown, origin=origin, now=now)
