"""What is weak about people, programs and their record."""

import datetime as dt
from dataclasses import replace

from plimsoll.data.store.signing_keys import SealedKey
from plimsoll.data.store.sms_policies import OFF
from plimsoll.data.store.weak_accounts import ExpiringKey, Waiting, WeakPeople
from plimsoll.security.audit_chain import Checkpoint
from plimsoll.workflows.account_checks import (
    audit_checks,
    grant_check,
    people_checks,
    program_checks,
    ring_check,
    sms_check,
)
from plimsoll.workflows.audit_verification import Flaw, Verification
from plimsoll.workflows.doctor import Check

NOW = dt.datetime(2026, 6, 30, tzinfo=dt.UTC)


def state(*checks: Check) -> list[bool | None]:
    """Return how checks came out; whatever is not sound says what to do."""
    assert all(check.remedy for check in checks if not check.passed)
    return [check.passed for check in checks]


def test_people_are_named() -> None:
    """Administrators without a factor, passwords that lost theirs, hashes of old rules; three by name."""
    sound = WeakPeople((), (), ("new",))
    assert state(*people_checks(sound, is_outdated=lambda kept: kept == "old")) == [True] * 3
    many = [f"{letter}@example.com" for letter in "abcde"]
    found = people_checks(WeakPeople(many, many[:1], ("old", "new")), is_outdated=lambda kept: kept == "old")
    assert state(*found) == [False] * 3
    assert "a@example.com, b@example.com, c@example.com and 2 more" in found[0].found
    assert found[2].found == "1 of 2 by the rules of today"


def test_keys_of_programs_end_but_not_soon() -> None:
    """One that ends within two weeks is named with its day, and so is one that never ends."""
    assert state(*program_checks([], [])) == [True, True]
    ending, endless = program_checks([ExpiringKey("robot", "night", NOW)], ["robot"])
    assert state(ending, endless) == [False, False]
    assert "robot/night on 2026-06-30" in ending.found
    assert "robot" in endless.found


def test_privileged_grants_do_not_wait_for_ever() -> None:
    """A week is enough to decide."""
    ages = (None, NOW - dt.timedelta(days=6), NOW - dt.timedelta(days=8))
    found = [grant_check(Waiting(0 if since is None else 2, since), now=NOW) for since in ages]
    assert state(*found) == [True, True, False]
    assert "2 waiting, the oldest for 8 days" in found[2].found


def test_the_ring_turns() -> None:
    """Without a key in use nothing is known; one that is used for longer than its term is weak."""
    key = SealedKey("k", b"", NOW, NOW)
    ages = (dt.timedelta(days=31), dt.timedelta(days=33), dt.timedelta(hours=-1))
    assert state(*(ring_check([key], now=NOW + age) for age in ages), ring_check([], now=NOW)) == [
        *(True, False, None, None)
    ]


def test_sms_reaches_people_within_its_budget() -> None:
    """Off is sound; on with a folder is not, nor is a budget that is nearly spent."""
    on = replace(OFF, enabled=True, monthly_cents=1000)
    assert state(
        sms_check(OFF, 0, outbox=True),
        sms_check(on, 0, outbox=True),
        sms_check(on, 799, outbox=False),
        sms_check(on, 800, outbox=False),
    ) == [True, False, True, False]


def test_the_audit_is_whole_and_vouched_for() -> None:
    """A flaw is named by its place; without events or checkpoints nothing is known."""
    latest = Checkpoint("t", 7, "", "k", "2026-06-29T23:30:00.000000+00:00", "")
    sound = Verification(7, 0, 1, ())
    assert state(*audit_checks(sound, latest, now=NOW)) == [True, True]
    assert state(*audit_checks(sound, latest, now=NOW + dt.timedelta(days=9))) == [True, True]
    grown = replace(sound, sealed=8)
    assert state(*audit_checks(grown, latest, now=NOW + dt.timedelta(hours=2))) == [True, False]
    assert state(*audit_checks(Verification(0, 0, 0, ()), None, now=NOW)) == [None, None]
    bad = audit_checks(replace(sound, flaws=(Flaw(3, "it was changed"),)), latest, now=NOW)
    assert state(*bad) == [False, True]
    assert "at 3: it was changed" in bad[0].found
