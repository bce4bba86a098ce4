"""Factors at work: whether somebody has what only they have, each code and each signature once."""

import datetime as dt
import hmac
import os
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store import factor_challenges, factors
from plimsoll.data.store.factor_challenges import ChallengePurpose
from plimsoll.data.store.factors import FactorKind, FactorRecord
from plimsoll.data.store.models import new_id
from plimsoll.security import passkeys, totp
from plimsoll.security.passkeys import Passkey
from plimsoll.security.recovery_codes import code_digest
from plimsoll.security.sealing import Sealer
from plimsoll.workflows.alerts import AlertKind, Severity, raise_alert
from plimsoll.workflows.audit import AuditAction, record

__all__ = [
    "CHALLENGE_LIFE",
    "MOST_TRIES",
    "factor_place",
    "passkey_challenge",
    "sms_code_place",
    "usable_kinds",
    "verify_factor",
]

CHALLENGE_LIFE = dt.timedelta(minutes=5)
"""How long a passkey may sign a challenge, and a code that was sent may be typed."""

MOST_TRIES = 5
"""How often a code that was sent may be mistyped before another has to be sent."""

_CHALLENGE_BYTES = 32
_LONGEST_CODE = 100
_RIGHT = frozenset({AuditAction.FACTOR_ACCEPTED, AuditAction.RECOVERY_CODE_USED})


@dataclass(frozen=True, slots=True)
class _Question:
    session: AsyncSession
    user_id: UUID
    answer: str
    now: dt.datetime
    sealer: Sealer
    origin: str


async def verify_factor(
    session: AsyncSession,
    user_id: UUID,
    kind: FactorKind | str,
    answer: str,
    *,
    now: dt.datetime,
    sealer: Sealer,
    origin: str = "",
    address: str = "",
) -> bool:
    """Return whether an answer proves that a user has one of their factors; it never proves it again.

    Whoever asks keeps the transaction also where the answer is wrong, for tries are counted in it, and lets
    nobody ask too often: six digits are guessed in time.

    Parameters
    ----------
    session
        An open transaction of the tenant.
    user_id
        Whose factor.
    kind
        One of :class:`FactorKind`; there is nothing of another kind that could be right.
    answer
        The code, or what the browser made of a challenge of :func:`passkey_challenge`, as JSON.
    now
        The instant.
    sealer
        Opens the secrets of factors.
    origin
        From where the user talks to us, such as ``https://risk.example.com``; only passkeys need it.
    address
        Of the client, for the audit.
    """
    check = _CHECKS.get(str(kind))
    if check is None:
        return False
    action = await check(_Question(session, user_id, answer, now, sealer, origin))
    # That an answer was wrong is written down by whoever asked, with the sign-in that it was for.
    if action is not AuditAction.FACTOR_FAILED:
        await record(
            session, action, actor=None, subject=user_id, detail={"kind": str(kind)}, address=address
        )
    return action in _RIGHT


async def usable_kinds(session: AsyncSession, user_id: UUID) -> tuple[FactorKind, ...]:
    """Return by what a user can be asked, the strongest first; empty for who has no factor.

    Parameters
    ----------
    session, user_id
        An open transaction of the tenant, and whose factors. Recovery codes alone are no factor: they are
        there for whoever has lost one.
    """
    found = {one.kind for one in await factors.of_user(session, user_id)}
    if found and await factors.codes_left(session, user_id):
        found.add(FactorKind.RECOVERY)
    return tuple(kind for kind in FactorKind if kind in found)


async def passkey_challenge(
    session: AsyncSession, user_id: UUID, *, now: dt.datetime, origin: str
) -> dict[str, Any] | None:
    """Return what ``navigator.credentials.get`` takes to answer for a user; None if they have no passkey.

    Parameters
    ----------
    session, user_id
        An open transaction of the tenant, and who is asked.
    now, origin
        When, and the origin of the page; under an address there are no passkeys.
    """
    if not origin:
        return None
    known = await factors.of_user(session, user_id, kind=FactorKind.PASSKEY)
    if not known:
        return None
    secret = os.urandom(_CHALLENGE_BYTES)
    await factor_challenges.begin(
        session,
        new_id(),
        user_id=user_id,
        purpose=ChallengePurpose.PASSKEY,
        secret=secret,
        at=now,
        ends_at=now + CHALLENGE_LIFE,
    )
    ids = [one.credential_id for one in known if one.credential_id is not None]
    return passkeys.sign_in_options(secret, origin=origin, known=ids)


def factor_place(factor_id: UUID) -> str:
    """Return to what the secret of a factor is sealed."""
    return f"factors|secret|{factor_id}"


def sms_code_place(challenge_id: UUID) -> str:
    """Return to what a code is sealed that was sent by SMS."""
    return f"factor_challenges|secret|{challenge_id}"


async def _totp(asked: _Question) -> AuditAction:
    action = AuditAction.FACTOR_FAILED
    if len(asked.answer) > _LONGEST_CODE:
        return action
    for one in await factors.of_user(asked.session, asked.user_id, kind=FactorKind.TOTP):
        secret = asked.sealer.open(one.secret or b"", factor_place(one.id))
        step = totp.matching_step(secret, asked.answer, asked.now)
        if step is None:
            continue
        if await factors.advance(asked.session, one.id, counter=step, at=asked.now):
            return AuditAction.FACTOR_ACCEPTED
        action = AuditAction.FACTOR_REPLAYED
    return action


async def _recovery(asked: _Question) -> AuditAction:
    digest = code_digest(asked.answer) if len(asked.answer) <= _LONGEST_CODE else None
    if digest is not None and await factors.use_code(asked.session, asked.user_id, digest, at=asked.now):
        return AuditAction.RECOVERY_CODE_USED
    return AuditAction.FACTOR_FAILED


async def _sms(asked: _Question) -> AuditAction:
    challenge = await factor_challenges.try_latest(
        asked.session, asked.user_id, ChallengePurpose.SMS, most_tries=MOST_TRIES, at=asked.now
    )
    if challenge is None:
        return AuditAction.FACTOR_FAILED
    code = asked.sealer.open(challenge.secret, sms_code_place(challenge.id))
    typed = asked.answer.strip().encode("utf-8", "replace")
    if not hmac.compare_digest(typed, code.encode()):
        return AuditAction.FACTOR_FAILED
    once = await factor_challenges.consume(asked.session, challenge.id, at=asked.now)
    return AuditAction.FACTOR_ACCEPTED if once else AuditAction.FACTOR_REPLAYED


async def _passkey(asked: _Question) -> AuditAction:
    secret, credential_id = passkeys.challenge_in(asked.answer), passkeys.credential_in(asked.answer)
    if secret is None or credential_id is None or not asked.origin:
        return AuditAction.FACTOR_FAILED
    challenge = await factor_challenges.consume_secret(
        asked.session, asked.user_id, ChallengePurpose.PASSKEY, secret, at=asked.now
    )
    one = await factors.with_credential(asked.session, asked.user_id, credential_id)
    if challenge is None or one is None:
        return AuditAction.FACTOR_FAILED
    known = Passkey(one.credential_id or b"", one.public_key or b"", one.counter)
    count = passkeys.used(asked.answer, known, challenge=secret, origin=asked.origin)
    if count is None:
        return AuditAction.FACTOR_FAILED
    if (count or one.counter) and count <= one.counter:
        await _copied(asked, one)
        return AuditAction.FACTOR_CLONED
    once = await factors.advance(asked.session, one.id, counter=count, at=asked.now, counts=count > 0)
    return AuditAction.FACTOR_ACCEPTED if once else AuditAction.FACTOR_REPLAYED


async def _copied(asked: _Question, one: FactorRecord) -> None:
    """Take a passkey out of use whose count went back: somebody else signs with a copy of it."""
    await factors.suspend(asked.session, one.id, at=asked.now)
    await raise_alert(
        asked.session,
        key=f"passkey-copied/{one.id}",
        kind=AlertKind.SYSTEM,
        severity=Severity.CRITICAL,
        title="A passkey seems to have been copied",
        detail="Its count of signatures went back. It is out of use; ask its user, who needs a new one.",
        subject=asked.user_id,
    )


_CHECKS: Mapping[str, Callable[[_Question], Awaitable[AuditAction]]] = MappingProxyType(
    {
        FactorKind.PASSKEY: _passkey,
        FactorKind.TOTP: _totp,
        FactorKind.SMS: _sms,
        FactorKind.RECOVERY: _recovery,
    }
)
