"""The audit as a file: CSV for people, JSON lines for programs; that somebody took it is recorded too."""

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import asdict, fields
from enum import StrEnum
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store import audit_events
from plimsoll.data.store.audit_events import AuditFilter, AuditRecord
from plimsoll.errors import UsageError
from plimsoll.reporting.csv_cells import csv_table
from plimsoll.security.permissions import Principal
from plimsoll.workflows.audit import AuditAction, record
from plimsoll.workflows.background import in_background

__all__ = ["ExportForm", "export"]

_MOST_EVENTS = 50_000
_AT_ONCE = 2000
_COLUMNS = tuple(field.name for field in fields(AuditRecord))


class ExportForm(StrEnum):
    """How the file is written."""

    CSV = "csv"
    JSON_LINES = "jsonl"


async def export(
    session: AsyncSession, wanted: AuditFilter, form: ExportForm, *, actor: Principal, address: str = ""
) -> bytes:
    """Return events as a file, the last recorded first, and record that they were taken.

    Parameters
    ----------
    session
        An open transaction of the tenant; whoever opened it commits.
    wanted
        Which.
    form
        How.
    actor, address
        Who asks, and from where.

    Raises
    ------
    UsageError
        If there are more than 50,000.
    UnavailableError
        If it cannot be recorded.
    """
    count = await audit_events.count(session, wanted)
    if count > _MOST_EVENTS:
        raise UsageError(
            f"there are {count:,} events, more than one file takes", remedy="Ask for a shorter time."
        )
    found: list[AuditRecord] = []
    while True:
        after = found[-1].id if found else None
        some = await audit_events.page(session, wanted, after=after, limit=_AT_ONCE)
        found += some
        if len(some) < _AT_ONCE:
            break
    detail = {"form": form, "events": len(found), "since": wanted.since, "until": wanted.until}
    await record(
        session, AuditAction.AUDIT_EXPORTED, actor=actor, subject=None, detail=detail, address=address
    )
    return await in_background(_csv if form is ExportForm.CSV else _json_lines, found)


def _csv(found: Iterable[AuditRecord]) -> bytes:
    rows = ([_text(getattr(event, name)) for name in _COLUMNS] for event in found)
    return csv_table(_COLUMNS, rows)


def _json_lines(found: Iterable[AuditRecord]) -> bytes:
    return b"".join(
        json.dumps(asdict(event), default=_text, ensure_ascii=False).encode() + b"\n" for event in found
    )


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return f"{value.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%S.%f}Z"
    if isinstance(value, str | UUID):
        return str(value)
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
