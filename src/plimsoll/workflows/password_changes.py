"""Passwords changed, and set anew by whoever has forgotten theirs."""

import datetime as dt
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store import devices, one_time_tokens, users
from plimsoll.data.store.database import Database
from plimsoll.data.store.look_ups import look_up, tenant_named
from plimsoll.data.store.one_time_tokens import Purpose
from plimsoll.data.store.tenants import LOCAL_TENANT
from plimsoll.data.store.users import UserRecord
from plimsoll.errors import SignInError
from plimsoll.security.emails import normal_email
from plimsoll.security.passwords import Passwords, accepted_password, stands_alone
from plimsoll.security.permissions import Principal
from plimsoll.security.throttle import Tried
from plimsoll.security.tokens import TOKEN, digest, new_token
from plimsoll.workflows.account_audit import note_attempt, note_done
from plimsoll.workflows.audit import AuditAction, record
from plimsoll.workflows.mail import Mail
from plimsoll.workflows.own_account import person_of
from plimsoll.workflows.second_step import SecondStep
from plimsoll.workflows.sessions import Origin, renew
from plimsoll.workflows.throttling import count_try, forget_tries

__all__ = ["LIFE_OF_RESET", "RESET", "Reset", "ask_reset", "change_password", "reset_mail", "reset_password"]

RESET = "plr"
"""How the token of a link begins by which a password is set anew."""
LIFE_OF_RESET = dt.timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Reset:
    """A link that was asked for.

    Parameters
    ----------
    user
        For whom.
    token
        Of the link; it is sent to their address and shown nowhere.
    """

    user: UserRecord
    token: str = field(repr=False)


async def change_password(
    database: Database,
    passwords: Passwords,
    caller: Principal,
    *,
    current: str,
    chosen: str,
    second: SecondStep,
    origin: Origin,
    now: dt.datetime,
) -> str:
    """Change one's own password, end all other sessions, and return the new token of this one, if it is one.

    Parameters
    ----------
    database, passwords
        Where people are, and what checks passwords.
    caller
        Somebody with an account, in a session.
    current, chosen
        The password as it is and as it will be.
    second
        Whether they have a second factor, beside which a shorter password is enough.
    origin, now
        From where, and when.

    Raises
    ------
    SignInError
        If the current password is another.
    ThrottledError
        If it was tried too often.
    UsageError
        If the new password cannot be used.
    """
    user_id = person_of(caller)
    async with database.session(caller.tenant) as session:
        user = await users.get(session, user_id)
        has_factor = bool(await second.kinds(session, user_id))
    counted = f"{caller.tenant}|{user.id}"
    await count_try(database, Tried.PASSWORD, user=counted, address=origin.address, device=None, now=now)
    accepted = accepted_password(chosen, has_factor=has_factor, hints=[user.name, user.email])
    if not await passwords.matches(current, user.password):
        await note_attempt(database, caller.tenant, AuditAction.STEP_UP_FAILED, user_id, origin.address)
        raise SignInError("the current password is another")
    hashed = await passwords.hashed(accepted)
    async with database.session(caller.tenant) as session:
        if (await users.get(session, user_id, lock=True)).password != user.password:
            raise SignInError("the current password is another")
        await _set(session, user_id, hashed, accepted, now)
        await record(
            session, AuditAction.PASSWORD_CHANGED, actor=caller, subject=user_id, address=origin.address
        )
        epoch = await users.end_all_sessions(session, user_id)
        # A password alone is no fresh proof of whoever has a second factor.
        token = (
            await renew(session, caller, now, epoch=epoch, steps_up=not has_factor) if caller.session else ""
        )
    await forget_tries(database, Tried.PASSWORD, user=counted, device=None)
    return token


async def ask_reset(
    database: Database, *, email: str, tenant: str, origin: Origin, now: dt.datetime
) -> Reset | None:
    """Make a link by which somebody sets their password anew; None where there is nobody of that address.

    Whoever asks must not learn which it was, and is answered before this is called.

    Parameters
    ----------
    database
        Where people are.
    email, tenant
        As for :class:`plimsoll.workflows.sign_in.Claim`.
    origin, now
        From where, and when.

    Raises
    ------
    ThrottledError
        If it was asked for too often.
    UsageError
        If it is no address.
    """
    address = normal_email(email)
    counted = f"reset|{tenant}|{address}"
    await count_try(database, Tried.PASSWORD, user=counted, address=origin.address, device=None, now=now)
    found = await tenant_named(database, tenant) if tenant else LOCAL_TENANT
    async with database.session(found) as session:
        user = await users.by_email(session, address)
        if user is None or not user.enabled or user.password is None:
            return None
        token = new_token(RESET)
        await one_time_tokens.add(
            session,
            Purpose.PASSWORD_RESET,
            digest(token),
            at=now,
            life=LIFE_OF_RESET,
            created_by=f"user:{user.id}",
            user_id=user.id,
        )
        await record(
            session, AuditAction.PASSWORD_RESET_ASKED, actor=None, subject=user.id, address=origin.address
        )
    return Reset(user, token)


def reset_mail(reset: Reset, url: str) -> Mail:
    """Return what is written to whoever has forgotten their password.

    Parameters
    ----------
    reset
        From `ask_reset`.
    url
        Where the platform is.
    """
    text = (
        f"Somebody has asked to set your Plimsoll password anew. If that was you, open this within "
        f"{LIFE_OF_RESET.seconds // 60} minutes:\n\n{url}/sign-in#{reset.token}\n\n"
        "If it was not you, nothing has changed and there is nothing to do.\n"
    )
    return Mail(reset.user.email, "Your Plimsoll password", text)


async def reset_password(
    database: Database, passwords: Passwords, token: str, *, chosen: str, second: SecondStep, now: dt.datetime
) -> UUID:
    """Set a password anew by the link that was sent, end all sessions, and return whose it is.

    Nobody is signed in by it: a second factor, where there is one, is still asked for.

    Parameters
    ----------
    database, passwords
        Where people are, and what hashes passwords.
    token, chosen
        Of the link, and the password.
    second, now
        Whether they have a second factor, and the time.

    Raises
    ------
    SignInError
        If the link is unknown, was used or is too old.
    UsageError
        If the password cannot be used; the link stays good then.
    """
    accepted = accepted_password(chosen, has_factor=True)  # who may have less than 15 is known below
    found = await look_up(database, "one_time_tokens", digest(token)) if TOKEN.fullmatch(token) else None
    if found is None:
        raise _refused()
    hashed = await passwords.hashed(accepted)
    async with database.session(found.tenant) as session:
        used = await one_time_tokens.consume(session, found.id, Purpose.PASSWORD_RESET, now)
        if used is None or used.user_id is None:
            raise _refused()
        user = await users.get(session, used.user_id, lock=True)
        if not user.enabled:
            raise _refused()
        has_factor = bool(await second.kinds(session, user.id))
        accepted_password(chosen, has_factor=has_factor, hints=[user.name, user.email])
        await _set(session, user.id, hashed, accepted, now)
        await users.end_all_sessions(session, user.id)
        await devices.forget_all(session, user.id)
        await note_done(session, AuditAction.PASSWORD_RESET, user, found.tenant)
    return user.id


async def _set(session: AsyncSession, user_id: UUID, hashed: str, chosen: str, now: dt.datetime) -> None:
    kept = {"password": hashed, "password_changed_at": now, "password_alone": stands_alone(chosen)}
    await users.change(session, user_id, kept)


def _refused() -> SignInError:
    remedy = "Ask for a new one on the page where you sign in."
    return SignInError("the link was used already or is too old", remedy=remedy)
