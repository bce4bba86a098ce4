"""Alerts as values, for the tests of what becomes of them."""

import datetime as dt
from typing import Any
from uuid import UUID

from plimsoll.data.store.alerts import AlertKind, AlertRecord, AlertStatus, Severity

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)


def alert(**changes: Any) -> AlertRecord:
    """Return an open alert of noon, changed as asked."""
    fields: dict[str, Any] = {
        "id": UUID(int=1),
        "key": "limit/1",
        "kind": AlertKind.RISK,
        "severity": Severity.WARNING,
        "status": AlertStatus.OPEN,
        "title": "VaR is above its limit",
        "detail": "1.2m of 1.0m",
        "portfolio_id": None,
        "subject": None,
        "count": 1,
        "openings": 1,
        "first_seen": NOON,
        "last_seen": NOON,
        "opened_at": NOON,
        "acknowledged_at": None,
        "acknowledged_by": None,
        "snoozed_until": None,
        "assignee": None,
        "resolved_at": None,
        "version": 1,
    }
    return AlertRecord(**{**fields, **changes})
