"""The first administrator: made by whoever has the link that the first start prints, and by nobody else."""

import datetime as dt
from uuid import UUID

from plimsoll.data.store import one_time_tokens, users
from plimsoll.data.store.database import Database
from plimsoll.data.store.look_ups import look_up
from plimsoll.data.store.one_time_tokens import Purpose
from plimsoll.data.store.tenants import LOCAL_TENANT
from plimsoll.errors import ConflictError, SignInError
from plimsoll.security.emails import normal_email
from plimsoll.security.passwords import Passwords, accepted_password
from plimsoll.security.tokens import TOKEN, digest, new_token
from plimsoll.workflows.account_audit import note_done
from plimsoll.workflows.audit import AuditAction
from plimsoll.workflows.grants import first_administrator as grant_first
from plimsoll.workflows.sessions import Origin, SignedIn, begin

__all__ = ["FIRST_LINK", "LIFE_OF_LINK", "first_link", "make_first_administrator"]

FIRST_LINK = "plf"
"""How the token of the link begins, so that the page knows what it is for."""
LIFE_OF_LINK = dt.timedelta(minutes=15)


async def first_link(
    database: Database,
    now: dt.datetime,
    *,
    tenant: UUID = LOCAL_TENANT,
    life: dt.timedelta = LIFE_OF_LINK,
) -> str | None:
    """Return a token that makes the first administrator, once; None where there is somebody already.

    Parameters
    ----------
    database
        In which the tenant is there.
    now, life
        The time, and for how long the token is good.
    tenant
        Whose first administrator; by default that of the installation.
    """
    async with database.session(tenant) as session:
        if await users.are_there(session):
            return None
        token = new_token(FIRST_LINK)
        await one_time_tokens.add(
            session,
            Purpose.FIRST_ADMINISTRATOR,
            digest(token),
            at=now,
            life=life,
            created_by="local",
        )
    return token


async def make_first_administrator(
    database: Database,
    passwords: Passwords,
    token: str,
    *,
    name: str,
    email: str,
    password: str,
    origin: Origin,
    now: dt.datetime,
) -> SignedIn:
    """Make the first administrator and sign them in.

    Parameters
    ----------
    database, passwords
        Where people are, and what hashes passwords.
    token
        Of the link.
    name, email, password
        Of the administrator.
    origin, now
        From where, and when.

    Raises
    ------
    ConflictError
        If there is somebody already.
    SignInError
        If the link is unknown, was used or is too old.
    UsageError
        If address or password cannot be used; the link stays good then.
    """
    address = normal_email(email)
    accepted = accepted_password(password, has_factor=False, hints=(name, email))
    found = await look_up(database, "one_time_tokens", digest(token)) if TOKEN.fullmatch(token) else None
    if found is None:
        raise _refused()
    hashed = await passwords.hashed(accepted)
    async with database.session(found.tenant) as session:
        used = await one_time_tokens.consume(session, found.id, Purpose.FIRST_ADMINISTRATOR, now)
        if used is None:
            raise _refused()
        await users.lock_first(session, found.tenant)
        if await users.are_there(session):
            raise ConflictError("there is an administrator already", remedy="Ask them for an invitation.")
        user = await users.add(
            session,
            email=address,
            name=name,
            created_by="local",
            password=hashed,
            password_alone=True,
            password_changed_at=now,
            administrator=True,
        )
        await grant_first(session, user.id, by="first start")
        await note_done(session, AuditAction.USER_CREATED, user, found.tenant, address=origin.address)
        return await begin(
            session, user, tenant=found.tenant, factors=frozenset({"password"}), origin=origin, now=now
        )


def _refused() -> SignInError:
    remedy = "Start plimsoll up anew: it prints a new one."
    return SignInError("the link was used already or is too old", remedy=remedy)
