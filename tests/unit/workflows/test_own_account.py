"""What people do about their own account."""

from uuid import UUID

import pytest

from plimsoll.data.store.database import Database
from plimsoll.errors import NotFoundError, PermissionDeniedError
from plimsoll.security.permissions import Principal
from plimsoll.workflows.own_account import end_other_sessions, end_session, person_of
from plimsoll.workflows.sessions import Origin, begin, principal_of
from somebody import NOW, new_user

pytestmark = pytest.mark.anyio


async def signed_in(database: Database, tenant: UUID, email: str) -> tuple[str, Principal]:
    """Return the token of a new session of somebody new, and who they are."""
    user = await new_user(database, tenant, email=email)
    async with database.session(tenant) as session:
        made = await begin(
            session, user, tenant=tenant, factors=frozenset({"password"}), origin=Origin(), now=NOW
        )
    caller = await principal_of(database, made.token, NOW)
    assert caller is not None
    return made.token, caller


async def test_nobody_ends_sessions_of_others_by_themselves(database: Database, tenant: UUID) -> None:
    """A session of somebody else is not there, unless one looks after everybody."""
    token, ada = await signed_in(database, tenant, "a@example.com")
    _, bob = await signed_in(database, tenant, "b@example.com")
    assert ada.session is not None
    async with database.session(tenant) as session:
        with pytest.raises(NotFoundError):
            await end_session(session, bob, ada.session, NOW)
        await end_session(session, bob, ada.session, NOW, of_anybody=True)
    assert await principal_of(database, token, NOW) is None


async def test_all_others_are_ended(database: Database, tenant: UUID) -> None:
    """This one goes on by a new token, and is no fresher for it."""
    token, ada = await signed_in(database, tenant, "a@example.com")
    async with database.session(tenant) as session:
        fresh = await end_other_sessions(session, ada, NOW)
    assert await principal_of(database, token, NOW) is None
    caller = await principal_of(database, fresh, NOW)
    assert caller is not None
    assert (caller.id, caller.stepped_up_at) == (ada.id, ada.stepped_up_at)


def test_only_people_have_an_account() -> None:
    """Neither the user of the machine nor a program has one."""
    for other in ("local", f"account:{UUID(int=1)}"):
        with pytest.raises(PermissionDeniedError):
            person_of(Principal(other, UUID(int=1), "x", frozenset()))
