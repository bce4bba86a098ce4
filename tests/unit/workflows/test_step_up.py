"""Step-up."""

import datetime as dt

import pytest

from plimsoll.data.store.database import Database
from plimsoll.errors import PermissionDeniedError, SignInError, ThrottledError, UsageError
from plimsoll.security.passwords import Passwords
from plimsoll.security.permissions import Principal
from plimsoll.workflows.sessions import Origin, principal_of
from plimsoll.workflows.sign_in import Claim, sign_in
from plimsoll.workflows.step_up import step_up
from somebody import EMAIL, NOW, PASSWORD, new_user

pytestmark = pytest.mark.anyio

LATER = NOW + dt.timedelta(minutes=15)


async def shown(database: Database, caller: Principal, answer: str, kind: str = "password") -> str:
    """Show again who one is."""
    return await step_up(database, Passwords(), caller, kind=kind, answer=answer, origin=Origin(), now=LATER)


async def test_a_password_makes_it_fresh_by_a_new_token(database: Database) -> None:
    """For ten minutes; the token of before leads nowhere."""
    await new_user(database)
    made = await sign_in(database, Passwords(), Claim(EMAIL, PASSWORD), Origin("192.0.2.1"), NOW)
    caller = await principal_of(database, made.token, LATER)
    assert caller is not None
    assert not caller.is_stepped_up(LATER)
    token = await shown(database, caller, PASSWORD)
    fresh = await principal_of(database, token, LATER)
    assert fresh is not None
    assert fresh.is_stepped_up(LATER)
    assert await principal_of(database, made.token, LATER) is None


async def test_guessing_ends_and_others_are_refused(database: Database) -> None:
    """A wrong answer changes nothing; a program and another kind have no way."""
    await new_user(database)
    made = await sign_in(database, Passwords(), Claim(EMAIL, PASSWORD), Origin("192.0.2.1"), NOW)
    caller = await principal_of(database, made.token, LATER)
    assert caller is not None
    with pytest.raises(UsageError):
        await shown(database, caller, "x", "telepathy")
    with pytest.raises(PermissionDeniedError):
        await shown(database, Principal("local", caller.tenant, "L", frozenset()), PASSWORD)
    for _ in range(10):
        with pytest.raises(SignInError):
            await shown(database, caller, "wrong")
    with pytest.raises(ThrottledError):
        await shown(database, caller, PASSWORD)
    assert await principal_of(database, made.token, LATER) is not None
