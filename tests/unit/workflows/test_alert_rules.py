"""What becomes of alerts, as laws over any course of events."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alert_records import NOON, alert
from plimsoll.data.store.alerts import AlertAction, AlertRecord, AlertStatus, Severity
from plimsoll.errors import ConflictError, UsageError
from plimsoll.workflows.alert_rules import (
    REOPEN_WITHIN,
    acknowledged,
    assigned,
    is_quiet,
    resolved,
    seen_again,
    snoozed,
)

MINUTES = st.integers(0, 300)
STEPS = st.lists(
    st.tuples(st.sampled_from(["see", "ack", "snooze", "wake", "resolve"]), MINUTES), max_size=25
)
SEVERITIES = st.sampled_from(Severity)


def _step(
    now: AlertRecord, what: str, minutes: int, severity: Severity, at: dt.datetime
) -> AlertRecord | None:
    match what:
        case "see":
            outcome = seen_again(now, severity, title="t", detail="d", at=at)
            return outcome and outcome[0]
        case "ack":
            return acknowledged(now, by="ada", at=at)
        case "snooze":
            return snoozed(now, until=at + dt.timedelta(minutes=minutes + 1), at=at)
        case "wake":
            return snoozed(now, until=None, at=at)
        case _:
            return resolved(now, at=at)


@given(steps=STEPS, severities=st.lists(SEVERITIES, min_size=25, max_size=25))
def test_any_course_of_events_leaves_a_sound_alert(
    steps: list[tuple[str, int]], severities: list[Severity]
) -> None:
    """Counts and versions never fall, and what is resolved has a time and no snooze."""
    now, at = alert(), NOON
    for (what, minutes), severity in zip(steps, severities, strict=False):
        at += dt.timedelta(minutes=minutes)
        before = now
        try:
            after = _step(before, what, minutes, severity, at)
        except ConflictError:
            continue
        if after is None:
            assert before.status is AlertStatus.RESOLVED
            continue
        now = after
        assert now.count - before.count == (what == "see")
        assert now.version - before.version in (0, 1)
        assert (now.status is AlertStatus.RESOLVED) == (now.resolved_at is not None)
        assert (now.status is AlertStatus.ACKNOWLEDGED) <= (now.acknowledged_by is not None)
        assert now.status is not AlertStatus.RESOLVED or now.snoozed_until is None
        assert (now.id, now.key, now.first_seen) == (before.id, before.key, before.first_seen)


@given(severity=SEVERITIES, times=st.integers(1, 50))
def test_a_storm_is_one_alert(severity: Severity, times: int) -> None:
    """Raised any number of times as bad as it is, an open alert only counts; nothing is noted or told."""
    now = alert(severity=severity)
    for number in range(times):
        outcome = seen_again(now, severity, title="t", detail=str(number), at=NOON)
        assert outcome is not None
        now, action = outcome
        assert action is None
    assert (now.count, now.version, now.detail) == (times + 1, 1, str(times - 1))


@given(before=SEVERITIES, after=SEVERITIES, quiet=st.sampled_from(["ack", "snooze"]))
def test_only_what_is_worse_breaks_the_quiet(before: Severity, after: Severity, quiet: str) -> None:
    """What was acknowledged or snoozed opens again when it is worse than it was, and not otherwise."""
    known = _step(alert(severity=before), quiet, 200, before, NOON)
    assert known is not None
    assert is_quiet(known, NOON)
    outcome = seen_again(known, after, title="t", detail="d", at=NOON)
    assert outcome is not None
    now, action = outcome
    worse = after.rank > before.rank
    assert (action is AlertAction.WORSENED) == worse
    assert is_quiet(now, NOON) == (not worse)
    assert now.severity is max(before, after, key=lambda one: one.rank)


@given(minutes=st.integers(0, 200), severity=SEVERITIES)
def test_what_comes_back_soon_is_the_same_alert(minutes: int, severity: Severity) -> None:
    """Within the time it opens again, whatever it was before; later it is a new one."""
    known = resolved(acknowledged(alert(), by="ada", at=NOON), at=NOON)
    at = NOON + dt.timedelta(minutes=minutes)
    outcome = seen_again(known, severity, title="t", detail="d", at=at)
    assert (outcome is None) == (at - NOON > REOPEN_WITHIN)
    if outcome is not None:
        now, action = outcome
        assert action is AlertAction.REOPENED
        assert (now.status, now.openings, now.severity) == (AlertStatus.OPEN, 2, severity)
        assert (now.acknowledged_by, now.resolved_at, now.opened_at) == (None, None, at)


@given(minutes=st.integers(1, 30 * 24 * 60), later=st.integers(0, 31 * 24 * 60))
def test_a_snooze_ends_by_itself(minutes: int, later: int) -> None:
    """It is quiet until then and not afterwards."""
    now = snoozed(alert(), until=NOON + dt.timedelta(minutes=minutes), at=NOON)
    assert is_quiet(now, NOON + dt.timedelta(minutes=later)) == (later < minutes)
    assert now.status is AlertStatus.OPEN


@pytest.mark.parametrize("days", [-1, 0, 31])
def test_a_snooze_is_in_the_next_days(days: int) -> None:
    """The past, now, and times out of sight are refused."""
    with pytest.raises(UsageError, match="snoozed"):
        snoozed(alert(), until=NOON + dt.timedelta(days=days), at=NOON)


def test_what_is_resolved_is_left_alone() -> None:
    """Nobody acknowledges, snoozes, assigns or resolves it again."""
    done = resolved(alert(), at=NOON)
    acts: list[Callable[[], AlertRecord]] = [
        lambda: acknowledged(done, by="ada", at=NOON),
        lambda: snoozed(done, until=None, at=NOON),
        lambda: assigned(done, to="ada"),
        lambda: resolved(done, at=NOON),
    ]
    for act in acts:
        with pytest.raises(ConflictError, match="resolved"):
            act()


def test_it_is_acknowledged_once() -> None:
    """The second one is told, and who came first stays."""
    known = acknowledged(alert(), by="ada", at=NOON)
    assert (known.status, known.acknowledged_by, known.acknowledged_at) == (
        AlertStatus.ACKNOWLEDGED,
        "ada",
        NOON,
    )
    with pytest.raises(ConflictError, match="already"):
        acknowledged(known, by="bob", at=NOON)


def test_an_assignment_changes_nothing_else() -> None:
    """Only assignee and version."""
    assert assigned(alert(), to="ada") == replace(alert(), assignee="ada", version=2)
