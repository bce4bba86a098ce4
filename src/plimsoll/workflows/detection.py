"""Detection: looks at security events as they are sealed, each once, and raises alerts."""

import hashlib
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store import audit_events
from plimsoll.data.store.audit_events import AuditFilter, AuditRecord
from plimsoll.workflows.alerts import AlertKind, raise_alert
from plimsoll.workflows.detection_rules import ALL_RULES, DetectionRule, Group, weight

__all__ = ["alert_key", "detect"]

_READABLE = 100


def alert_key(rule: DetectionRule, group: str) -> str:
    """Return the key of the alert of a rule about a user, an address and so on.

    Examples
    --------
    >>> alert_key(next(rule for rule in ALL_RULES if rule.name == "canary"), "key 1")
    'security/canary/key 1'
    """
    told = group if len(group) <= _READABLE else hashlib.sha256(group.encode()).hexdigest()
    return f"security/{rule.name}/{told}"


async def detect(
    session: AsyncSession, events: Sequence[AuditRecord], rules: Sequence[DetectionRule] = ALL_RULES
) -> list[str]:
    """Raise the alerts that events give reason for, and return their keys.

    Parameters
    ----------
    session
        An open transaction of the tenant; whoever opened it commits.
    events
        New ones, of this tenant.
    rules
        What to look for.
    """
    # The last event of a group decides: all before it are in its window, or were looked at in their time.
    looked_at = {
        (alert_key(rule, group), group): (rule, event)
        for event in events
        for rule in rules
        if (group := rule.group(event)) is not None
    }
    raised = []
    for (key, group), (rule, event) in sorted(looked_at.items(), key=lambda item: item[0]):
        count = await _count(session, rule, group, event)
        if count < rule.count or not await _prepared(session, rule, group, event):
            continue
        many = f" {count} times" if count > 1 else ""
        who = "" if rule.by is Group.TENANT else f" {rule.by}: {group}."
        address = f" Address: {event.address}." if event.address else ""
        detail = f"{event.action}{many}.{who}{address} {rule.meaning}"
        await raise_alert(
            session,
            key=key,
            kind=AlertKind.SYSTEM,
            severity=rule.severity,
            title=rule.title,
            detail=detail,
            subject=event.id,
        )
        raised.append(key)
    return raised


async def _count(session: AsyncSession, rule: DetectionRule, group: str, event: AuditRecord) -> int:
    """Return how many events there are in the window that ends with one."""
    if rule.count == 1:
        return weight(event.detail)
    return await audit_events.weigh(session, _asked(rule, group, event, frozenset(rule.actions)))


async def _prepared(session: AsyncSession, rule: DetectionRule, group: str, event: AuditRecord) -> bool:
    """Return whether what must have come first has."""
    return not rule.after or await audit_events.count(session, _asked(rule, group, event, rule.after)) > 0


def _asked(rule: DetectionRule, group: str, event: AuditRecord, actions: frozenset[str]) -> AuditFilter:
    return AuditFilter(
        actions=sorted(actions),
        actor=group if rule.by is Group.ACTOR else None,
        subject=group if rule.by is Group.SUBJECT else None,
        address=group if rule.by is Group.ADDRESS else None,
        since=event.recorded_at - rule.within,
        last=event.recorded_at,
    )
