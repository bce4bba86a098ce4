"""Passwords changed, and set anew."""

import asyncio
from uuid import UUID

import pytest

from plimsoll.data.store import users
from plimsoll.data.store.database import Database
from plimsoll.data.store.tenants import LOCAL_TENANT
from plimsoll.errors import SignInError, ThrottledError, UsageError
from plimsoll.security.passwords import Passwords
from plimsoll.workflows.password_changes import (
    LIFE_OF_RESET,
    Reset,
    ask_reset,
    change_password,
    reset_mail,
    reset_password,
)
from plimsoll.workflows.second_step import NoSecondStep
from plimsoll.workflows.sessions import Origin, SignedIn, principal_of
from plimsoll.workflows.sign_in import Claim, sign_in
from somebody import EMAIL, NOW, PASSWORD, Codes, new_user

pytestmark = pytest.mark.anyio

OTHER = "a different engine of words"


async def signed_in(database: Database, password: str = PASSWORD) -> SignedIn:
    """Sign in."""
    made = await sign_in(
        database, Passwords(), NoSecondStep(), Claim(EMAIL, password), Origin("192.0.2.1"), NOW
    )
    assert isinstance(made, SignedIn)
    return made


async def changed(database: Database, token: str, *, current: str = PASSWORD, chosen: str = OTHER) -> str:
    """Change the password of whose session it is."""
    caller = await principal_of(database, token, NOW)
    assert caller is not None
    return await change_password(
        database,
        Passwords(),
        caller,
        current=current,
        chosen=chosen,
        second=NoSecondStep(),
        origin=Origin(),
        now=NOW,
    )


async def asked(database: Database, email: str = EMAIL) -> Reset | None:
    """Ask for a link."""
    return await ask_reset(database, email=email, tenant="", origin=Origin(), now=NOW)


async def test_a_change_ends_all_other_sessions(database: Database) -> None:
    """This one goes on by a new token; the old password lets nobody in."""
    await new_user(database)
    mine, other = await signed_in(database), await signed_in(database)
    fresh = await changed(database, mine.token)
    found = [await principal_of(database, token, NOW) for token in (mine.token, other.token, fresh)]
    assert [one is not None for one in found] == [False, False, True]
    with pytest.raises(SignInError):
        await signed_in(database)
    await signed_in(database, OTHER)


async def test_a_change_needs_the_current_password_and_a_good_one(database: Database) -> None:
    """Guesses are counted."""
    await new_user(database)
    mine = await signed_in(database)
    with pytest.raises(UsageError):
        await changed(database, mine.token, chosen="short")
    for _ in range(9):
        with pytest.raises(SignInError):
            await changed(database, mine.token, current="wrong")
    with pytest.raises(ThrottledError):
        await changed(database, mine.token)
    assert await principal_of(database, mine.token, NOW) is not None


async def test_of_eight_who_use_a_link_one_sets_the_password(database: Database) -> None:
    """All sessions end, and nobody is signed in by it."""
    await new_user(database)
    mine, reset = await signed_in(database), await asked(database)
    assert reset is not None
    assert reset.token not in repr(reset)
    assert reset.token in reset_mail(reset, "http://127.0.0.1:8000").text
    found = await asyncio.gather(
        *(
            reset_password(database, Passwords(), reset.token, chosen=OTHER, second=NoSecondStep(), now=NOW)
            for _ in range(8)
        ),
        return_exceptions=True,
    )
    assert [one for one in found if isinstance(one, UUID)] == [reset.user.id]
    assert await principal_of(database, mine.token, NOW) is None
    await signed_in(database, OTHER)


async def test_a_link_is_for_those_who_have_a_password(database: Database) -> None:
    """Nobody else gets one, and a link ends with its time and its successor."""
    await new_user(database)
    await new_user(database, email="off@example.com", enabled=False)
    await new_user(database, email="new@example.com", password=None)
    for email in ("off@example.com", "new@example.com", "nobody@example.com"):
        assert await asked(database, email) is None
    first, second = await asked(database), await asked(database)
    assert first is not None
    assert second is not None
    for token, now in ((first.token, NOW), (second.token, NOW + LIFE_OF_RESET), ("nonsense", NOW)):
        with pytest.raises(SignInError):
            await reset_password(database, Passwords(), token, chosen=OTHER, second=NoSecondStep(), now=now)
    with pytest.raises(UsageError):
        await reset_password(
            database, Passwords(), second.token, chosen="8 charac", second=NoSecondStep(), now=NOW
        )
    await reset_password(database, Passwords(), second.token, chosen=OTHER, second=NoSecondStep(), now=NOW)


async def test_asking_has_an_end(database: Database) -> None:
    """Nobody's mailbox is flooded, whether they are there or not."""
    for email in (EMAIL, "nobody@example.com"):
        for _ in range(10):
            await asked(database, email)
        with pytest.raises(ThrottledError):
            await asked(database, email)


async def test_beside_a_second_factor_eight_characters_are_enough(database: Database) -> None:
    """For a change and for a link alike."""
    user = await new_user(database)
    second = Codes({user.id: ["1", "2"]})
    reset = await asked(database)
    assert reset is not None
    await reset_password(database, Passwords(), reset.token, chosen="fir lamp", second=second, now=NOW)
    async with database.session(LOCAL_TENANT) as session:
        assert (await users.get(session, user.id)).password_alone is False
