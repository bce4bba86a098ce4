"""The rules of detection as data: what counts for which, and whose it is."""

import datetime as dt
import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from plimsoll.data.store.alerts import Severity
from plimsoll.data.store.audit_events import AuditRecord
from plimsoll.security.audit_actions import AuditAction
from plimsoll.workflows.detection_rules import ALL_RULES, DetectionRule, Group, weight

EVENT = AuditRecord(
    id=UUID(int=1),
    recorded_at=dt.datetime(2026, 1, 2, tzinfo=dt.UTC),
    action="sign-in.failed",
    actor=None,
    actor_name="",
    session_id=None,
    subject="ada",
    detail={},
    address="192.0.2.1",
    request_id="",
)
NAMED = {rule.name: rule for rule in ALL_RULES}


@pytest.mark.parametrize(
    ("name", "action", "severity"),
    [
        ("refresh-reuse", AuditAction.REFRESH_REUSED, Severity.CRITICAL),
        ("failures-of-user", AuditAction.SIGN_IN_FAILED, Severity.WARNING),
        ("failures-from-address", AuditAction.FACTOR_FAILED, Severity.WARNING),
        ("failures-everywhere", AuditAction.STEP_UP_FAILED, Severity.CRITICAL),
        ("new-device", AuditAction.SIGN_IN_NEW_DEVICE, Severity.INFO),
        ("export-without-factor", AuditAction.DATA_EXPORTED, Severity.CRITICAL),
        ("rights-given", AuditAction.GRANT_APPROVED, Severity.WARNING),
        ("refused-burst", AuditAction.ACCESS_REFUSED, Severity.WARNING),
        ("unknown-burst", AuditAction.ACCESS_UNKNOWN, Severity.WARNING),
        ("tokens-guessed", AuditAction.TOKENS_THROTTLED, Severity.WARNING),
        ("canary", AuditAction.KEY_CANARY_USED, Severity.CRITICAL),
        ("audit-broken", AuditAction.AUDIT_BROKEN, Severity.CRITICAL),
    ],
)
def test_what_is_looked_for(name: str, action: AuditAction, severity: Severity) -> None:
    """Each thing that security.md wants noticed has a rule, with its severity."""
    assert action in NAMED[name].actions
    assert NAMED[name].severity is severity


def test_only_what_is_privileged_is_told_when_rights_are_given() -> None:
    """Somebody becomes a viewer each day, and that is nobody's alarm."""
    rule = NAMED["rights-given"]
    for action in (AuditAction.GRANT_MADE, AuditAction.GRANT_APPROVED):
        event = replace(EVENT, action=action)
        assert rule.group(replace(event, detail={"privileged": True, "role": "x"})) == "ada"
        assert rule.group(replace(event, detail={"privileged": False})) is None
        assert rule.group(event) is None


def test_rules_are_told_apart_and_say_what_to_do() -> None:
    """Names are part of the keys of alerts, so that no two are the same; each alert says what it means."""
    assert len(NAMED) == len(ALL_RULES)
    for rule in ALL_RULES:
        assert rule.title
        assert rule.meaning.endswith(".")
        assert rule.count >= 1
        assert rule.within > dt.timedelta()


def test_the_guide_knows_every_rule() -> None:
    """The table in docs/guide/audit.md names them all, and no other."""
    guide = (Path(__file__).parents[3] / "docs" / "guide" / "audit.md").read_text()
    assert set(re.findall("`security/([a-z-]+)`", guide)) == NAMED.keys()


@pytest.mark.parametrize(
    ("by", "change", "group"),
    [
        (Group.SUBJECT, {}, "ada"),
        (Group.ADDRESS, {}, "192.0.2.1"),
        (Group.ACTOR, {}, None),
        (Group.ACTOR, {"actor": "user:1"}, "user:1"),
        (Group.TENANT, {}, "all"),
        (Group.SUBJECT, {"subject": ""}, None),
        (Group.SUBJECT, {"action": "sign-out"}, None),
    ],
)
def test_whose_an_event_is(by: Group, change: dict[str, Any], group: str | None) -> None:
    """An event counts for a user, an address or everybody; where it has none, for no rule that goes by it."""
    rule = replace(NAMED["failures-of-user"], by=by)
    assert isinstance(rule, DetectionRule)
    assert rule.group(replace(EVENT, **change)) == group


@pytest.mark.parametrize(
    ("stated", "counted"), [(None, 1), (0, 1), (-3, 1), (12, 12), ("9", 1), (10**9, 10**6)]
)
def test_an_event_may_stand_for_many(stated: object, counted: int) -> None:
    """It says so by a number; anything else is one."""
    assert weight({"count": stated}) == counted
