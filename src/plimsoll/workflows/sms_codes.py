"""Codes by SMS: the weakest factor, so only where a tenant wants it, and within its means."""

import datetime as dt
import hmac
import secrets
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store import factor_challenges, factors, sms_policies
from plimsoll.data.store.factor_challenges import ChallengePurpose
from plimsoll.data.store.factors import FactorKind, FactorRecord
from plimsoll.data.store.models import new_id
from plimsoll.data.store.sms_policies import SmsPolicy
from plimsoll.errors import ConflictError, PermissionDeniedError, UsageError
from plimsoll.security.permissions import Principal
from plimsoll.security.phone_numbers import COUNTRIES, country_of, masked, normal_number
from plimsoll.security.sealing import Sealer
from plimsoll.workflows.audit import AuditAction, record
from plimsoll.workflows.factor_enrolment import first_codes, may_add
from plimsoll.workflows.factors import CHALLENGE_LIFE, MOST_TRIES, factor_place, sms_code_place
from plimsoll.workflows.own_account import person_of

__all__ = ["Outgoing", "add_telephone", "change_policy", "confirm_telephone", "new_code"]

_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message to be sent once its transaction is committed.

    Parameters
    ----------
    number, text
        To whom and what.
    shown
        As much of the number as its owner needs.
    """

    number: str
    text: str = field(repr=False)
    shown: str


async def change_policy(session: AsyncSession, actor: Principal, wanted: SmsPolicy) -> SmsPolicy:
    """Say whether people of the tenant may have codes by SMS.

    Parameters
    ----------
    session, actor
        An open transaction of the tenant, and who says it.
    wanted
        With the version that they have seen.

    Raises
    ------
    UsageError
        If a country is not one of :data:`COUNTRIES`.
    PreconditionError
        If it was changed meanwhile.
    """
    if not set(wanted.countries) <= COUNTRIES.keys():
        remedy = f"There are {', '.join(sorted(COUNTRIES))}."
        raise UsageError("no codes are sent to one of the countries", remedy=remedy)
    changed = await sms_policies.change(session, wanted)
    detail = {
        "sms": changed.enabled,
        "countries": list(changed.countries),
        "monthly_cents": changed.monthly_cents,
    }
    await record(session, AuditAction.FACTOR_POLICY_CHANGED, actor=actor, subject=actor.tenant, detail=detail)
    return changed


async def add_telephone(
    session: AsyncSession, actor: Principal, *, number: str, name: str, now: dt.datetime, sealer: Sealer
) -> tuple[FactorRecord, Outgoing]:
    """Begin to use a telephone; its number is kept sealed.

    Parameters
    ----------
    session, actor
        An open transaction of the tenant, and whose telephone.
    number, name
        With its country, and for its owner.
    now, sealer
        The instant, and what keeps the number.

    Returns
    -------
    tuple
        The factor, which counts once the code has come back, and the message with the code.

    Raises
    ------
    UsageError
        If the number is none.
    PermissionDeniedError
        If the tenant does not allow it, or they have a factor and have not shown it.
    ConflictError
        If they have too many factors, or the tenant has spent too much.
    """
    person, called = person_of(actor), normal_number(number)
    for begun in await factors.of_user(session, person, kind=FactorKind.SMS, usable=False):
        if begun.confirmed_at is None:
            await factors.remove(session, person, begun.id, at=now)
    await may_add(session, actor)
    factor_id = new_id()
    made = await factors.add(
        session,
        factor_id,
        user_id=person,
        kind=FactorKind.SMS,
        name=name,
        created_at=now,
        secret=sealer.seal(called, factor_place(factor_id)),
    )
    detail = {"kind": FactorKind.SMS, "name": name, "user": str(person)}
    await record(session, AuditAction.FACTOR_BEGUN, actor=actor, subject=factor_id, detail=detail)
    message = await _prepared(session, made, ChallengePurpose.SMS_ENROLMENT, now=now, sealer=sealer)
    return made, message


async def confirm_telephone(
    session: AsyncSession, actor: Principal, factor_id: UUID, code: str, *, now: dt.datetime, sealer: Sealer
) -> tuple[FactorRecord, tuple[str, ...]] | None:
    """Take a telephone into use once the code that was sent to it has come back.

    Returns
    -------
    tuple or None
        The factor, and recovery codes if it is the first one; None where the code is wrong. Then the
        transaction has to be kept all the same, because the try is counted in it.

    Raises
    ------
    NotFoundError
        If they have no such factor.
    ConflictError
        If it is in use already.
    """
    person = person_of(actor)
    begun = await factors.get(session, person, factor_id)
    if begun.confirmed_at is not None:
        raise ConflictError("the factor is in use already")
    challenge = await factor_challenges.try_latest(
        session, person, ChallengePurpose.SMS_ENROLMENT, most_tries=MOST_TRIES, at=now
    )
    if challenge is None or challenge.factor_id != factor_id:
        return None
    kept = sealer.open(challenge.secret, sms_code_place(challenge.id))
    if not hmac.compare_digest(code.strip().encode("utf-8", "replace"), kept.encode()):
        return None
    if not await factor_challenges.consume(session, challenge.id, at=now):
        return None
    if not await factors.confirm(session, factor_id, counter=1, at=now):
        raise ConflictError("the factor is in use already")
    made = await factors.get(session, person, factor_id)
    return made, await first_codes(session, actor, made, now=now)


async def new_code(
    session: AsyncSession, user_id: UUID, *, now: dt.datetime, sealer: Sealer
) -> Outgoing | None:
    """Return a message with a new code for somebody who signs in; None if they have no telephone.

    Whoever asks has counted the try already: sending costs, and rings.

    Raises
    ------
    PermissionDeniedError
        If the tenant does not allow it.
    ConflictError
        If the tenant has spent too much.
    """
    known = await factors.of_user(session, user_id, kind=FactorKind.SMS)
    if not known:
        return None
    return await _prepared(session, known[-1], ChallengePurpose.SMS, now=now, sealer=sealer)


async def _prepared(
    session: AsyncSession,
    telephone: FactorRecord,
    purpose: ChallengePurpose,
    *,
    now: dt.datetime,
    sealer: Sealer,
) -> Outgoing:
    number = sealer.open(telephone.secret or b"", factor_place(telephone.id))
    await _allow(session, number, now)
    code, challenge_id = f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}}", new_id()
    await factor_challenges.begin(
        session,
        challenge_id,
        user_id=telephone.user_id,
        purpose=purpose,
        secret=sealer.seal(code, sms_code_place(challenge_id)),
        at=now,
        ends_at=now + CHALLENGE_LIFE,
        factor_id=telephone.id,
    )
    detail = {"to": masked(number), "purpose": purpose.value}
    await record(session, AuditAction.CODE_SENT, actor=None, subject=telephone.user_id, detail=detail)
    text = f"{code} is your Plimsoll code, for five minutes. Nobody of ours will ever ask you for it."
    return Outgoing(number, text, masked(number))


async def _allow(session: AsyncSession, number: str, now: dt.datetime) -> None:
    policy = await sms_policies.get(session)
    if not policy.enabled:
        remedy = "Use an authenticator app or a passkey."
        raise PermissionDeniedError("codes by SMS are not in use here", remedy=remedy)
    if country_of(number) not in policy.countries:
        remedy = "Use an authenticator app or a passkey, or ask your administrator."
        raise PermissionDeniedError("no codes are sent to this country", remedy=remedy)
    month = now.date().replace(day=1)
    if not await sms_policies.charge(session, month, policy.message_cents, most=policy.monthly_cents):
        remedy = "Use another factor, or ask your administrator."
        raise ConflictError("no more codes are sent this month", remedy=remedy)
