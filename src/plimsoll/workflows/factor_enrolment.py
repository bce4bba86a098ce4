"""Factors as their users see them: begun, confirmed, removed, and the codes for the day they are lost."""

import datetime as dt
import os
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store import factor_challenges, factors, users
from plimsoll.data.store.factor_challenges import ChallengePurpose
from plimsoll.data.store.factors import FactorKind, FactorRecord
from plimsoll.data.store.models import new_id
from plimsoll.errors import ConflictError, PermissionDeniedError, UsageError
from plimsoll.security import passkeys, totp
from plimsoll.security.passwords import LEAST
from plimsoll.security.permissions import Principal
from plimsoll.security.recovery_codes import code_digest, new_codes
from plimsoll.security.sealing import Sealer
from plimsoll.security.second_factor import has_shown_second, needs_second_factor
from plimsoll.workflows.audit import AuditAction, record
from plimsoll.workflows.factors import CHALLENGE_LIFE, factor_place
from plimsoll.workflows.own_account import person_of

__all__ = [
    "MOST_FACTORS",
    "TotpEnrolment",
    "begin_passkey",
    "begin_totp",
    "confirm_passkey",
    "confirm_totp",
    "first_codes",
    "make_recovery_codes",
    "may_add",
    "remove_factor",
]

MOST_FACTORS = 10
"""That one user may have."""

_ISSUER = "Plimsoll"
_CHALLENGE_BYTES = 32


@dataclass(frozen=True, slots=True)
class TotpEnrolment:
    """What an authenticator app has to be told; it is shown once.

    Parameters
    ----------
    record
        The factor, which counts once it is confirmed.
    secret
        In base 32, for those who cannot scan.
    uri
        What the QR code says.
    """

    record: FactorRecord
    secret: str
    uri: str


async def begin_totp(
    session: AsyncSession, actor: Principal, *, name: str, now: dt.datetime, sealer: Sealer
) -> TotpEnrolment:
    """Make the secret of an authenticator app; what was begun before and not confirmed is forgotten.

    Parameters
    ----------
    session, actor
        An open transaction of the tenant, and who will have the app.
    name
        For them.
    now, sealer
        The instant, and what keeps the secret.

    Raises
    ------
    ConflictError
        If they have too many factors.
    PermissionDeniedError
        If they have a factor and have not shown it.
    """
    person = person_of(actor)
    for begun in await factors.of_user(session, person, kind=FactorKind.TOTP, usable=False):
        if begun.confirmed_at is None:
            await factors.remove(session, person, begun.id, at=now)
    await may_add(session, actor)
    secret, factor_id = totp.new_secret(), new_id()
    made = await factors.add(
        session,
        factor_id,
        user_id=person,
        kind=FactorKind.TOTP,
        name=name,
        created_at=now,
        secret=sealer.seal(secret, factor_place(factor_id)),
    )
    await record(session, AuditAction.FACTOR_BEGUN, actor=actor, subject=factor_id, detail=_detail(made))
    return TotpEnrolment(made, secret, totp.enrolment_uri(secret, account=actor.name, issuer=_ISSUER))


async def confirm_totp(
    session: AsyncSession,
    actor: Principal,
    factor_id: UUID,
    code: str,
    *,
    now: dt.datetime,
    sealer: Sealer,
) -> tuple[FactorRecord, tuple[str, ...]]:
    """Take an authenticator app into use once it has shown a right code, which counts no second time.

    Returns
    -------
    tuple
        The factor, and recovery codes if it is the first one.

    Raises
    ------
    NotFoundError
        If they have no such factor.
    ConflictError
        If it is in use already.
    UsageError
        If the code is wrong.
    """
    person = person_of(actor)
    begun = await factors.get(session, person, factor_id)
    if begun.kind is not FactorKind.TOTP or begun.confirmed_at is not None:
        raise ConflictError("the factor is in use already")
    step = totp.matching_step(sealer.open(begun.secret or b"", factor_place(factor_id)), code, now)
    if step is None:
        remedy = "Type the code that the app shows now; check that the clock of the telephone is right."
        raise UsageError("the code is not the one of this moment", remedy=remedy)
    if not await factors.confirm(session, factor_id, counter=step, at=now):
        raise ConflictError("the factor is in use already")
    made = await factors.get(session, person, factor_id)
    return made, await first_codes(session, actor, made, now=now)


async def begin_passkey(
    session: AsyncSession, actor: Principal, *, now: dt.datetime, origin: str
) -> dict[str, Any]:
    """Return what ``navigator.credentials.create`` takes to make a passkey.

    Parameters
    ----------
    session, actor
        An open transaction of the tenant, and whose it will be.
    now, origin
        When, and the origin of the page that asks.

    Raises
    ------
    ConflictError
        If they have too many factors.
    PermissionDeniedError
        If they have a factor and have not shown it.
    UsageError
        If there is no origin: browsers make passkeys for names, not for addresses.
    """
    person = person_of(actor)
    if not origin:
        remedy = "Open the page by its name; on this machine as http://localhost with the same port."
        raise UsageError("passkeys need a name instead of an address", remedy=remedy)
    await may_add(session, actor)
    secret = os.urandom(_CHALLENGE_BYTES)
    await factor_challenges.begin(
        session,
        new_id(),
        user_id=person,
        purpose=ChallengePurpose.PASSKEY_ENROLMENT,
        secret=secret,
        at=now,
        ends_at=now + CHALLENGE_LIFE,
    )
    known = await factors.of_user(session, person, kind=FactorKind.PASSKEY, usable=False)
    ids = [one.credential_id for one in known if one.credential_id is not None]
    return passkeys.enrolment_options(secret, origin=origin, user=person.bytes, name=actor.name, known=ids)


async def confirm_passkey(
    session: AsyncSession, actor: Principal, answer: str, *, name: str, now: dt.datetime, origin: str
) -> tuple[FactorRecord, tuple[str, ...]]:
    """Keep a passkey that a browser has made for a challenge of :func:`begin_passkey`.

    Parameters
    ----------
    session, actor, name
        An open transaction of the tenant, whose passkey, and a name for them.
    answer
        What ``navigator.credentials.create`` gave, as JSON.
    now, origin
        When, and the origin of the page.

    Returns
    -------
    tuple
        The factor, and recovery codes if it is the first one.

    Raises
    ------
    UsageError
        If the answer does not prove it: another origin, no verified user, an old or another challenge.
    """
    person = person_of(actor)
    secret = passkeys.challenge_in(answer)
    challenge = None
    if secret is not None:
        purpose = ChallengePurpose.PASSKEY_ENROLMENT
        challenge = await factor_challenges.consume_secret(session, person, purpose, secret, at=now)
    key = None if challenge is None else passkeys.enrolled(answer, challenge=challenge.secret, origin=origin)
    if key is None:
        raise UsageError("the passkey cannot be accepted", remedy="Begin again, on this very site.")
    await may_add(session, actor)
    made = await factors.add(
        session,
        new_id(),
        user_id=person,
        kind=FactorKind.PASSKEY,
        name=name,
        credential_id=key.credential_id,
        public_key=key.public_key,
        counter=key.sign_count,
        created_at=now,
        confirmed_at=now,
    )
    return made, await first_codes(session, actor, made, now=now)


async def remove_factor(
    session: AsyncSession, actor: Principal, factor_id: UUID, *, now: dt.datetime
) -> None:
    """Forget an own factor; with the last one, the recovery codes go too.

    Raises
    ------
    NotFoundError
        If they have no such factor.
    ConflictError
        If it is the last one, and the password is too short to stand alone.
    PermissionDeniedError
        If it is the last one of an administrator, or they have not shown one.
    """
    person = person_of(actor)
    await _shown(session, actor)
    usable = await factors.of_user(session, person, lock=True)
    gone = await factors.get(session, person, factor_id)
    last = [one.id for one in usable] == [factor_id]
    if last and needs_second_factor(actor.permissions):
        remedy = "Add another factor first."
        raise PermissionDeniedError("administrators need a second factor", remedy=remedy)
    if last:
        await _refuse_short(session, person)
    await factors.remove(session, person, factor_id, at=now)
    await record(session, AuditAction.FACTOR_REMOVED, actor=actor, subject=factor_id, detail=_detail(gone))
    if last:
        await factors.replace_codes(session, person, (), at=now)
        await record(session, AuditAction.FACTORS_OFF, actor=actor, subject=person)


async def make_recovery_codes(
    session: AsyncSession, actor: Principal, *, now: dt.datetime
) -> tuple[str, ...]:
    """Return a new set of recovery codes, which cannot be read again; older ones count no more.

    Raises
    ------
    ConflictError
        If they have no factor for which the codes could stand in.
    PermissionDeniedError
        If they have not shown one.
    """
    person = person_of(actor)
    if not await factors.of_user(session, person):
        raise ConflictError("there is no factor to recover", remedy="Add a passkey or an app first.")
    await _shown(session, actor)
    return await _new_codes(session, actor, person, now)


async def _new_codes(
    session: AsyncSession, actor: Principal, person: UUID, now: dt.datetime
) -> tuple[str, ...]:
    codes = new_codes()
    digests = [digest for digest in map(code_digest, codes) if digest is not None]
    await factors.replace_codes(session, person, digests, at=now)
    await record(session, AuditAction.RECOVERY_CODES_MADE, actor=actor, subject=person)
    return codes


async def first_codes(
    session: AsyncSession, actor: Principal, made: FactorRecord, *, now: dt.datetime
) -> tuple[str, ...]:
    """Write down a factor that is in use from now on, and return recovery codes where there are none."""
    await record(session, AuditAction.FACTOR_ADDED, actor=actor, subject=made.id, detail=_detail(made))
    if await factors.codes_left(session, made.user_id):
        return ()
    return await _new_codes(session, actor, made.user_id, now)


async def may_add(session: AsyncSession, actor: Principal) -> None:
    """Let somebody add a factor, unless they have too many, or have one that they have not shown.

    A session that was begun by the password alone, before there was a factor, adds none afterwards: it may be
    that of somebody else who knows the password.

    Raises
    ------
    ConflictError
        If they have too many already.
    PermissionDeniedError
        If they have one and have not shown it.
    """
    await _shown(session, actor)
    person = person_of(actor)
    if len(await factors.of_user(session, person, usable=False)) >= MOST_FACTORS:
        raise ConflictError(f"nobody needs more than {MOST_FACTORS} factors", remedy="Remove one first.")


async def _shown(session: AsyncSession, actor: Principal) -> None:
    if not has_shown_second(actor.factors) and await factors.of_user(session, person_of(actor)):
        remedy = "Show it at /api/v1/me/step-up, or sign in anew with it."
        raise PermissionDeniedError("this needs the second factor that you have", remedy=remedy)


async def _refuse_short(session: AsyncSession, person: UUID) -> None:
    user = await users.get(session, person, lock=True)
    if user.password is not None and not user.password_alone:
        remedy = f"Choose one of at least {LEAST} characters first."
        raise ConflictError("the password is too short without a second factor", remedy=remedy)


def _detail(one: FactorRecord) -> dict[str, str]:
    return {"kind": one.kind, "name": one.name, "user": str(one.user_id)}
