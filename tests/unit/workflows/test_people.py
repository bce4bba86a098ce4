"""People of a tenant."""

import asyncio
from uuid import UUID

import pytest

from plimsoll.data.store import users
from plimsoll.data.store.database import Database
from plimsoll.errors import ConflictError, PermissionDeniedError, PlimsollError, SignInError, UsageError
from plimsoll.security.passwords import Passwords
from plimsoll.security.permissions import Permission, Principal
from plimsoll.workflows.grants import first_administrator
from plimsoll.workflows.people import (
    INVITATION_LIFE,
    Invitation,
    accept_invitation,
    change_person,
    invitation_mail,
    invite,
    invite_again,
    new_link,
)
from plimsoll.workflows.sessions import Origin, SignedIn, principal_of
from somebody import EMAIL, NOW, PASSWORD, new_user

pytestmark = pytest.mark.anyio


def local(tenant: UUID) -> Principal:
    """Return the user of the machine."""
    return Principal("local", tenant, "Local", frozenset())


async def invited(database: Database, tenant: UUID) -> Invitation:
    """Invite somebody."""
    async with database.session(tenant) as session:
        return await invite(session, local(tenant), name="Ada", email=f" {EMAIL.upper()}", now=NOW)


async def accepted(database: Database, token: str, **options: object) -> SignedIn:
    """Accept an invitation."""
    given = {"name": None, "password": PASSWORD, "origin": Origin(), "now": NOW, **options}
    return await accept_invitation(database, Passwords(), token, **given)  # type: ignore[arg-type] # - options


async def test_of_eight_who_accept_at_once_one_is_let_in(database: Database, tenant: UUID) -> None:
    """Eight requests with one link make one password and one session."""
    invitation = await invited(database, tenant)
    assert invitation.token not in repr(invitation)
    assert invitation.token in invitation_mail(invitation, f"x#{invitation.token}").text
    found = await asyncio.gather(
        *(accepted(database, invitation.token) for _ in range(8)), return_exceptions=True
    )
    (made,) = [one for one in found if isinstance(one, SignedIn)]
    assert all(isinstance(one, SignInError | SignedIn) for one in found)
    caller = await principal_of(database, made.token, NOW)
    assert caller is not None
    assert (caller.id, caller.permissions) == (f"user:{invitation.user.id}", frozenset())


async def test_a_link_ends_with_its_time_and_its_successor(database: Database, tenant: UUID) -> None:
    """A mistake does not end it; a new link does."""
    invitation = await invited(database, tenant)
    with pytest.raises(UsageError):
        await accepted(database, invitation.token, password="adaadaadaadaada")  # noqa: S106 - a bad one
    with pytest.raises(SignInError):
        await accepted(database, invitation.token, now=NOW + INVITATION_LIFE)
    async with database.session(tenant) as session:
        again = await invite_again(session, local(tenant), invitation.user.id, NOW)
    with pytest.raises(SignInError):
        await accepted(database, invitation.token)
    made = await accepted(database, again.token, name="Countess")
    async with database.session(tenant) as session:
        assert (await users.get(session, made.user_id)).name == "Countess"
        with pytest.raises(ConflictError):
            await invite_again(session, local(tenant), made.user_id, NOW)


async def test_who_is_shut_out_is_out(database: Database, tenant: UUID) -> None:
    """Sessions and links end, also after the door is open again."""
    invitation = await invited(database, tenant)
    made = await accepted(database, invitation.token)
    async with database.session(tenant) as session:
        other = await invite(session, local(tenant), name="B", email="b@example.com", now=NOW)
        for user in (made.user_id, other.user.id):
            version = (await users.get(session, user)).version
            for enabled in (False, True):
                changed = await change_person(
                    session,
                    local(tenant),
                    user,
                    name=None,
                    enabled=enabled,
                    expected_version=version,
                    now=NOW,
                )
                version = changed.version
    assert await principal_of(database, made.token, NOW) is None
    with pytest.raises(PlimsollError):
        await accepted(database, other.token)


async def test_nobody_shuts_out_themselves_or_the_last_administrator(
    database: Database, tenant: UUID
) -> None:
    """Somebody must be left who can let others in; of two who shut each other out one stays."""
    ada = await new_user(database, tenant)
    options = {"name": None, "enabled": False, "expected_version": 1, "now": NOW}

    async def shut(caller: Principal, user: UUID) -> None:
        async with database.session(tenant) as session:
            await change_person(session, caller, user, **options)  # type: ignore[arg-type] # - options

    with pytest.raises(ConflictError, match="last"):
        await shut(local(tenant), ada.id)
    bob = await new_user(database, tenant, email="b@example.com")
    with pytest.raises(ConflictError, match="yourself"):
        await shut(Principal(f"user:{ada.id}", tenant, "Ada", frozenset()), ada.id)
    found = await asyncio.gather(
        shut(local(tenant), ada.id), shut(local(tenant), bob.id), return_exceptions=True
    )
    assert [type(one) for one in found if one] == [ConflictError]


async def test_no_link_opens_what_its_maker_may_not_do(database: Database, tenant: UUID) -> None:
    """Whoever may only invite makes no new link for somebody who was made an administrator meanwhile."""
    invitation = await invited(database, tenant)
    inviter = Principal("user:1", tenant, "Inviter", frozenset({Permission.USERS_WRITE}))
    async with database.session(tenant) as session:
        assert (await invite_again(session, inviter, invitation.user.id, NOW)).token
        await first_administrator(session, invitation.user.id, by="first start")
        with pytest.raises(PermissionDeniedError):
            await invite_again(session, inviter, invitation.user.id, NOW)
        everybody = Principal("local", tenant, "Local", frozenset(Permission))
        assert (await invite_again(session, everybody, invitation.user.id, NOW)).token


async def test_rights_that_came_since_are_not_behind_a_link_that_their_giver_has_not_made(
    database: Database, tenant: UUID
) -> None:
    """Whoever invited has seen the link: it opens what they may do themselves; trying leaves it."""
    who = await new_user(database, tenant, administrator=False)
    mallory = Principal(f"user:{who.id}", tenant, "Mallory", frozenset())
    async with database.session(tenant) as session:
        invitation = await invite(session, mallory, name="Bob", email="bob@example.com", now=NOW)
    async with database.session(tenant) as session:
        await first_administrator(session, invitation.user.id, by="first start")
    with pytest.raises(SignInError, match="may do less than you by now"):
        await accepted(database, invitation.token)
    async with database.session(tenant) as session:
        again = await new_link(session, mallory, invitation.user, NOW, agreed=True)
    assert (await accepted(database, again.token)).user_id == invitation.user.id
