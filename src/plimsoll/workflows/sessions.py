"""Sessions of people: begun, recognised, renewed and ended."""

import datetime as dt
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store import devices, user_sessions
from plimsoll.data.store.database import Database
from plimsoll.data.store.look_ups import look_up
from plimsoll.data.store.user_sessions import SessionRecord
from plimsoll.data.store.users import UserRecord
from plimsoll.errors import PlimsollError
from plimsoll.security.clocks import is_younger
from plimsoll.security.permissions import Principal, PrincipalKind
from plimsoll.security.second_factor import allowed_with
from plimsoll.security.tokens import TOKEN, digest, new_token
from plimsoll.workflows.account_audit import note_done
from plimsoll.workflows.audit import AuditAction
from plimsoll.workflows.granted import permissions_of

__all__ = [
    "FORM_OF_TOKEN",
    "IDLE",
    "LIFE_OF_SESSION",
    "Origin",
    "SignedIn",
    "begin",
    "lives",
    "principal_of",
    "principal_of_session",
    "renew",
    "sign_out",
    "user_id_of",
    "was_session",
]

IDLE = dt.timedelta(minutes=30)
"""A session that is not used for so long is over."""
LIFE_OF_SESSION = dt.timedelta(hours=12)
"""No session lasts longer."""
FORM_OF_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
"""What the token of a session looks like: those of other things have a prefix."""
_SEEN_EVERY = dt.timedelta(minutes=1)
_LONGEST_AGENT = 300

_log = structlog.get_logger("plimsoll.sessions")


@dataclass(frozen=True, slots=True)
class Origin:
    """From where somebody signs in.

    Parameters
    ----------
    address
        Of the client; empty where it is not known.
    agent
        What the browser calls itself.
    device
        The token by which a browser is known in which somebody has signed in before; empty for none.
    """

    address: str = ""
    agent: str = ""
    device: str = field(default="", repr=False)

    @property
    def device_digest(self) -> bytes | None:
        """What is kept of the token; None where it is none."""
        return digest(self.device) if TOKEN.fullmatch(self.device) else None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session that was just begun or renewed.

    Parameters
    ----------
    token
        Of the session; it is never shown again.
    session_id, user_id, tenant
        Which, whose, and where.
    device
        The token by which this browser will be known; empty where it has one.
    """

    token: str = field(repr=False)
    session_id: UUID
    user_id: UUID
    tenant: UUID
    device: str = field(default="", repr=False)


async def begin(
    session: AsyncSession,
    user: UserRecord,
    *,
    tenant: UUID,
    factors: frozenset[str],
    origin: Origin,
    now: dt.datetime,
    is_fresh: bool = True,
    provider: UUID | None = None,
) -> SignedIn:
    """Begin a session of somebody who has shown who they are.

    Parameters
    ----------
    session
        An open transaction of the tenant, in which the proof was used up.
    user, tenant
        Who, and where.
    factors
        How they have shown it.
    origin, now
        From where, and when.
    is_fresh
        Whether what is most sensitive is allowed at once, and not after another proof.
    provider
        Who says so, where it is somebody else.
    """
    token = new_token()
    mark, strange = await _mark(session, user.id, origin, now)
    record = await user_sessions.add(
        session,
        digest=digest(token),
        user_id=user.id,
        epoch=user.epoch,
        factors=sorted(factors),
        created_at=now,
        seen_at=now,
        stepped_up_at=now if is_fresh else None,
        address=origin.address,
        agent=origin.agent[:_LONGEST_AGENT],
    )
    action = AuditAction.SIGN_IN_NEW_DEVICE if strange else AuditAction.SIGN_IN_SUCCEEDED
    detail = {"factors": sorted(factors), "agent": origin.agent[:_LONGEST_AGENT]}
    if provider is not None:
        detail["provider"] = str(provider)
    await note_done(
        session, action, user, tenant, address=origin.address, detail=detail, at_session=record.id
    )
    return SignedIn(token, record.id, user.id, tenant, mark)


def lives(record: SessionRecord, now: dt.datetime) -> bool:
    """Return whether a session that nobody has ended is not over by itself.

    One that was used in the future does not live now: it never becomes younger by a clock that was put back.
    """
    return now - record.created_at < LIFE_OF_SESSION and is_younger(record.seen_at, IDLE, now)


async def principal_of(database: Database, token: str, now: dt.datetime) -> Principal | None:
    """Return whose session a token is of, with all they may do at this instant; None if it leads nowhere.

    Parameters
    ----------
    database
        Where sessions are.
    token
        As it was sent.
    now
        The time; that the session was used is noted to within a minute.
    """
    if not FORM_OF_TOKEN.fullmatch(token):
        return None
    kept = digest(token)
    found = await look_up(database, "sessions", kept)
    if found is None:
        return None
    async with database.session(found.tenant) as session:
        living = await user_sessions.living(session, found.id, digest=kept)
    return None if living is None else await _principal(database, found.tenant, living, now)


async def was_session(database: Database, token: str) -> bool:
    """Return whether a token that leads nowhere was that of a session, so that nobody guesses.

    Parameters
    ----------
    database, token
        As for `principal_of`.
    """
    return (
        bool(FORM_OF_TOKEN.fullmatch(token))
        and await look_up(database, "sessions", digest(token)) is not None
    )


async def principal_of_session(
    database: Database, tenant: UUID, session_id: UUID, user_id: UUID, now: dt.datetime
) -> Principal | None:
    """Return whose session it is that an access token names, as `principal_of` does; None if it has ended.

    Parameters
    ----------
    database, now
        As for `principal_of`.
    tenant, session_id, user_id
        Where, which, and whose it must be.
    """
    async with database.session(tenant) as session:
        living = await user_sessions.living(session, session_id)
    if living is None or living[1].id != user_id:
        return None
    return await _principal(database, tenant, living, now)


async def _principal(
    database: Database, tenant: UUID, living: tuple[SessionRecord, UserRecord], now: dt.datetime
) -> Principal | None:
    record, user = living
    if not lives(record, now):
        if now > record.seen_at:  # over for good, also if the clock is put back
            await _noted(database, tenant, lambda session: user_sessions.end(session, record.id, now))
        return None
    async with database.session(tenant) as session:
        permissions, scope = await permissions_of(session, f"user:{user.id}")
    if now - record.seen_at > _SEEN_EVERY:
        await _noted(database, tenant, lambda session: user_sessions.touch(session, record.id, now))
    return Principal(
        id=f"user:{user.id}",
        tenant=tenant,
        name=user.name,
        permissions=allowed_with(permissions, record.factors),
        kind=PrincipalKind.USER,
        session=record.id,
        authenticated_at=record.created_at,
        factors=frozenset(record.factors),
        stepped_up_at=record.stepped_up_at,
        scope=scope,
    )


async def renew(
    session: AsyncSession,
    caller: Principal,
    now: dt.datetime,
    *,
    factors: frozenset[str] | None = None,
    epoch: int | None = None,
    steps_up: bool = True,
) -> str:
    """Give a session a new token, because what it may do changes, and return it.

    Parameters
    ----------
    session
        An open transaction of the tenant.
    caller
        Whose session it is.
    now
        The time.
    factors
        How they have shown it; None for as before.
    epoch
        Of the user, where all other sessions were ended by it.
    steps_up
        Whether they have just shown again who they are.

    Raises
    ------
    NotFoundError
        If the session was ended meanwhile.
    """
    token = new_token()
    changed: dict[str, object] = {"stepped_up_at": now} if steps_up else {}
    if factors is not None:
        changed["factors"] = sorted(caller.factors | factors)
    if epoch is not None:
        changed["epoch"] = epoch
    await user_sessions.rotate(session, caller.session or UUID(int=0), digest(token), **changed)
    return token


async def sign_out(database: Database, token: str, now: dt.datetime) -> None:
    """End the session of a token; one that leads nowhere has ended already."""
    found = await look_up(database, "sessions", digest(token)) if FORM_OF_TOKEN.fullmatch(token) else None
    if found is not None:
        async with database.session(found.tenant) as session:
            living = await user_sessions.living(session, found.id, digest=digest(token))
            if living is not None:
                await user_sessions.end(session, found.id, now)
                user = living[1]
                await note_done(session, AuditAction.SIGN_OUT, user, found.tenant, at_session=found.id)


def user_id_of(principal_id: str) -> UUID | None:
    """Return the id of the person that a principal is; None for one that is no person.

    Examples
    --------
    >>> user_id_of("local") is None, user_id_of("user:00000000-0000-0000-0000-000000000001").int
    (True, 1)
    """
    kind, _, number = principal_id.partition(":")
    return UUID(number) if kind == "user" else None


async def _mark(session: AsyncSession, user_id: UUID, origin: Origin, now: dt.datetime) -> tuple[str, bool]:
    """Return the token by which a browser will be known, empty for a known one, and whether it is strange.

    It is always one of ours: a token that was there before could be known to whoever put it there.
    """
    known = origin.device_digest
    if known is not None and await devices.seen(session, user_id, known, now) is not None:
        return "", False
    strange = await devices.are_there(session, user_id)
    mark = new_token("pld")
    await devices.add(session, user_id, digest(mark), now)
    return mark, strange


async def _noted(
    database: Database, tenant: UUID, write: Callable[[AsyncSession], Awaitable[object]]
) -> None:
    """Note the use or the end of a session; a database that takes no writes keeps nobody from either."""
    try:
        async with database.session(tenant) as session:
            await write(session)
    except (PlimsollError, SQLAlchemyError) as error:
        _log.warning("a session is not noted", error=type(error).__name__)
