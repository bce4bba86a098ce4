"""Signing in with a password."""

import datetime as dt
from uuid import UUID

import pytest
from argon2 import PasswordHasher

from plimsoll.data.store import users
from plimsoll.data.store.database import Database
from plimsoll.data.store.tenants import LOCAL_TENANT
from plimsoll.errors import PermissionDeniedError, SignInError, ThrottledError
from plimsoll.security.passwords import Passwords
from plimsoll.security.throttle import BOUNDS, Tried
from plimsoll.workflows.pending_sign_in import Pending
from plimsoll.workflows.second_step import NoSecondStep
from plimsoll.workflows.sessions import Origin, SignedIn, principal_of
from plimsoll.workflows.sign_in import Claim, sign_in
from somebody import EMAIL, NOW, PASSWORD, Codes, hashed, new_user

pytestmark = pytest.mark.anyio

MOST = BOUNDS[Tried.PASSWORD, "user"].most
HOME = Origin("192.0.2.1", "Browser")


async def tried(
    database: Database,
    *,
    email: str = EMAIL,
    password: str = PASSWORD,
    tenant: str = "",
    origin: Origin = HOME,
    now: dt.datetime = NOW,
) -> SignedIn:
    """Try to sign in, without a second factor."""
    made = await sign_in(database, Passwords(), NoSecondStep(), Claim(email, password, tenant), origin, now)
    assert isinstance(made, SignedIn)
    return made


async def test_a_password_lets_in(database: Database, tenant: UUID) -> None:
    """Into the tenant that is named, or that of the installation; however the address is written."""
    home = await new_user(database)
    other = await new_user(database, tenant)
    for name, user in (("", home), ("first", other)):
        made = await tried(database, email=" ADA@example.com", tenant=name)
        caller = await principal_of(database, made.token, NOW)
        assert caller is not None
        assert caller.id == f"user:{user.id}"


@pytest.mark.usefixtures("tenant")
async def test_whatever_is_wrong_is_refused_alike(database: Database) -> None:
    """Unknown person, unknown tenant, wrong password, no password, no access: one text."""
    await new_user(database)
    await new_user(database, email="off@example.com", enabled=False)
    await new_user(database, email="new@example.com", password=None)
    said = set()
    for email, password, name in (
        (EMAIL, PASSWORD + "x", ""),
        (EMAIL, "", ""),
        (EMAIL, "x" * 5000, ""),
        (EMAIL, PASSWORD, "first"),
        (EMAIL, PASSWORD, "no such tenant"),
        ("nobody@example.com", PASSWORD, ""),
        ("no address", PASSWORD, ""),
        ("off@example.com", PASSWORD, ""),
        ("new@example.com", PASSWORD, ""),
    ):
        with pytest.raises(SignInError) as caught:
            await tried(database, email=email, password=password, tenant=name)
        said.add(str(caught.value))
    assert len(said) == 1


@pytest.mark.parametrize("email", [EMAIL, "nobody@example.com"])
async def test_guessing_ends_alike_for_those_who_are_there_and_who_are_not(
    database: Database, email: str
) -> None:
    """After ten tries even the right password is refused, with the same words."""
    await new_user(database)
    for _ in range(MOST):
        with pytest.raises(SignInError):
            await tried(database, email=email, password="wrong", origin=Origin(""))  # noqa: S106 - a guess
    with pytest.raises(ThrottledError, match="too often"):
        await tried(database, email=email)
    later = NOW + dt.timedelta(minutes=16)
    if email == EMAIL:
        await tried(database, now=later)


async def test_a_browser_that_is_known_gets_in_during_an_attack(database: Database) -> None:
    """Whoever has signed in there before is not locked out by guesses from elsewhere."""
    await new_user(database)
    known = await tried(database)
    assert known.device
    for _ in range(MOST + 1):
        with pytest.raises((SignInError, ThrottledError)):
            await tried(database, password="wrong", origin=Origin("198.51.100.7"))  # noqa: S106 - a guess
    with pytest.raises(ThrottledError):
        await tried(database)
    again = await tried(database, origin=Origin("192.0.2.1", "Browser", known.device))
    assert again.device == ""


async def test_a_short_password_does_not_stand_alone(database: Database) -> None:
    """Beside a second factor it is right; once that is gone it lets nobody in, and that is known."""
    short = "fir lamp"
    user = await new_user(database, password=hashed(short))
    claim, second = Claim(EMAIL, short), Codes({user.id: ["1"]})
    assert isinstance(await sign_in(database, Passwords(), second, claim, HOME, NOW), Pending)
    async with database.session(LOCAL_TENANT) as session:
        known = await users.get(session, user.id)
    assert (known.password_alone, known.version) == (False, user.version)
    with pytest.raises(PermissionDeniedError, match="too short"):
        await tried(database, password=short)
    with pytest.raises(SignInError):
        await tried(database, password="fir lump")  # noqa: S106 - of somebody who is made up


async def test_a_long_password_is_known_to_stand_alone(database: Database) -> None:
    """From the first time that it is typed, and no change that others have to have seen."""
    user = await new_user(database)
    await tried(database)
    async with database.session(LOCAL_TENANT) as session:
        known = await users.get(session, user.id)
    assert (user.password_alone, known.password_alone, known.version) == (None, True, user.version)


async def test_an_old_hash_is_made_anew(database: Database) -> None:
    """By the rules of today, at the next sign-in, without ending anything."""
    weak = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1).hash(PASSWORD)
    user = await new_user(database, password=weak)
    made = await tried(database)
    async with database.session(made.tenant) as session:
        fresh = (await users.get(session, user.id)).password
    assert fresh is not None
    assert fresh.split("$")[3] == hashed().split("$")[3]
    await tried(database)
    assert await principal_of(database, made.token, NOW) is not None
