"""E-mail addresses changed: the new one counts when the link that was sent there is opened."""

import datetime as dt
from dataclasses import dataclass, field
from uuid import UUID

from plimsoll.data.store import one_time_tokens, users
from plimsoll.data.store.database import Database
from plimsoll.data.store.look_ups import look_up
from plimsoll.data.store.one_time_tokens import Purpose
from plimsoll.errors import ConflictError, SignInError
from plimsoll.security.emails import normal_email
from plimsoll.security.permissions import Principal
from plimsoll.security.tokens import TOKEN, digest, new_token
from plimsoll.workflows.account_audit import note_done
from plimsoll.workflows.audit import AuditAction, record
from plimsoll.workflows.mail import Mail
from plimsoll.workflows.own_account import person_of

__all__ = [
    "CHANGE_LIFE",
    "EMAIL_CHANGE",
    "EmailChange",
    "ask_email_change",
    "confirm_email",
    "email_change_mail",
]

EMAIL_CHANGE = "ple"
"""How the token of such a link begins."""
CHANGE_LIFE = dt.timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class EmailChange:
    """A new address that is to be confirmed.

    Parameters
    ----------
    email
        The new address, normal.
    token
        Of the link that goes there and is shown nowhere.
    """

    email: str
    token: str = field(repr=False)


async def ask_email_change(
    database: Database, caller: Principal, *, email: str, now: dt.datetime
) -> EmailChange:
    """Make a link by which one confirms that a new address is one's own.

    Parameters
    ----------
    database, caller
        Where people are, and who asks.
    email, now
        The new address, and when.

    Raises
    ------
    ConflictError
        If it is the address of before.
    PermissionDeniedError
        If the caller is no person.
    UsageError
        If it is no address.
    """
    address = normal_email(email)
    user_id = person_of(caller)
    token = new_token(EMAIL_CHANGE)
    async with database.session(caller.tenant) as session:
        if (await users.get(session, user_id)).email == address:
            raise ConflictError("this is your address already")
        # Whether somebody else has it is not said here: it would tell who has an account.
        await one_time_tokens.add(
            session,
            Purpose.EMAIL_CHANGE,
            digest(token),
            at=now,
            life=CHANGE_LIFE,
            created_by=caller.id,
            user_id=user_id,
            detail={"email": address},
        )
        await record(session, AuditAction.EMAIL_CHANGE_ASKED, actor=caller, subject=user_id)
    return EmailChange(address, token)


def email_change_mail(change: EmailChange, url: str) -> Mail:
    """Return what is written to the new address.

    Parameters
    ----------
    change, url
        From `ask_email_change`, and where the platform is.
    """
    text = (
        "This is to become the e-mail address of a Plimsoll account. If that is yours, open this within "
        f"{CHANGE_LIFE.seconds // 60} minutes:\n\n{url}/sign-in#{change.token}\n"
    )
    return Mail(change.email, "Your new address at Plimsoll", text)


async def confirm_email(database: Database, token: str, now: dt.datetime) -> UUID:
    """Make the new address that of its person, and return who it is; their sessions go on.

    Raises
    ------
    ConflictError
        If somebody else has the address meanwhile; the link is used up.
    SignInError
        If the link is unknown, was used or is too old.
    """
    found = await look_up(database, "one_time_tokens", digest(token)) if TOKEN.fullmatch(token) else None
    if found is None:
        raise _refused()
    async with database.session(found.tenant) as session:
        used = await one_time_tokens.consume(session, found.id, Purpose.EMAIL_CHANGE, now)
        if used is None or used.user_id is None:
            raise _refused()
        user = await users.change(session, used.user_id, {"email": str(used.detail["email"])})
        await one_time_tokens.revoke(session, Purpose.PASSWORD_RESET, user.id, now)
        await note_done(session, AuditAction.EMAIL_CHANGED, user, found.tenant)
    return user.id


def _refused() -> SignInError:
    return SignInError("the link was used already or is too old", remedy="Ask for the change again.")
