"""Alerts: listed, read, and acted on by whoever has seen them as they are."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from plimsoll.data.store import alerts
from plimsoll.data.store.alerts import AlertKind, AlertRecord, AlertStatus
from plimsoll.security.audit_actions import AuditAction
from plimsoll.security.permissions import Permission, Principal
from plimsoll.services.risk_api.alerts.versions import AlertVersion, alert_tag
from plimsoll.services.risk_api.answers import answer
from plimsoll.services.risk_api.auditing import Audit
from plimsoll.services.risk_api.context import Context
from plimsoll.services.risk_api.etags import etag, not_modified
from plimsoll.services.risk_api.paging import Paging
from plimsoll.services.risk_api.requirements import Require
from plimsoll.services.risk_api.responses import UNCHANGED
from plimsoll.services.risk_api.routes import ApiRouter
from plimsoll.wire.alerts import (
    Alert,
    AlertAssignment,
    AlertChange,
    AlertHistory,
    AlertNote,
    AlertPage,
    AlertSnooze,
)
from plimsoll.workflows import alerts as workflow

__all__ = [
    "acknowledge_alert",
    "assign_alert",
    "get_alert",
    "get_alert_history",
    "list_alerts",
    "resolve_alert",
    "router",
    "snooze_alert",
]

router = ApiRouter("alerts")

_Reader = Annotated[Principal, Require[Permission.ALERTS_READ]]
_Writer = Annotated[Principal, Require[Permission.ALERTS_WRITE]]

_STATUSES = {
    "unresolved": (AlertStatus.OPEN, AlertStatus.ACKNOWLEDGED),
    "open": (AlertStatus.OPEN,),
    "acknowledged": (AlertStatus.ACKNOWLEDGED,),
    "resolved": (AlertStatus.RESOLVED,),
    "all": (),
}
_Status = Literal["unresolved", "open", "acknowledged", "resolved", "all"]


@router.get("")
async def list_alerts(
    context: Context,
    caller: _Reader,
    paging: Paging,
    status: Annotated[_Status, Query(description="How far they are")] = "unresolved",
    kind: Annotated[
        Literal["risk", "data", "system"] | None, Query(description="Only of this kind; all when left out")
    ] = None,
    portfolio: Annotated[UUID | None, Query(description="Only of this portfolio; all when left out")] = None,
) -> AlertPage:
    """List alerts, the last made first; those that are not resolved unless asked for others."""
    async with context.database.session(caller.tenant) as session:
        found = await alerts.page(
            session,
            after=paging.after,
            limit=paging.probe,
            statuses=_STATUSES[status],
            kind=None if kind is None else AlertKind(kind),
            portfolio_id=portfolio,
        )
    shown, following = paging.cut(found, cursor=lambda record: record.id)
    return AlertPage(items=tuple(map(Alert.model_validate, shown)), next=following)


@router.get("/{alert_id}", response_model=Alert, responses=UNCHANGED)
async def get_alert(alert_id: UUID, context: Context, caller: _Reader, request: Request) -> Response:
    """Read an alert."""
    async with context.database.session(caller.tenant) as session:
        record = await alerts.get(session, alert_id)
    return not_modified(request, etag(alert_tag(record))) or _alert(record)


@router.get("/{alert_id}/history")
async def get_alert_history(alert_id: UUID, context: Context, caller: _Reader) -> AlertHistory:
    """List what was done about an alert, by whom and when, the first thing first."""
    async with context.database.session(caller.tenant) as session:
        await alerts.get(session, alert_id)
        found = await alerts.history(session, alert_id)
    return AlertHistory(items=tuple(map(AlertChange.model_validate, found)))


@router.post("/{alert_id}/acknowledge", response_model=Alert)
async def acknowledge_alert(
    alert_id: UUID, said: AlertNote, version: AlertVersion, context: Context, caller: _Writer, audit: Audit
) -> Response:
    """Take note of an alert: it is not brought to anybody else."""
    async with context.database.session(caller.tenant) as session:
        record = await workflow.acknowledge_alert(
            session,
            alert_id,
            expected_version=version,
            by=caller.id,
            note=said.note,
            at=context.clock(),
        )
        await audit(session, AuditAction.ALERT_CHANGED, alert_id, what="acknowledged")
    return _alert(record)


@router.post("/{alert_id}/snooze", response_model=Alert)
async def snooze_alert(
    alert_id: UUID,
    snooze: AlertSnooze,
    version: AlertVersion,
    context: Context,
    caller: _Writer,
    audit: Audit,
) -> Response:
    """Keep an alert from being brought to anybody until an instant, or wake it."""
    async with context.database.session(caller.tenant) as session:
        record = await workflow.snooze_alert(
            session,
            alert_id,
            expected_version=version,
            until=snooze.until,
            by=caller.id,
            note=snooze.note,
            at=context.clock(),
        )
        await audit(session, AuditAction.ALERT_CHANGED, alert_id, what="snoozed", until=snooze.until)
    return _alert(record)


@router.post("/{alert_id}/assign", response_model=Alert)
async def assign_alert(
    alert_id: UUID,
    assignment: AlertAssignment,
    version: AlertVersion,
    context: Context,
    caller: _Writer,
    audit: Audit,
) -> Response:
    """Make an alert somebody's, or nobody's."""
    async with context.database.session(caller.tenant) as session:
        record = await workflow.assign_alert(
            session,
            alert_id,
            expected_version=version,
            to=assignment.to,
            by=caller.id,
            note=assignment.note,
            at=context.clock(),
        )
        await audit(session, AuditAction.ALERT_CHANGED, alert_id, what="assigned", to=assignment.to)
    return _alert(record)


@router.post("/{alert_id}/resolve", response_model=Alert)
async def resolve_alert(
    alert_id: UUID, said: AlertNote, version: AlertVersion, context: Context, caller: _Writer, audit: Audit
) -> Response:
    """Settle an alert; it opens again by itself when what it was raised for comes back."""
    async with context.database.session(caller.tenant) as session:
        record = await workflow.resolve_alert_by_hand(
            session,
            alert_id,
            expected_version=version,
            by=caller.id,
            note=said.note,
            at=context.clock(),
        )
        await audit(session, AuditAction.ALERT_CHANGED, alert_id, what="resolved")
    return _alert(record)


def _alert(record: AlertRecord) -> Response:
    return answer(Alert.model_validate(record), tag=alert_tag(record))
