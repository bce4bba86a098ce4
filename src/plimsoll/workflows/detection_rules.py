"""Which security events want somebody's attention: rules as data, with no clock and no store."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from plimsoll.data.store.alerts import Severity
from plimsoll.data.store.audit_events import AuditRecord
from plimsoll.security.audit_actions import AuditAction as Action

__all__ = ["ALL_RULES", "DetectionRule", "Group", "weight"]

_QUARTER = dt.timedelta(minutes=15)
_DAY = dt.timedelta(days=1)
_FAILURES = frozenset(
    {Action.SIGN_IN_FAILED, Action.FACTOR_FAILED, Action.STEP_UP_FAILED, Action.CODE_REFUSED}
)
_MOST_AT_ONCE = 1_000_000


class Group(StrEnum):
    """Whose events are counted together."""

    ACTOR = "actor"
    SUBJECT = "subject"
    ADDRESS = "address"
    TENANT = "tenant"


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectionRule:
    """So many events of these kinds within so long are an alert.

    Parameters
    ----------
    name
        Part of the key of the alert.
    severity, title
        Of the alert.
    meaning
        What may be behind it and what to do, for whoever reads the alert.
    actions
        The events that count; each of them has the rule looked at.
    by
        Whose are counted together. An event without an actor, a subject or an address counts for no rule that
        goes by it.
    count
        Least number of them. An event that stands for many says so in ``detail["count"]``.
    within
        How far back from an event others count.
    after
        Where there are some, one of these must have come first, of the same group, within the same time.
    where
        What the detail of an event must say for the rule to be looked at.
    """

    name: str
    severity: Severity
    title: str
    meaning: str
    actions: frozenset[Action]
    by: Group = Group.SUBJECT
    count: int = 1
    within: dt.timedelta = _QUARTER
    after: frozenset[Action] = frozenset()
    where: frozenset[tuple[str, Any]] = frozenset()

    def group(self, event: AuditRecord) -> str | None:
        """Return whose an event is; None if it says nothing to this rule."""
        says = all(event.detail.get(name) == wanted for name, wanted in self.where)
        if event.action not in self.actions or not says:
            return None
        if self.by is Group.TENANT:
            return "all"
        return getattr(event, self.by.value) or None


def weight(detail: Mapping[str, Any]) -> int:
    """Return how many events one stands for.

    Examples
    --------
    >>> weight({}), weight({"count": 7}), weight({"count": "many"})
    (1, 7, 1)
    """
    count = detail.get("count")
    return min(max(count, 1), _MOST_AT_ONCE) if isinstance(count, int) else 1


ALL_RULES: tuple[DetectionRule, ...] = (
    DetectionRule(
        name="refresh-reuse",
        severity=Severity.CRITICAL,
        title="A refresh token was used twice",
        meaning="Somebody may have stolen it. Its family is revoked; ask its owner, and look at what it did.",
        actions=frozenset({Action.REFRESH_REUSED}),
    ),
    DetectionRule(
        name="failures-of-user",
        severity=Severity.WARNING,
        title="Many failed attempts to sign in as one user",
        meaning="Somebody may be guessing. Ask the user; known devices still get in.",
        actions=_FAILURES,
        count=10,
    ),
    DetectionRule(
        name="failures-from-address",
        severity=Severity.WARNING,
        title="Many failed attempts to sign in from one address",
        meaning="Somebody may be trying one password with many names. Block the address if it goes on.",
        actions=_FAILURES,
        by=Group.ADDRESS,
        count=20,
    ),
    DetectionRule(
        name="failures-everywhere",
        severity=Severity.CRITICAL,
        title="Many failed attempts to sign in",
        meaning="An attack from many addresses may be under way. See which names are tried.",
        actions=_FAILURES,
        by=Group.TENANT,
        count=100,
    ),
    DetectionRule(
        name="throttled",
        severity=Severity.WARNING,
        title="Many attempts were held back",
        meaning="Somebody may be guessing codes, or running up the bill for messages.",
        actions=frozenset({Action.SIGN_IN_THROTTLED, Action.FACTOR_THROTTLED}),
        by=Group.TENANT,
        count=50,
    ),
    DetectionRule(
        name="tokens-guessed",
        severity=Severity.WARNING,
        title="Many tokens from one address lead nowhere",
        meaning="A program may go on with a revoked key, or somebody is guessing. Look at the address.",
        actions=frozenset({Action.TOKENS_THROTTLED}),
        by=Group.ADDRESS,
    ),
    DetectionRule(
        name="new-device",
        severity=Severity.INFO,
        title="Somebody signed in from a new device",
        meaning="If it was not the user: revoke the sessions and change the password.",
        actions=frozenset({Action.SIGN_IN_NEW_DEVICE}),
    ),
    DetectionRule(
        name="export-without-factor",
        severity=Severity.CRITICAL,
        title="Data were exported soon after a second factor was taken off",
        meaning="This is how a stolen account is emptied. Disable it and ask its owner.",
        actions=frozenset({Action.DATA_EXPORTED, Action.AUDIT_EXPORTED}),
        by=Group.ACTOR,
        within=_DAY,
        after=frozenset({Action.FACTOR_REMOVED, Action.FACTORS_OFF, Action.RECOVERY_COMPLETED}),
    ),
    DetectionRule(
        name="rights-given",
        severity=Severity.WARNING,
        title="Somebody was given privileged rights",
        meaning="If nobody knows why: revoke the grant and ask who made it.",
        actions=frozenset({Action.GRANT_MADE, Action.GRANT_APPROVED}),
        where=frozenset({("privileged", True)}),
    ),
    DetectionRule(
        name="refused-burst",
        severity=Severity.WARNING,
        title="Somebody keeps asking for what they may not do",
        meaning="An account or key may be in other hands, or a program is set up wrongly.",
        actions=frozenset({Action.ACCESS_REFUSED}),
        by=Group.ACTOR,
        count=20,
        within=dt.timedelta(minutes=5),
    ),
    DetectionRule(
        name="unknown-burst",
        severity=Severity.WARNING,
        title="Somebody keeps asking for what is not there",
        meaning="Somebody may be guessing ids of other tenants. Look at what they asked for.",
        actions=frozenset({Action.ACCESS_UNKNOWN}),
        by=Group.ACTOR,
        count=50,
        within=dt.timedelta(minutes=5),
    ),
    DetectionRule(
        name="canary",
        severity=Severity.CRITICAL,
        title="A canary key was used",
        meaning="Nobody has a reason to use it: whoever did has read where it lies. Look there first.",
        actions=frozenset({Action.KEY_CANARY_USED}),
    ),
    DetectionRule(
        name="infected-upload",
        severity=Severity.WARNING,
        title="An infected file was sent",
        meaning="It was refused. Ask who sent it: their machine, or whoever holds their key, needs a look.",
        actions=frozenset({Action.UPLOAD_INFECTED}),
        by=Group.ACTOR,
    ),
    DetectionRule(
        name="audit-broken",
        severity=Severity.CRITICAL,
        title="The audit was changed",
        meaning="plimsoll audit verify names the first bad sequence number. Keep the database as it is.",
        actions=frozenset({Action.AUDIT_BROKEN}),
        by=Group.TENANT,
    ),
    DetectionRule(
        name="cloned-passkey",
        severity=Severity.CRITICAL,
        title="A passkey may have been copied",
        meaning="Its counter went back. Remove it and ask its owner.",
        actions=frozenset({Action.FACTOR_CLONED}),
    ),
    DetectionRule(
        name="recovered",
        severity=Severity.WARNING,
        title="An account was recovered without its factors",
        meaning="If its owner did not ask for it: disable the account.",
        actions=frozenset({Action.RECOVERY_COMPLETED}),
    ),
    DetectionRule(
        name="keys-replaced",
        severity=Severity.WARNING,
        title="All signing keys were replaced at once",
        meaning="Everybody has to sign in again. If nobody knows why: look at who did it.",
        actions=frozenset({Action.SIGNING_KEYS_REPLACED}),
        by=Group.TENANT,
    ),
)
"""All rules that ship, from the first event of an installation on."""
