"""Step-up: somebody who is signed in shows again who they are, before what is most sensitive."""

import datetime as dt

from plimsoll.data.store import users
from plimsoll.data.store.database import Database
from plimsoll.errors import PermissionDeniedError, SignInError, UsageError
from plimsoll.security.passwords import Passwords
from plimsoll.security.permissions import Principal
from plimsoll.security.throttle import Tried
from plimsoll.workflows.audit import AuditAction, record
from plimsoll.workflows.own_account import person_of
from plimsoll.workflows.second_step import SecondStep
from plimsoll.workflows.sessions import Origin, renew
from plimsoll.workflows.throttling import count_try, forget_tries

__all__ = ["step_up"]

_PASSWORD = "password"  # noqa: S105 - the name of a kind


async def step_up(
    database: Database,
    passwords: Passwords,
    second: SecondStep,
    caller: Principal,
    *,
    kind: str,
    answer: str,
    origin: Origin,
    now: dt.datetime,
) -> str:
    """Note that somebody has just shown again who they are, and return the new token of their session.

    Whoever has a second factor is asked for it: a password that somebody has read over their shoulder, or a
    browser they have left open together with it, is not enough.

    Parameters
    ----------
    database, passwords, second
        Where people are, what checks passwords, and what knows their factors.
    caller
        Somebody with an account, in a session.
    kind, answer
        The kind of a factor, or ``password`` where they have none, and what proves it.
    origin, now
        From where, and when.

    Raises
    ------
    NotFoundError
        If the session was ended meanwhile.
    PermissionDeniedError
        If the caller is no person, or offers a password beside which they have a factor.
    SignInError
        If the answer is wrong.
    ThrottledError
        If it was tried too often.
    UsageError
        If the caller has no session.
    """
    user_id = person_of(caller)
    if caller.session is None:
        raise UsageError("only who is signed in can do this", remedy="Sign in anew instead.")
    if kind == _PASSWORD:
        await _refuse_password(database, second, caller)
    tried = Tried.PASSWORD if kind == _PASSWORD else Tried.CODE
    counted = f"{caller.tenant}|{user_id}"
    await count_try(database, tried, user=counted, address=origin.address, device=None, now=now)
    async with database.session(caller.tenant) as session:
        kept = (await users.get(session, user_id)).password
    right = kind == _PASSWORD and await passwords.matches(answer, kept)
    async with database.session(caller.tenant) as session:
        # Kept also where a code is wrong: what was tried is counted there as well.
        right = right or (kind != _PASSWORD and await second.verify(session, user_id, kind, answer, now=now))
        token = await renew(session, caller, now, factors=frozenset({kind})) if right else ""
        action = AuditAction.STEP_UP_SUCCEEDED if right else AuditAction.STEP_UP_FAILED
        await record(session, action, actor=caller, subject=user_id, address=origin.address)
    if not right:
        raise SignInError("the answer is not right")
    await forget_tries(database, tried, user=counted, device=None)
    return token


async def _refuse_password(database: Database, second: SecondStep, caller: Principal) -> None:
    async with database.session(caller.tenant) as session:
        kinds = await second.kinds(session, person_of(caller))
    if kinds:
        remedy = f"Answer with one of these kinds: {', '.join(kinds)}."
        raise PermissionDeniedError("a second factor is asked for, not the password", remedy=remedy)
