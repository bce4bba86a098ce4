"""What becomes of an alert when it is raised again or somebody acts on it: rules, no clock, no store."""

import datetime as dt
from dataclasses import replace

from plimsoll.data.store.alerts import AlertAction, AlertRecord, AlertStatus, Severity
from plimsoll.errors import ConflictError, UsageError

__all__ = ["REOPEN_WITHIN", "acknowledged", "assigned", "is_quiet", "resolved", "seen_again", "snoozed"]

REOPEN_WITHIN = dt.timedelta(hours=1)
"""What comes back so soon after it was resolved is the same alert, not a new one."""

_LONGEST_SNOOZE = dt.timedelta(days=30)


def seen_again(
    alert: AlertRecord, severity: Severity, *, title: str, detail: str, at: dt.datetime
) -> tuple[AlertRecord, AlertAction] | tuple[AlertRecord, None] | None:
    """Return what becomes of an alert that is raised once more, and what is worth noting about that.

    Parameters
    ----------
    alert
        The last alert of its key.
    severity, title, detail
        As it is raised now.
    at
        Now.

    Returns
    -------
    tuple or None
        None: it was resolved too long ago, and what is raised is a new alert. Without an action, all that
        changed is how often and when it was seen, and what there is to say. Something that is worse than what
        was acknowledged or snoozed is open and awake again.
    """
    now = replace(alert, count=alert.count + 1, last_seen=at, title=title, detail=detail)
    if alert.status is AlertStatus.RESOLVED:
        if alert.resolved_at is None or at - alert.resolved_at > REOPEN_WITHIN:
            return None
        again = replace(_afresh(now, severity, at), openings=alert.openings + 1)
        return again, AlertAction.REOPENED
    if severity.rank > alert.severity.rank:
        return _afresh(now, severity, at), AlertAction.WORSENED
    return now, None


def acknowledged(alert: AlertRecord, *, by: str, at: dt.datetime) -> AlertRecord:
    """Return the alert of which somebody has taken note: nobody else needs to be told.

    Raises
    ------
    ConflictError
        If it is resolved, or somebody has done so before.
    """
    _refuse_resolved(alert)
    if alert.status is AlertStatus.ACKNOWLEDGED:
        raise ConflictError("the alert is acknowledged already", remedy="Look at it again.")
    return _next(replace(alert, status=AlertStatus.ACKNOWLEDGED, acknowledged_at=at, acknowledged_by=by))


def snoozed(alert: AlertRecord, *, until: dt.datetime | None, at: dt.datetime) -> AlertRecord:
    """Return the alert of which nobody is to be told again until an instant, or from now on if it is None.

    Raises
    ------
    ConflictError
        If it is resolved.
    UsageError
        If the instant has passed or is more than thirty days away.
    """
    _refuse_resolved(alert)
    if until is not None and not at < until <= at + _LONGEST_SNOOZE:
        raise UsageError("the alert cannot be snoozed until then", remedy="Name a time in the next 30 days.")
    return _next(replace(alert, snoozed_until=until))


def assigned(alert: AlertRecord, *, to: str | None) -> AlertRecord:
    """Return the alert as somebody's, or as nobody's.

    Raises
    ------
    ConflictError
        If it is resolved.
    """
    _refuse_resolved(alert)
    return _next(replace(alert, assignee=to))


def resolved(alert: AlertRecord, *, at: dt.datetime) -> AlertRecord:
    """Return the alert as settled.

    Raises
    ------
    ConflictError
        If it is so already.
    """
    _refuse_resolved(alert)
    return _next(replace(alert, status=AlertStatus.RESOLVED, resolved_at=at, snoozed_until=None))


def is_quiet(alert: AlertRecord, at: dt.datetime) -> bool:
    """Return whether nobody needs to be told of the alert at an instant.

    Parameters
    ----------
    alert
        As it stands.
    at
        The instant.
    """
    asleep = alert.snoozed_until is not None and at < alert.snoozed_until
    return asleep or alert.status is not AlertStatus.OPEN


def _afresh(alert: AlertRecord, severity: Severity, at: dt.datetime) -> AlertRecord:
    return _next(
        replace(
            alert,
            severity=severity,
            status=AlertStatus.OPEN,
            opened_at=at,
            acknowledged_at=None,
            acknowledged_by=None,
            snoozed_until=None,
            resolved_at=None,
        )
    )


def _next(alert: AlertRecord) -> AlertRecord:
    return replace(alert, version=alert.version + 1)


def _refuse_resolved(alert: AlertRecord) -> None:
    if alert.status is AlertStatus.RESOLVED:
        raise ConflictError("the alert is resolved", remedy="It opens again by itself if it comes back.")
