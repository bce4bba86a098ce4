"""Step-up: somebody who is signed in shows again who they are, before what is most sensitive."""

import datetime as dt

from plimsoll.data.store import users
from plimsoll.data.store.database import Database
from plimsoll.errors import SignInError, UsageError
from plimsoll.security.passwords import Passwords
from plimsoll.security.permissions import Principal
from plimsoll.security.throttle import Tried
from plimsoll.workflows.own_account import person_of
from plimsoll.workflows.sessions import Origin, renew
from plimsoll.workflows.throttling import count_try, forget_tries

__all__ = ["step_up"]

_PASSWORD = "password"  # noqa: S105 - the name of a kind


async def step_up(
    database: Database,
    passwords: Passwords,
    caller: Principal,
    *,
    kind: str,
    answer: str,
    origin: Origin,
    now: dt.datetime,
) -> str:
    """Note that somebody has just shown again who they are, and return the new token of their session.

    Parameters
    ----------
    database, passwords
        Where people are, and what checks passwords.
    caller
        Somebody with an account, in a session of a browser.
    kind, answer
        ``password`` and theirs.
    origin, now
        From where, and when.

    Raises
    ------
    NotFoundError
        If the session was ended meanwhile.
    PermissionDeniedError
        If the caller is no person.
    SignInError
        If the answer is wrong.
    ThrottledError
        If it was tried too often.
    UsageError
        If the caller has no session, or there is no such kind.
    """
    user_id = person_of(caller)
    if caller.session is None or kind != _PASSWORD:
        raise UsageError(
            "this cannot be shown here", remedy="Sign in with a browser, and give your password."
        )
    counted = f"{caller.tenant}|{user_id}"
    await count_try(database, Tried.PASSWORD, user=counted, address=origin.address, device=None, now=now)
    async with database.session(caller.tenant) as session:
        user = await users.get(session, user_id)
    if not await passwords.matches(answer, user.password):
        raise SignInError("the password is another")
    async with database.session(caller.tenant) as session:
        token = await renew(session, caller, now, factors=frozenset({_PASSWORD}))
    await forget_tries(database, Tried.PASSWORD, user=counted, device=None)
    return token
