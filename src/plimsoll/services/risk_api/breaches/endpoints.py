"""Breaches: listed, read, and acted on by whoever has seen them as they are."""

import datetime as dt
from typing import Annotated
from uuid import UUID

from fastapi import Query
from starlette.responses import Response

from plimsoll.data.store import breaches
from plimsoll.data.store.breaches import BreachEventKind, BreachStatus
from plimsoll.security.audit_actions import AuditAction
from plimsoll.security.permissions import Permission, Principal
from plimsoll.services.risk_api.answers import answer
from plimsoll.services.risk_api.auditing import Audit
from plimsoll.services.risk_api.context import ApiContext, Context
from plimsoll.services.risk_api.etags import ExpectedVersion
from plimsoll.services.risk_api.paging import Paging
from plimsoll.services.risk_api.requirements import Require
from plimsoll.services.risk_api.responses import CONFLICT, UNCHANGED
from plimsoll.services.risk_api.routes import ApiRouter
from plimsoll.wire.breaches import (
    Breach,
    BreachEvent,
    BreachHistory,
    BreachNote,
    BreachPage,
    BreachReason,
    BreachStatusName,
    BreachWaiver,
)
from plimsoll.workflows.breaches import act

__all__ = [
    "acknowledge_breach",
    "close_breach",
    "comment_on_breach",
    "get_breach",
    "get_breach_history",
    "list_breaches",
    "remedy_breach",
    "router",
    "waive_breach",
]

router = ApiRouter("breaches")

_ACTIONS = {
    BreachEventKind.ACKNOWLEDGED: AuditAction.BREACH_ACKNOWLEDGED,
    BreachEventKind.REMEDIATION: AuditAction.BREACH_REMEDIED,
    BreachEventKind.COMMENTED: AuditAction.BREACH_COMMENTED,
    BreachEventKind.WAIVED: AuditAction.BREACH_WAIVED,
    BreachEventKind.CLOSED: AuditAction.BREACH_CLOSED,
}

_Reader = Annotated[Principal, Require[Permission.BREACHES_READ]]
_Writer = Annotated[Principal, Require[Permission.BREACHES_WRITE]]


@router.get("")
async def list_breaches(
    context: Context,
    caller: _Reader,
    paging: Paging,
    portfolio: Annotated[UUID | None, Query(description="Only of this portfolio")] = None,
    limit_id: Annotated[UUID | None, Query(description="Only of this limit")] = None,
    status: Annotated[BreachStatusName | None, Query(description="Only those that stand like this")] = None,
) -> BreachPage:
    """List breaches, the last opened first."""
    async with context.database.session(caller.tenant) as session:
        found = await breaches.page(
            session,
            after=paging.after,
            limit=paging.probe,
            portfolio_id=portfolio,
            limit_id=limit_id,
            status=None if status is None else BreachStatus(status),
        )
    shown, following = paging.cut(found, cursor=lambda record: record.id)
    return BreachPage(items=tuple(map(Breach.model_validate, shown)), next=following)


@router.get("/{breach_id}", response_model=Breach, responses=UNCHANGED)
async def get_breach(breach_id: UUID, context: Context, caller: _Reader) -> Response:
    """Read a breach."""
    async with context.database.session(caller.tenant) as session:
        record = await breaches.get(session, breach_id)
    return answer(Breach.model_validate(record), tag=record.version)


@router.get("/{breach_id}/history")
async def get_breach_history(breach_id: UUID, context: Context, caller: _Reader) -> BreachHistory:
    """List all that happened to a breach, the first thing first."""
    async with context.database.session(caller.tenant) as session:
        await breaches.get(session, breach_id)
        found = await breaches.events(session, breach_id)
    return BreachHistory(items=tuple(map(BreachEvent.model_validate, found)))


@router.post("/{breach_id}/acknowledge", response_model=Breach, responses=CONFLICT)
async def acknowledge_breach(
    breach_id: UUID,
    said: BreachNote,
    version: ExpectedVersion,
    context: Context,
    caller: _Writer,
    audit: Audit,
) -> Response:
    """Take note of an open breach."""
    return await _acted(context, caller, audit, breach_id, BreachEventKind.ACKNOWLEDGED, version, said.text)


@router.post("/{breach_id}/remedy", response_model=Breach, responses=CONFLICT)
async def remedy_breach(
    breach_id: UUID,
    said: BreachNote,
    version: ExpectedVersion,
    context: Context,
    caller: _Writer,
    audit: Audit,
) -> Response:
    """Say that something is being done about a breach."""
    return await _acted(context, caller, audit, breach_id, BreachEventKind.REMEDIATION, version, said.text)


@router.post("/{breach_id}/comments", response_model=Breach, responses=CONFLICT)
async def comment_on_breach(
    breach_id: UUID,
    said: BreachReason,
    version: ExpectedVersion,
    context: Context,
    caller: _Writer,
    audit: Audit,
) -> Response:
    """Say something about a breach."""
    return await _acted(context, caller, audit, breach_id, BreachEventKind.COMMENTED, version, said.text)


@router.post("/{breach_id}/waive", response_model=Breach, responses=CONFLICT)
async def waive_breach(
    breach_id: UUID,
    said: BreachWaiver,
    version: ExpectedVersion,
    context: Context,
    caller: _Writer,
    audit: Audit,
) -> Response:
    """Accept a breach up to a date; it is open again on the first run after it, or when it gets worse."""
    return await _acted(
        context, caller, audit, breach_id, BreachEventKind.WAIVED, version, said.text, until=said.until
    )


@router.post("/{breach_id}/close", response_model=Breach, responses=CONFLICT)
async def close_breach(
    breach_id: UUID,
    said: BreachReason,
    version: ExpectedVersion,
    context: Context,
    caller: _Writer,
    audit: Audit,
) -> Response:
    """Close a breach whose measure is back, though inside the band where it does not close by itself."""
    return await _acted(context, caller, audit, breach_id, BreachEventKind.CLOSED, version, said.text)


async def _acted(
    context: ApiContext,
    caller: Principal,
    audit: Audit,
    breach_id: UUID,
    kind: BreachEventKind,
    version: int,
    text: str,
    *,
    until: dt.date | None = None,
) -> Response:
    async with context.database.session(caller.tenant) as session:
        record = await act(
            session,
            breach_id,
            kind,
            expected_version=version,
            by=caller.id,
            text=text,
            waived_until=until,
        )
        await audit(session, _ACTIONS[kind], breach_id, text=text, until=until)
    return answer(Breach.model_validate(record), tag=record.version)
