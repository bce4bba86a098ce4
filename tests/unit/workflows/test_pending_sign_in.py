"""Sign-ins that wait for a second factor."""

import asyncio
import datetime as dt

import pytest

from plimsoll.data.store import users
from plimsoll.data.store.database import Database
from plimsoll.data.store.sign_ins import MOST_TRIES, PENDING_LIFE
from plimsoll.data.store.tenants import LOCAL_TENANT
from plimsoll.errors import PlimsollError, SignInError, ThrottledError
from plimsoll.security.passwords import Passwords
from plimsoll.workflows.pending_sign_in import Pending, complete_sign_in, waiting
from plimsoll.workflows.sessions import Origin, SignedIn, principal_of
from plimsoll.workflows.sign_in import Claim, sign_in
from somebody import EMAIL, NOW, PASSWORD, Codes, new_user

pytestmark = pytest.mark.anyio

HOME = Origin("192.0.2.1", "Browser")


async def pending(database: Database, second: Codes, origin: Origin = HOME) -> Pending:
    """Give the right password."""
    made = await sign_in(database, Passwords(), second, Claim(EMAIL, PASSWORD), origin, NOW)
    assert isinstance(made, Pending)
    return made


async def answered(
    database: Database,
    second: Codes,
    token: str,
    answer: str,
    *,
    now: dt.datetime = NOW,
    origin: Origin = HOME,
    kind: str = "slip",
) -> SignedIn:
    """Answer the second step."""
    return await complete_sign_in(database, second, token, kind=kind, answer=answer, origin=origin, now=now)


async def test_a_password_alone_lets_nobody_in_who_has_more(database: Database) -> None:
    """The token of the challenge is no session; with the answer there is one that says both."""
    user = await new_user(database)
    second = Codes({user.id: ["a"]})
    made = await pending(database, second)
    assert (made.kinds, made.token in repr(made)) == (("slip",), False)
    assert await principal_of(database, made.token, NOW) is None
    assert (await waiting(database, made.token, NOW)).user_id == user.id
    session = await answered(database, second, made.token, "a")
    caller = await principal_of(database, session.token, NOW)
    assert caller is not None
    assert caller.factors == {"password", "slip"}
    for token in (made.token, session.token, "nonsense"):
        with pytest.raises(SignInError):
            await waiting(database, token, NOW)


async def test_of_eight_answers_at_once_one_lets_in(database: Database) -> None:
    """A challenge makes one session, however many right answers come together."""
    user = await new_user(database)
    second = Codes({user.id: [str(number) for number in range(8)]})
    made = await pending(database, second)
    found = await asyncio.gather(
        *(answered(database, second, made.token, str(number)) for number in range(8)),
        return_exceptions=True,
    )
    assert sum(isinstance(one, SignedIn) for one in found) == 1
    assert all(isinstance(one, SignedIn | PlimsollError) for one in found)


async def test_a_challenge_has_five_tries_and_five_minutes(database: Database) -> None:
    """After that the right answer is too late as well."""
    user = await new_user(database)
    second = Codes({user.id: ["a"]})
    made = await pending(database, second)
    with pytest.raises(SignInError):
        await answered(database, second, made.token, "a", now=NOW + PENDING_LIFE)
    with pytest.raises(SignInError):
        await answered(database, second, made.token, "a", kind="telepathy")
    for _ in range(MOST_TRIES - 1):
        with pytest.raises(SignInError):
            await answered(database, second, made.token, "wrong")
    with pytest.raises(SignInError):
        await answered(database, second, made.token, "a")
    assert second.left == {user.id: ["a"]}


async def test_guessing_over_many_challenges_and_addresses_ends(database: Database) -> None:
    """Ten tries against one person, whatever they are spread over; a known browser still gets in."""
    user = await new_user(database)
    second = Codes({user.id: ["a", "b"]})
    first = await pending(database, second)
    known = await answered(database, second, first.token, "a")
    said: list[type[Exception]] = []
    for number in range(3):
        made = await pending(database, second, Origin(f"198.51.100.{number}", device=known.device))
        for tries in range(MOST_TRIES):
            try:
                await answered(database, second, made.token, "wrong", origin=Origin(f"203.0.113.{tries}"))
            except PlimsollError as error:
                said.append(type(error))
    assert said == [SignInError] * 10 + [ThrottledError] * 5
    home = Origin("192.0.2.1", "Browser", known.device)
    made = await pending(database, second, home)
    await answered(database, second, made.token, "b", origin=home)


async def test_what_ends_all_sessions_ends_a_challenge(database: Database) -> None:
    """A password that was changed in between, or a door that was shut."""
    user = await new_user(database)
    second = Codes({user.id: ["a", "b"]})
    made = await pending(database, second)
    async with database.session(LOCAL_TENANT) as session:
        await users.end_all_sessions(session, user.id)
    with pytest.raises(SignInError):
        await answered(database, second, made.token, "a")
