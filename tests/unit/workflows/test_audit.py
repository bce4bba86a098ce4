"""The audit on a real database: written with what is done, or nothing is done."""

from contextlib import suppress
from typing import Any
from uuid import UUID, uuid4

import pytest
import structlog

from plimsoll.data.store import audit_events, portfolios
from plimsoll.data.store.audit_events import AuditFilter, AuditRecord
from plimsoll.data.store.database import Database
from plimsoll.errors import UnavailableError
from plimsoll.security.permissions import Principal
from plimsoll.workflows.audit import AuditAction, record
from plimsoll.workflows.coming_from import coming_from
from postgres import execute

pytestmark = pytest.mark.anyio


async def test_what_comes_from_a_request_comes_from_its_address(database: Database, tenant: UUID) -> None:
    """Unless it says another one; after the request it comes from nowhere."""
    with coming_from("192.0.2.1"):
        for address in ("", "192.0.2.2"):
            async with database.session(tenant) as session:
                await record(session, AuditAction.SIGN_OUT, actor=None, subject="x", address=address)
    async with database.session(tenant) as session:
        await record(session, AuditAction.SIGN_OUT, actor=None, subject="x")
        found = await audit_events.page(session, AuditFilter(), after=None, limit=9)
    assert {event.address for event in found} == {"192.0.2.1", "192.0.2.2", ""}


async def recorded(database: Database, tenant: UUID) -> list[AuditRecord]:
    """Return all events of a tenant, the last first."""
    async with database.session(tenant) as session:
        return await audit_events.page(session, AuditFilter(), after=None, limit=100)


async def _record(database: Database, tenant: UUID, **values: Any) -> AuditRecord:
    said: dict[str, Any] = {"actor": None, "subject": None}
    async with database.session(tenant) as session:
        await record(session, AuditAction.PORTFOLIO_CHANGED, **(said | values))
    return (await recorded(database, tenant))[0]


async def test_who_did_what_to_what(database: Database, tenant: UUID) -> None:
    """Principal, subject, detail, address and the request are all there."""
    actor = Principal("user:1", tenant, "Ada", frozenset())
    subject = uuid4()
    with structlog.contextvars.bound_contextvars(request_id="r1"):
        found = await _record(
            database, tenant, actor=actor, subject=subject, detail={"id": subject}, address="::1"
        )
    assert (found.action, found.actor, found.actor_name) == ("portfolio.changed", "user:1", "Ada")
    assert (found.subject, found.detail) == (str(subject), {"id": str(subject)})
    assert (found.address, found.request_id) == ("::1", "r1")


async def test_nobody_may_act_too(database: Database, tenant: UUID) -> None:
    """What is done by somebody unknown, or to nothing in particular, has no actor and no subject."""
    found = await _record(database, tenant)
    assert (found.actor, found.actor_name, found.subject, found.detail) == (None, "", "", {})


async def test_what_is_rolled_back_is_not_recorded(database: Database, tenant: UUID) -> None:
    """The event is part of the transaction."""
    with suppress(ZeroDivisionError):
        async with database.session(tenant) as session:
            await record(session, AuditAction.SIGN_OUT, actor=None, subject=None)
            raise ZeroDivisionError
    assert await recorded(database, tenant) == []


async def test_nothing_is_done_that_cannot_be_recorded(
    database: Database, tenant: UUID, database_url: str
) -> None:
    """Where the audit refuses, the caller is told, and what was done before in the transaction is undone."""
    execute(database_url, "REVOKE INSERT ON audit_events FROM plimsoll_app")

    async def create() -> None:
        async with database.session(tenant) as session:
            await portfolios.create(session, name="Book", base_currency="USD", parent_id=None)
            await record(session, AuditAction.PORTFOLIO_CREATED, actor=None, subject=None)

    with pytest.raises(UnavailableError, match="the audit cannot be written"):
        await create()
    async with database.session(tenant) as session:
        assert await portfolios.page(session, after=None, limit=10) == []


async def test_no_text_makes_one_entry_look_like_two(database: Database, tenant: UUID) -> None:
    """Line breaks, escapes, NUL, halves of characters and marks of direction are taken out everywhere."""
    evil = 'x\r\n{"action":"user.created"}\x00\x1b[31m\u202e\ud800\u2028y'
    kept = 'x  {"action":"user.created"}[31m y'
    actor = Principal(evil, tenant, evil, frozenset())
    with structlog.contextvars.bound_contextvars(request_id=evil):
        found = await _record(
            database, tenant, actor=actor, subject=evil, detail={evil: [evil]}, address=evil
        )
    assert {found.actor, found.actor_name, found.subject, found.address, found.request_id} == {kept}
    assert found.detail == {kept: [kept]}


async def test_no_size_makes_it_fail(database: Database, tenant: UUID) -> None:
    """Long texts and lists, deep documents and huge numbers are cut, never refused."""
    deep: dict[str, Any] = {}
    inner = deep
    for _ in range(200):
        inner["deeper"] = inner = {}
    found = await _record(
        database,
        tenant,
        subject="x" * 100_000,
        detail={"text": "y" * 100_000, "list": list(range(10_000)), "deep": deep, "huge": 10**5000},
    )
    assert (len(found.subject), len(found.detail["text"]), len(found.detail["list"])) == (500, 500, 50)
    assert found.detail["deep"] == {"deeper": {"deeper": {"deeper": "…"}}}
    assert found.detail["huge"] == "…"


async def test_what_is_named_like_a_secret_is_left_out(database: Database, tenant: UUID) -> None:
    """A caller who hands over too much does no harm."""
    found = await _record(database, tenant, detail={"Password": "hunter2", "secret": "s", "kept": 1})
    assert found.detail == {"kept": 1}
