"""Step-up."""

import datetime as dt
from dataclasses import replace

import pytest

from plimsoll.data.store.database import Database
from plimsoll.errors import PermissionDeniedError, SignInError, ThrottledError, UsageError
from plimsoll.security.passwords import Passwords
from plimsoll.security.permissions import Principal
from plimsoll.workflows.second_step import NoSecondStep, SecondStep
from plimsoll.workflows.sessions import Origin, SignedIn, principal_of
from plimsoll.workflows.sign_in import Claim, sign_in
from plimsoll.workflows.step_up import step_up
from somebody import EMAIL, NOW, PASSWORD, Codes, new_user

pytestmark = pytest.mark.anyio

LATER = NOW + dt.timedelta(minutes=15)


async def signed_in(database: Database) -> tuple[str, Principal]:
    """Return the token of a session that was begun a while ago, and whose it is."""
    made = await sign_in(
        database, Passwords(), NoSecondStep(), Claim(EMAIL, PASSWORD), Origin("192.0.2.1"), NOW
    )
    assert isinstance(made, SignedIn)
    caller = await principal_of(database, made.token, LATER)
    assert caller is not None
    return made.token, caller


async def shown(
    database: Database,
    caller: Principal,
    answer: str,
    kind: str = "password",
    second: SecondStep | None = None,
) -> str:
    """Show again who one is."""
    return await step_up(
        database,
        Passwords(),
        second or NoSecondStep(),
        caller,
        kind=kind,
        answer=answer,
        origin=Origin(),
        now=LATER,
    )


async def test_a_password_makes_it_fresh_by_a_new_token(database: Database) -> None:
    """For ten minutes; the token of before leads nowhere."""
    await new_user(database)
    token, caller = await signed_in(database)
    assert not caller.is_stepped_up(LATER)
    renewed = await shown(database, caller, PASSWORD)
    fresh = await principal_of(database, renewed, LATER)
    assert fresh is not None
    assert fresh.is_stepped_up(LATER)
    assert await principal_of(database, token, LATER) is None


async def test_a_factor_does_as_well(database: Database) -> None:
    """It is then among what was shown; each answer is right once, and its tries count for themselves."""
    user = await new_user(database)
    _, caller = await signed_in(database)
    second = Codes({user.id: ["a", "b"]})
    renewed = await shown(database, caller, "a", "slip", second)
    fresh = await principal_of(database, renewed, LATER)
    assert fresh is not None
    assert fresh.factors == {"password", "slip"}
    for _ in range(10):
        with pytest.raises(SignInError):
            await shown(database, fresh, "a", "slip", second)
    with pytest.raises(ThrottledError):
        await shown(database, fresh, "b", "slip", second)


async def test_a_password_is_not_enough_beside_a_factor(database: Database) -> None:
    """Whoever has one is asked for it; the refusal says which there are, and leaves the session as it was."""
    user = await new_user(database)
    token, caller = await signed_in(database)
    with pytest.raises(PermissionDeniedError) as refusal:
        await shown(database, caller, PASSWORD, second=Codes({user.id: ["a"]}))
    assert "slip" in refusal.value.remedy
    same = await principal_of(database, token, LATER)
    assert same is not None
    assert not same.is_stepped_up(LATER)


async def test_guessing_ends_and_others_are_refused(database: Database) -> None:
    """A wrong answer changes nothing; a program and another kind have no way."""
    await new_user(database)
    token, caller = await signed_in(database)
    with pytest.raises(SignInError):
        await shown(database, caller, "x", "telepathy")
    with pytest.raises(UsageError):
        await shown(database, replace(caller, session=None), PASSWORD)
    with pytest.raises(PermissionDeniedError):
        await shown(database, Principal("local", caller.tenant, "L", frozenset()), PASSWORD)
    for _ in range(10):
        with pytest.raises(SignInError):
            await shown(database, caller, "wrong")
    with pytest.raises(ThrottledError):
        await shown(database, caller, PASSWORD)
    assert await principal_of(database, token, LATER) is not None
