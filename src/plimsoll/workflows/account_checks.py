"""What is weak about people, programs and their keys, and about the record of what they did."""

import datetime as dt
from collections.abc import Callable, Sequence

from plimsoll.data.store.signing_keys import SealedKey
from plimsoll.data.store.sms_policies import SmsPolicy
from plimsoll.data.store.weak_accounts import ExpiringKey, Waiting, WeakPeople
from plimsoll.security.audit_chain import Checkpoint
from plimsoll.security.key_ring import LIFE_OF_KEY
from plimsoll.workflows.audit_verification import Verification
from plimsoll.workflows.doctor import Check

__all__ = [
    "SOON",
    "audit_checks",
    "grant_check",
    "people_checks",
    "program_checks",
    "ring_check",
    "sms_check",
]

SOON = dt.timedelta(days=14)
"""What ends within this time wants to be renewed now."""
_LATE = dt.timedelta(days=2)  # by which a signing key may outlive its term: the worker makes one each day
_OLD_CHECKPOINT = dt.timedelta(hours=2)  # they are made each hour
_LONG_WAIT = dt.timedelta(days=7)
_NEARLY = 0.8


def people_checks(found: WeakPeople, *, is_outdated: Callable[[str], bool]) -> list[Check]:
    """Check the factors of administrators, and how passwords are kept.

    Parameters
    ----------
    found
        From :func:`plimsoll.data.store.weak_accounts.weak_people`.
    is_outdated
        :meth:`plimsoll.security.passwords.Passwords.is_outdated`.
    """
    outdated = sum(map(is_outdated, found.passwords))
    return [
        Check(
            "administrators' factors",
            not found.administrators,
            _all_of("without a factor", found.administrators) or "every administrator has one",
            "They can do nothing before they add one at /account; shut out those who do not come.",
        ),
        Check(
            "short passwords",
            not found.alone,
            _all_of("chosen beside a factor that is gone", found.alone) or "none stands without a factor",
            "Ask them to choose a new one at /account: at least 15 characters.",
        ),
        Check(
            "kept passwords",
            not outdated,
            f"{len(found.passwords) - outdated} of {len(found.passwords)} by the rules of today",
            "Each is made anew when its owner signs in next; shut out those who never do.",
        ),
    ]


def program_checks(ending: Sequence[ExpiringKey], endless: Sequence[str]) -> list[Check]:
    """Check the keys of programs.

    Parameters
    ----------
    ending
        API keys that end within `SOON`.
    endless
        Names of service accounts with public keys, which have no end.
    """
    named = [f"{key.account}/{key.name} on {key.expires_at:%Y-%m-%d}" for key in ending]
    return [
        Check(
            "API keys",
            not ending,
            _all_of("ending", named) or f"none ends within {SOON.days} days",
            "Make another with plimsoll keys create, and revoke the old one.",
        ),
        Check(
            "public keys of programs",
            not endless,
            _all_of("without an end", endless) or "none is without an end",
            "Give them API keys, which end, or replace the keys yourself once a year.",
        ),
    ]


def grant_check(found: Waiting, *, now: dt.datetime) -> Check:
    """Check whether privileged grants wait for a second person for too long."""
    age = dt.timedelta(0) if found.since is None else now - found.since
    said = f"{found.count} waiting, the oldest for {age.days} days" if found.count else "none waiting"
    return Check(
        "privileged grants",
        age < _LONG_WAIT,
        said,
        "Approve or reject them: plimsoll roles grants shows them.",
    )


def ring_check(keys: Sequence[SealedKey], *, now: dt.datetime) -> Check:
    """Check the key that signs access tokens.

    Parameters
    ----------
    keys
        From :func:`plimsoll.data.store.signing_keys.newest`.
    now
        What time it is.
    """
    active = next((key for key in keys if key.active_from <= now), None)
    if active is None:
        remedy = "The first access token makes one; so does plimsoll keys rotate."
        return Check("signing keys", None, "none is in use yet", remedy)
    age = now - active.active_from
    return Check(
        "signing keys",
        age <= LIFE_OF_KEY + _LATE,
        f"{len(keys)} published, the active one {age.days} days old",
        "Run plimsoll keys rotate, and see that a worker runs: it does so every month.",
    )


def sms_check(policy: SmsPolicy, spent: int, *, outbox: bool) -> Check:
    """Check what codes by SMS cost, and whether they reach anybody.

    Parameters
    ----------
    policy
        What the tenant allows.
    spent
        Cents of this month.
    outbox
        Whether they go into a folder.
    """
    if not policy.enabled:
        return Check("SMS", True, "switched off")
    if outbox:
        remedy = "Choose a provider with PLIMSOLL_SMS, or switch SMS off."
        return Check("SMS", False, "switched on, but codes go into a folder", remedy)
    return Check(
        "SMS",
        spent < _NEARLY * policy.monthly_cents,
        f"{spent} of {policy.monthly_cents} cents spent this month",
        "Look for who asks for so many codes, or allow more: nothing is sent once it is spent.",
    )


def audit_checks(found: Verification, latest: Checkpoint | None, *, now: dt.datetime) -> list[Check]:
    """Check the chain of the audit, and how old its last checkpoint is.

    Parameters
    ----------
    found
        From :func:`plimsoll.workflows.audit_verification.verify`.
    latest
        The last checkpoint; None where there is none.
    now
        What time it is.
    """
    bad = found.flaws[0] if found.flaws else None
    chain = Check(
        "audit chain",
        bad is None if found.sealed else None,
        f"{found.sealed} events sealed, {found.waiting} waiting"
        + ("" if bad is None else f"; at {bad.sequence}: {bad.reason}"),
        "Follow the incident runbook." if bad else "Start plimsoll up or a worker: it seals what waits.",
    )
    if latest is None:
        remedy = "Start plimsoll up or a worker: it makes one each hour."
        return [chain, Check("audit checkpoint", None, "there is none", remedy)]
    age = now - dt.datetime.fromisoformat(latest.made_at)
    said = f"{max(0, int(age.total_seconds() // 60))} minutes old, at {latest.sequence} of {found.sealed}"
    fresh = age < _OLD_CHECKPOINT or latest.sequence == found.sealed
    return [chain, Check("audit checkpoint", fresh, said, "See that plimsoll up or a worker runs.")]


def _all_of(what: str, names: Sequence[str]) -> str:
    """Return a few of the names, and how many there are besides."""
    shown, more = ", ".join(names[:3]), len(names) - 3
    return f"{what}: {shown}{f' and {more} more' if more > 0 else ''}" if names else ""
