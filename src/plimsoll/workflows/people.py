"""People of a tenant: invited, let in, changed and shut out."""

import datetime as dt
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store import devices, one_time_tokens, users
from plimsoll.data.store.database import Database
from plimsoll.data.store.look_ups import look_up
from plimsoll.data.store.one_time_tokens import OneTimeToken, Purpose
from plimsoll.data.store.users import UserRecord
from plimsoll.errors import ConflictError, PermissionDeniedError, SignInError
from plimsoll.security.emails import normal_email
from plimsoll.security.passwords import Passwords, accepted_password
from plimsoll.security.permissions import Principal
from plimsoll.security.tokens import TOKEN, digest, new_token
from plimsoll.workflows.account_audit import note_done
from plimsoll.workflows.audit import AuditAction, record
from plimsoll.workflows.granted import may_all_of, permissions_of
from plimsoll.workflows.mail import Mail
from plimsoll.workflows.sessions import Origin, SignedIn, begin

__all__ = [
    "INVITATION",
    "INVITATION_LIFE",
    "Invitation",
    "accept_invitation",
    "change_person",
    "invitation_mail",
    "invite",
    "invite_again",
    "new_link",
]

INVITATION = "pli"
"""How the token of an invitation begins."""
INVITATION_LIFE = dt.timedelta(days=3)
_AGREED = "agreed"


@dataclass(frozen=True, slots=True)
class Invitation:
    """Somebody who may now choose a password.

    Parameters
    ----------
    user
        Who.
    token
        Of the link; it is never shown again.
    expires_at
        Until when it is good.
    """

    user: UserRecord
    token: str = field(repr=False)
    expires_at: dt.datetime


async def invite(
    session: AsyncSession, caller: Principal, *, name: str, email: str, now: dt.datetime
) -> Invitation:
    """Make an account for somebody, who chooses a password by the link of the invitation.

    Parameters
    ----------
    session
        An open transaction of the tenant.
    caller, now
        Who invites, and when.
    name, email
        Of the new person, who may do nothing yet.

    Raises
    ------
    ConflictError
        If somebody has the address already.
    UsageError
        If it is no address.
    """
    user = await users.add(session, email=normal_email(email), name=name, created_by=caller.id)
    await record(session, AuditAction.USER_INVITED, actor=caller, subject=user.id)
    return await new_link(session, caller, user, now)


async def invite_again(
    session: AsyncSession, caller: Principal, user_id: UUID, now: dt.datetime
) -> Invitation:
    """Make a new link for somebody who has not chosen a password; the one before is good for nothing then.

    Raises
    ------
    ConflictError
        If they have a password, or may not sign in.
    NotFoundError
        If there is nobody of that id.
    PermissionDeniedError
        If they may do what the caller may not, who could act as them by the link.
    """
    user = await users.get(session, user_id, lock=True)
    if user.password is not None or not user.enabled:
        raise ConflictError("this person has a password already, or may not sign in")
    if not await may_all_of(session, caller, user_id):
        remedy = "Ask somebody who may do all that they may."
        raise PermissionDeniedError("the link would let you do what you may not", remedy=remedy)
    await record(session, AuditAction.USER_INVITED, actor=caller, subject=user.id, detail={"again": True})
    return await new_link(session, caller, user, now)


async def accept_invitation(
    database: Database,
    passwords: Passwords,
    token: str,
    *,
    name: str | None,
    password: str,
    origin: Origin,
    now: dt.datetime,
) -> SignedIn:
    """Let somebody choose a password by the link of their invitation, and sign them in.

    Parameters
    ----------
    database, passwords
        Where people are, and what hashes passwords.
    token
        Of the link.
    name
        What they want to be called; None for as they were invited.
    password
        Which they choose.
    origin, now
        From where, and when.

    Raises
    ------
    SignInError
        If the link is unknown, was used or is too old, they may not sign in any more, or they may do by now
        what whoever made the link may not.
    UsageError
        If the password cannot be used; the link stays good then.
    """
    found = await look_up(database, "one_time_tokens", digest(token)) if TOKEN.fullmatch(token) else None
    if found is None:
        raise _refused()
    accepted = accepted_password(password, has_factor=False, hints=[name or ""])
    hashed = await passwords.hashed(accepted)
    async with database.session(found.tenant) as session:
        used = await one_time_tokens.consume(session, found.id, Purpose.INVITATION, now)
        if used is None or used.user_id is None:
            raise _refused()
        user = await users.get(session, used.user_id, lock=True)
        if not user.enabled or user.password is not None:
            raise _refused()
        await _refuse_more_than_the_maker(session, found.tenant, used, user.id)
        accepted_password(password, has_factor=False, hints=[user.name, user.email])
        chosen = {"password": hashed, "password_changed_at": now, "password_alone": True}
        chosen |= {} if name is None else {"name": name}
        user = await users.change(session, user.id, chosen)
        await note_done(session, AuditAction.INVITATION_ACCEPTED, user, found.tenant, address=origin.address)
        return await begin(
            session, user, tenant=found.tenant, factors=frozenset({"password"}), origin=origin, now=now
        )


async def change_person(
    session: AsyncSession,
    caller: Principal,
    user_id: UUID,
    *,
    name: str | None,
    enabled: bool | None,
    expected_version: int,
    now: dt.datetime,
) -> UserRecord:
    """Change somebody, let them in, or shut them out: their sessions and links are over then.

    Parameters
    ----------
    session, caller, user_id
        An open transaction of the tenant, who asks for it, and about whom.
    name, enabled
        What they are called, and whether they may sign in; None for as it is.
    expected_version, now
        The version that the caller has seen, and when.

    Raises
    ------
    ConflictError
        If the caller, or the last administrator, would be shut out.
    NotFoundError
        If there is nobody of that id.
    PreconditionError
        If the version is another.
    """
    if enabled is False:
        if caller.id == f"user:{user_id}":
            raise ConflictError("you cannot shut yourself out", remedy="Ask another administrator.")
        await users.lock_first(session, caller.tenant)
        if await users.is_last_administrator(session, user_id):
            raise ConflictError("this is the last administrator", remedy="Make another one first.")
    given = {"name": name, "enabled": enabled}
    changes = {field: value for field, value in given.items() if value is not None}
    changed = await users.change(session, user_id, changes, expected_version=expected_version)
    if enabled is False:
        await users.end_all_sessions(session, user_id)
        for purpose in Purpose:
            await one_time_tokens.revoke(session, purpose, user_id, now)
        await devices.forget_all(session, user_id)
    action = AuditAction.USER_CHANGED
    if enabled is not None:
        action = AuditAction.USER_ENABLED if enabled else AuditAction.USER_DISABLED
    await record(session, action, actor=caller, subject=user_id, detail={"changed": sorted(changes)})
    return changed


def invitation_mail(invitation: Invitation, link: str) -> Mail:
    """Return what is written to somebody who was invited.

    Parameters
    ----------
    invitation, link
        Who may choose a password, and where.
    """
    text = (
        "You have been invited to Plimsoll, which measures the market risk of portfolios. Open this within "
        f"{INVITATION_LIFE.days} days to choose a password:\n\n{link}\n"
    )
    return Mail(invitation.user.email, "Your Plimsoll account", text)


async def new_link(
    session: AsyncSession, caller: Principal, user: UserRecord, now: dt.datetime, *, agreed: bool = False
) -> Invitation:
    """Make a link by which somebody who has no password chooses one; the one before is good for nothing then.

    Parameters
    ----------
    session
        An open transaction of the tenant.
    caller, user, now
        Who makes it, for whom, and when.
    agreed
        Whether it is good though the one for whom it is may do more than the caller when they use it.
    """
    token = new_token(INVITATION)
    await one_time_tokens.add(
        session,
        Purpose.INVITATION,
        digest(token),
        at=now,
        life=INVITATION_LIFE,
        created_by=caller.id,
        user_id=user.id,
        detail={_AGREED: agreed},
    )
    return Invitation(user, token, now + INVITATION_LIFE)


async def _refuse_more_than_the_maker(
    session: AsyncSession, tenant: UUID, link: OneTimeToken, user_id: UUID
) -> None:
    """Refuse a link to rights that its maker, who has seen it, does not have: they may have come since."""
    held, scope = await permissions_of(session, link.created_by)
    maker = Principal(link.created_by, tenant, "", held, scope=scope)
    if not link.detail.get(_AGREED) and not await may_all_of(session, maker, user_id):
        remedy = "Ask somebody who may do all that you may for a new one."
        raise SignInError("whoever invited you may do less than you by now", remedy=remedy)


def _refused() -> SignInError:
    remedy = "Ask whoever invited you for a new one."
    return SignInError("the invitation was used already or is too old", remedy=remedy)
