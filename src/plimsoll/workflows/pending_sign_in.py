"""Sign-ins that wait for a second factor: whose password was right has five minutes and five tries."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store import devices, sign_ins, users
from plimsoll.data.store.database import Database
from plimsoll.data.store.look_ups import look_up
from plimsoll.data.store.users import UserRecord
from plimsoll.errors import SignInError, ThrottledError
from plimsoll.security.throttle import Tried
from plimsoll.security.tokens import TOKEN, digest, new_token
from plimsoll.workflows.account_audit import note_attempt
from plimsoll.workflows.audit import AuditAction
from plimsoll.workflows.second_step import SecondStep
from plimsoll.workflows.sessions import Origin, SignedIn, begin
from plimsoll.workflows.throttling import count_try, forget_tries

__all__ = ["PENDING", "Pending", "Waiting", "begin_pending", "complete_sign_in", "waiting"]

PENDING = "plc"
"""How the token of a sign-in begins that waits."""


@dataclass(frozen=True, slots=True)
class Pending:
    """A sign-in that waits for a second factor.

    Parameters
    ----------
    token
        By which it goes on; it lets nobody in.
    kinds
        By what the person can be asked, the strongest first.
    """

    token: str = field(repr=False)
    kinds: Sequence[str]


@dataclass(frozen=True, slots=True)
class Waiting:
    """Whose sign-in waits.

    Parameters
    ----------
    tenant, user_id, id
        Where, who, and which.
    """

    tenant: UUID
    user_id: UUID
    id: UUID


async def begin_pending(
    session: AsyncSession,
    user: UserRecord,
    kinds: Sequence[str],
    *,
    factors: frozenset[str],
    now: dt.datetime,
) -> Pending:
    """Note that somebody's password was right.

    Parameters
    ----------
    session, user
        An open transaction of the tenant, and who.
    kinds, factors, now
        By what they can be asked, what they have shown, and when.
    """
    token = new_token(PENDING)
    await sign_ins.add(
        session, user_id=user.id, epoch=user.epoch, digest=digest(token), factors=sorted(factors), at=now
    )
    return Pending(token, tuple(kinds))


async def waiting(database: Database, token: str, now: dt.datetime) -> Waiting:
    """Return whose sign-in waits under a token, for what they need before they can answer.

    Raises
    ------
    SignInError
        If none does, or not any more.
    """
    found = await look_up(database, "sign_ins", digest(token)) if TOKEN.fullmatch(token) else None
    if found is not None:
        async with database.session(found.tenant) as session:
            record = await sign_ins.open_one(session, found.id, now)
        if record is not None:
            return Waiting(found.tenant, record.user_id, found.id)
    raise _over()


async def complete_sign_in(
    database: Database,
    second: SecondStep,
    token: str,
    *,
    kind: str,
    answer: str,
    origin: Origin,
    now: dt.datetime,
) -> SignedIn:
    """Sign somebody in whose second factor is right.

    Parameters
    ----------
    database, second
        Where people are, and what knows their factors.
    token
        Of the sign-in that waits.
    kind, answer
        By what they were asked, and what they said.
    origin, now
        From where, and when.

    Raises
    ------
    SignInError
        If the answer is wrong, or there is no such sign-in, or no try is left.
    ThrottledError
        If codes were tried too often, over all sign-ins of this person.
    """
    known = await waiting(database, token, now)
    device = await _device(database, known, origin, now)
    counted = f"{known.tenant}|{known.user_id}"
    try:
        await count_try(database, Tried.CODE, user=counted, address=origin.address, device=device, now=now)
    except ThrottledError as error:
        if not error.repeated:
            await _note(database, AuditAction.FACTOR_THROTTLED, known, origin)
        raise
    async with database.session(known.tenant) as session:
        if await sign_ins.take_try(session, known.id, now) is None:
            raise _over()
    async with database.session(known.tenant) as session:
        # Kept also where it is wrong: what was tried is counted there as well.
        made = await _answered(session, second, known, kind, answer, origin, now)
    if made is None:
        await _note(database, AuditAction.FACTOR_FAILED, known, origin)
        raise SignInError("the answer is not right", remedy="Try again, or take another factor.")
    await forget_tries(database, Tried.CODE, user=counted, device=device)
    return made


async def _answered(
    session: AsyncSession,
    second: SecondStep,
    known: Waiting,
    kind: str,
    answer: str,
    origin: Origin,
    now: dt.datetime,
) -> SignedIn | None:
    user = await users.get(session, known.user_id, lock=True)
    if not await second.verify(session, user.id, kind, answer, now=now):
        return None
    record = await sign_ins.end(session, known.id, now)
    if record is None or not user.enabled or record.epoch != user.epoch:
        return None
    factors = frozenset({*record.factors, kind})
    return await begin(session, user, tenant=known.tenant, factors=factors, origin=origin, now=now)


async def _device(database: Database, known: Waiting, origin: Origin, now: dt.datetime) -> bytes | None:
    if origin.device_digest is None:
        return None
    async with database.session(known.tenant) as session:
        seen = await devices.seen(session, known.user_id, origin.device_digest, now)
    return origin.device_digest if seen is not None else None


async def _note(database: Database, action: AuditAction, known: Waiting, origin: Origin) -> None:
    await note_attempt(database, known.tenant, action, known.user_id, origin.address)


def _over() -> SignInError:
    return SignInError("this sign-in is over", remedy="Begin again with your password.")
