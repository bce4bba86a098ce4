"""E-mail addresses changed."""

import asyncio
from uuid import UUID

import pytest

from plimsoll.data.store import users
from plimsoll.data.store.database import Database
from plimsoll.errors import ConflictError, PermissionDeniedError, SignInError, UsageError
from plimsoll.security.permissions import Principal
from plimsoll.workflows.email_changes import (
    CHANGE_LIFE,
    ask_email_change,
    confirm_email,
    email_change_mail,
)
from somebody import EMAIL, NOW, new_user

pytestmark = pytest.mark.anyio


async def test_an_address_counts_when_it_is_confirmed(database: Database, tenant: UUID) -> None:
    """By one of eight who open the link; until then nothing has changed."""
    user = await new_user(database, tenant)
    caller = Principal(f"user:{user.id}", tenant, "Ada", frozenset())
    change = await ask_email_change(database, caller, email="Ada@Example.org", now=NOW)
    assert (change.email, change.token in repr(change)) == ("ada@example.org", False)
    mail = email_change_mail(change, "http://127.0.0.1:8000")
    assert (mail.to, change.token in mail.text) == ("ada@example.org", True)
    async with database.session(tenant) as session:
        assert (await users.get(session, user.id)).email == EMAIL
    found = await asyncio.gather(
        *(confirm_email(database, change.token, NOW) for _ in range(8)), return_exceptions=True
    )
    assert [one for one in found if isinstance(one, UUID)] == [user.id]
    async with database.session(tenant) as session:
        assert (await users.get(session, user.id)).email == "ada@example.org"


async def test_what_cannot_be_changed(database: Database, tenant: UUID) -> None:
    """No address, the same, somebody else's, too late, and nobody's."""
    user = await new_user(database, tenant)
    await new_user(database, tenant, email="b@example.com")
    caller = Principal(f"user:{user.id}", tenant, "Ada", frozenset())
    for email, error in (("nonsense", UsageError), (EMAIL, ConflictError)):
        with pytest.raises(error):
            await ask_email_change(database, caller, email=email, now=NOW)
    with pytest.raises(PermissionDeniedError):
        await ask_email_change(
            database, Principal("local", tenant, "L", frozenset()), email="c@example.com", now=NOW
        )
    taken = await ask_email_change(database, caller, email="b@example.com", now=NOW)
    with pytest.raises(ConflictError):
        await confirm_email(database, taken.token, NOW)
    late = await ask_email_change(database, caller, email="c@example.com", now=NOW)
    for token, now in ((late.token, NOW + CHANGE_LIFE), ("nonsense", NOW)):
        with pytest.raises(SignInError):
            await confirm_email(database, token, now)
