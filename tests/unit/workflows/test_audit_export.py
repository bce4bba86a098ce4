"""The audit as a file, from a real database."""

import csv
import io
import json
from uuid import UUID

import pytest

from plimsoll.data.store import audit_events
from plimsoll.data.store.audit_events import AuditFilter
from plimsoll.data.store.database import Database
from plimsoll.errors import UsageError
from plimsoll.security.permissions import Principal
from plimsoll.workflows.audit import AuditAction, record
from plimsoll.workflows.audit_export import ExportForm, export
from postgres import execute

pytestmark = pytest.mark.anyio

MANY = """
INSERT INTO audit_events (id, tenant_id, action, detail)
SELECT gen_random_uuid(), '{tenant}', 'sign-out', '{{}}' FROM generate_series(1, {count})
"""


def _ada(tenant: UUID) -> Principal:
    return Principal("user:1", tenant, "=cmd|' /C calc'!A0", frozenset())


async def _file(database: Database, tenant: UUID, form: ExportForm) -> str:
    async with database.session(tenant) as session:
        detail = {"name": "=1+1"}
        await record(
            session, AuditAction.PORTFOLIO_CREATED, actor=_ada(tenant), subject="@book", detail=detail
        )
    async with database.session(tenant) as session:
        return (await export(session, AuditFilter(), form, actor=_ada(tenant), address="::1")).decode()


async def test_csv_for_people(database: Database, tenant: UUID) -> None:
    """A row an event, with every field, and no cell is a formula."""
    (row,) = csv.DictReader(io.StringIO(await _file(database, tenant, ExportForm.CSV)))
    assert (row["action"], row["actor"]) == ("portfolio.created", "user:1")
    assert (row["actor_name"][:2], row["subject"]) == ("'=", "'@book")
    assert json.loads(row["detail"]) == {"name": "=1+1"}
    assert row["recorded_at"].endswith("Z")
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row.values())


async def test_json_lines_for_programs(database: Database, tenant: UUID) -> None:
    """A document an event, exactly as it is."""
    (line,) = (await _file(database, tenant, ExportForm.JSON_LINES)).splitlines()
    found = json.loads(line)
    assert (found["subject"], found["detail"], found["session_id"]) == ("@book", {"name": "=1+1"}, None)


async def test_that_somebody_took_it_is_recorded(database: Database, tenant: UUID) -> None:
    """Who, from where and how much: after the file, so that it does not tell of itself."""
    await _file(database, tenant, ExportForm.CSV)
    async with database.session(tenant) as session:
        last, _ = await audit_events.page(session, AuditFilter(), after=None, limit=10)
    assert (last.action, last.actor, last.address) == ("audit.exported", "user:1", "::1")
    assert last.detail["events"] == 1


async def test_more_than_a_page_is_in_one_file(database: Database, tenant: UUID, database_url: str) -> None:
    """Several thousand events come whole; more than the limit are refused with what to do."""
    execute(database_url, MANY.format(tenant=tenant, count=4100))
    async with database.session(tenant) as session:
        file = await export(session, AuditFilter(), ExportForm.JSON_LINES, actor=_ada(tenant))
    assert len({json.loads(line)["id"] for line in file.splitlines()}) == 4100
    execute(database_url, MANY.format(tenant=tenant, count=50_000))
    async with database.session(tenant) as session:
        with pytest.raises(UsageError, match="more than one file takes"):
            await export(session, AuditFilter(), ExportForm.CSV, actor=_ada(tenant))
