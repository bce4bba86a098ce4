"""What the audit says about accounts."""

from uuid import UUID

import pytest
from sqlalchemy import select

from plimsoll.data.store.audit_rows import AuditEventRow
from plimsoll.data.store.database import Database
from plimsoll.data.store.tenants import LOCAL_TENANT
from plimsoll.errors import SignInError, ThrottledError
from plimsoll.security.passwords import Passwords
from plimsoll.security.permissions import PrincipalKind
from plimsoll.workflows.account_audit import actor_of, note_attempt, note_done
from plimsoll.workflows.audit import AuditAction
from plimsoll.workflows.second_step import NoSecondStep
from plimsoll.workflows.sessions import Origin, SignedIn, sign_out
from plimsoll.workflows.sign_in import Claim, sign_in
from somebody import EMAIL, NOW, PASSWORD, new_user

pytestmark = pytest.mark.anyio


async def written(database: Database, tenant: UUID = LOCAL_TENANT) -> list[tuple[str, str | None, str]]:
    """Return action, actor and subject of all events, first to last."""
    columns = (AuditEventRow.action, AuditEventRow.actor, AuditEventRow.subject)
    async with database.session(tenant) as session:
        rows = await session.execute(select(*columns).order_by(AuditEventRow.id))
        return [(row.action, row.actor, row.subject) for row in rows]


async def tried(database: Database, email: str, password: str, origin: Origin) -> SignedIn:
    """Try to sign in."""
    made = await sign_in(database, Passwords(), NoSecondStep(), Claim(email, password), origin, NOW)
    assert isinstance(made, SignedIn)
    return made


async def test_each_sign_in_is_one_event(database: Database) -> None:
    """Right, wrong, as nobody, from another browser, and out again; what was typed is in none of them."""
    user = await new_user(database)
    me, subject = f"user:{user.id}", str(user.id)
    first = await tried(database, EMAIL, PASSWORD, Origin("192.0.2.1"))
    for email in (EMAIL, "hunter2@example.com"):
        with pytest.raises(SignInError):
            await tried(database, email, "hunter2", Origin("192.0.2.1"))
    await tried(database, EMAIL, PASSWORD, Origin("192.0.2.1", device=first.device))
    await tried(database, EMAIL, PASSWORD, Origin("198.51.100.7"))
    await sign_out(database, first.token, NOW)
    assert await written(database) == [
        ("sign-in.succeeded", me, subject),
        ("sign-in.failed", None, subject),
        ("sign-in.failed", None, "unknown"),
        ("sign-in.succeeded", me, subject),
        ("sign-in.new-device", me, subject),
        ("sign-out", me, subject),
    ]


async def test_what_is_held_back_is_written_down(database: Database) -> None:
    """The eleventh guess is another event than the ten before it; those after it are none."""
    await new_user(database)
    for _ in range(10):
        with pytest.raises(SignInError):
            await tried(database, EMAIL, "wrong", Origin())
    for _ in range(3):
        with pytest.raises(ThrottledError):
            await tried(database, EMAIL, "wrong", Origin())
    assert [action for action, _, _ in await written(database)] == ["sign-in.failed"] * 10 + [
        "sign-in.throttled"
    ]


async def test_who_did_it_is_a_person_without_rights(database: Database, tenant: UUID) -> None:
    """An attempt in a tenant that does not exist is written down for the installation."""
    user = await new_user(database, tenant)
    actor = actor_of(user, tenant)
    assert (actor.kind, actor.permissions) == (PrincipalKind.USER, frozenset())
    async with database.session(tenant) as session:
        await note_done(session, AuditAction.PASSWORD_CHANGED, user, tenant, address="192.0.2.1")
    await new_user(database)
    await note_attempt(database, None, AuditAction.SIGN_IN_FAILED, None, "192.0.2.1")
    assert await written(database, tenant) == [("password.changed", actor.id, str(user.id))]
    assert await written(database) == [("sign-in.failed", None, "unknown")]
