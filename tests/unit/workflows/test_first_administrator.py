"""The first administrator."""

import asyncio
import datetime as dt

import pytest

from plimsoll.data.store import tenants, users
from plimsoll.data.store.database import Database
from plimsoll.data.store.tenants import LOCAL_TENANT
from plimsoll.errors import PlimsollError, SignInError, UsageError
from plimsoll.security.passwords import Passwords
from plimsoll.workflows.first_administrator import LIFE_OF_LINK, first_link, make_first_administrator
from plimsoll.workflows.sessions import Origin, SignedIn, principal_of
from somebody import EMAIL, NOW, PASSWORD, new_user

pytestmark = pytest.mark.anyio


@pytest.fixture
async def home(database: Database) -> Database:
    """Return a database with the tenant of the installation."""
    async with database.session(LOCAL_TENANT) as session:
        await tenants.ensure(session, LOCAL_TENANT, "local")
    return database


async def made(
    database: Database, token: str, *, now: dt.datetime = NOW, password: str = PASSWORD
) -> SignedIn:
    """Make the first administrator."""
    return await make_first_administrator(
        database,
        Passwords(),
        token,
        name="Ada",
        email=EMAIL,
        password=password,
        origin=Origin("192.0.2.1", "Browser"),
        now=now,
    )


async def test_of_eight_at_once_there_is_one(home: Database) -> None:
    """Eight requests with the same link make one administrator, who is signed in."""
    token = await first_link(home, NOW)
    assert token is not None
    found = await asyncio.gather(*(made(home, token) for _ in range(8)), return_exceptions=True)
    (signed_in,) = [one for one in found if isinstance(one, SignedIn)]
    assert all(isinstance(one, PlimsollError | SignedIn) for one in found)
    caller = await principal_of(home, signed_in.token, NOW)
    assert caller is not None
    assert (caller.name, caller.id) == ("Ada", f"user:{signed_in.user_id}")
    async with home.session(LOCAL_TENANT) as session:
        assert len(await users.page(session, after=None, limit=9)) == 1


async def test_a_link_ends_by_itself_and_a_mistake_does_not_end_it(home: Database) -> None:
    """A password that is too short can be chosen again; after a quarter of an hour it is too late."""
    token = await first_link(home, NOW)
    assert token is not None
    with pytest.raises(UsageError):
        await made(home, token, password="short")  # noqa: S106 - not a secret
    with pytest.raises(SignInError):
        await made(home, token, now=NOW + LIFE_OF_LINK)
    assert (await made(home, token)).token


async def test_there_is_no_link_where_there_is_somebody(home: Database) -> None:
    """Nor does an older one make anybody; a start prints a new one and ends the one before."""
    first, second = await first_link(home, NOW), await first_link(home, NOW)
    assert first is not None
    assert second is not None
    with pytest.raises(SignInError):
        await made(home, first)
    await new_user(home, email="b@example.com")
    assert await first_link(home, NOW) is None
    for token in (second, "nonsense", ""):
        with pytest.raises(PlimsollError):
            await made(home, token)
