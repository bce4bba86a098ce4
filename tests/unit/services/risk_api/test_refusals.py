"""Refusals on a real database: counted in memory, written down a second's worth at a time."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from plimsoll.data.store import audit_events
from plimsoll.data.store.audit_events import AuditFilter, AuditRecord
from plimsoll.data.store.database import Database
from plimsoll.security.permissions import Principal
from plimsoll.services.risk_api.refusals import Refusals
from postgres import execute

pytestmark = pytest.mark.anyio


def _scope(tenant: UUID, name: str | None = "user:1") -> dict[str, Any]:
    principal = None if name is None else Principal(name, tenant, "Ada", frozenset())
    state = {"caller": principal, "route": "/api/v1/portfolios/{portfolio_id}"}
    return {"method": "GET", "state": state, "client": ("192.0.2.1", 5)}


async def _recorded(database: Database, tenant: UUID) -> list[AuditRecord]:
    async with database.session(tenant) as session:
        return await audit_events.page(session, AuditFilter(), after=None, limit=10)


async def test_many_are_one_event(database: Database, tenant: UUID) -> None:
    """Each kind of refusal of each person is one event with a count; successes and strangers are none."""
    refusals = Refusals(database)
    for _ in range(30):
        refusals.note(_scope(tenant), 403)
    refusals.note(_scope(tenant), 404)
    refusals.note(_scope(tenant), 200)
    refusals.note(_scope(tenant, None), 403)
    await refusals.write()
    await refusals.write()
    unknown, refused = await _recorded(database, tenant)
    assert (refused.action, refused.detail, refused.actor) == ("access.refused", {"count": 30}, "user:1")
    assert (refused.subject, refused.address) == ("GET /api/v1/portfolios/{portfolio_id}", "192.0.2.1")
    assert (unknown.action, unknown.detail) == ("access.unknown", {"count": 1})


async def test_what_cannot_be_written_is_counted_on(
    database: Database, tenant: UUID, database_url: str
) -> None:
    """While the audit refuses nothing is lost: it is one event once it works again."""
    refusals = Refusals(database)
    execute(database_url, "REVOKE INSERT ON audit_events FROM plimsoll_app")
    for _ in range(2):
        refusals.note(_scope(tenant), 403)
        await refusals.write()
    execute(database_url, "GRANT INSERT ON audit_events TO plimsoll_app")
    refusals.note(_scope(tenant), 403)
    await refusals.write()
    (found,) = await _recorded(database, tenant)
    assert found.detail == {"count": 3}


async def test_it_writes_while_it_runs_and_at_its_end(database: Database, tenant: UUID) -> None:
    """A refusal is in the audit soon, and the last one at the latest when the API stops."""
    async with Refusals(database, seconds=0.01).running() as refusals:
        refusals.note(_scope(tenant), 403)
        for _ in range(1000):
            await asyncio.sleep(0.01)
            if await _recorded(database, tenant):
                break
        refusals.note(_scope(tenant), 404)
    assert len(await _recorded(database, tenant)) == 2


async def test_memory_is_bounded(database: Database, tenant: UUID) -> None:
    """Ten thousand people at once are counted, and no more."""
    refusals = Refusals(database)
    for number in range(10_050):
        refusals.note(_scope(tenant, f"user:{number}"), 403)
    assert len(refusals._tallies) == 10_000  # noqa: SLF001 - what a test of memory has to look at
