"""Challenges to a factor: random bytes to sign or a code to type, each used once."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store.factor_rows import FactorChallengeRow

__all__ = [
    "ChallengePurpose",
    "OpenChallenge",
    "begin",
    "consume",
    "consume_secret",
    "forget",
    "try_latest",
]


class ChallengePurpose(StrEnum):
    """What a challenge is good for, and for nothing else."""

    PASSKEY_ENROLMENT = "passkey-enrolment"
    PASSKEY = "passkey"
    SMS_ENROLMENT = "sms-enrolment"
    SMS = "sms"


@dataclass(frozen=True, slots=True)
class OpenChallenge:
    """A challenge that may still be answered.

    Parameters
    ----------
    id
        Which.
    factor_id
        The factor that it is about; None where that is open.
    secret
        What has to be signed, or the sealed code.
    """

    id: UUID
    factor_id: UUID | None
    secret: bytes


async def begin(
    session: AsyncSession,
    challenge_id: UUID,
    *,
    user_id: UUID,
    purpose: ChallengePurpose,
    secret: bytes,
    at: dt.datetime,
    ends_at: dt.datetime,
    factor_id: UUID | None = None,
) -> None:
    """Store a challenge.

    Parameters
    ----------
    session, challenge_id
        Where, and its id, to which a secret may be sealed.
    user_id, purpose, factor_id
        Whom it asks for what.
    secret
        What has to be signed, or the sealed code.
    at, ends_at
        Now, and when it cannot be answered any more.
    """
    values = {"id": challenge_id, "user_id": user_id, "purpose": purpose, "secret": secret}
    await session.execute(
        insert(FactorChallengeRow).values(**values, created_at=at, ends_at=ends_at, factor_id=factor_id)
    )


async def consume_secret(
    session: AsyncSession, user_id: UUID, purpose: ChallengePurpose, secret: bytes, *, at: dt.datetime
) -> OpenChallenge | None:
    """Use the challenge of these bytes; None if there is none that nobody has answered."""
    changed = (
        update(FactorChallengeRow)
        .where(
            FactorChallengeRow.user_id == user_id,
            FactorChallengeRow.purpose == purpose,
            FactorChallengeRow.secret == secret,
            FactorChallengeRow.used_at.is_(None),
            FactorChallengeRow.ends_at > at,
        )
        .values(used_at=at)
        .returning(FactorChallengeRow.id, FactorChallengeRow.factor_id, FactorChallengeRow.secret)
        .execution_options(synchronize_session=False)
    )
    row = (await session.execute(changed)).one_or_none()
    return None if row is None else OpenChallenge(*row)


async def try_latest(
    session: AsyncSession, user_id: UUID, purpose: ChallengePurpose, *, most_tries: int, at: dt.datetime
) -> OpenChallenge | None:
    """Count a try at the user's newest challenge and return it; None if it is over or was tried too often."""
    newest = (
        select(FactorChallengeRow.id)
        .where(FactorChallengeRow.user_id == user_id, FactorChallengeRow.purpose == purpose)
        .order_by(FactorChallengeRow.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    changed = (
        update(FactorChallengeRow)
        .where(
            FactorChallengeRow.id == newest,
            FactorChallengeRow.used_at.is_(None),
            FactorChallengeRow.ends_at > at,
            FactorChallengeRow.tries < most_tries,
        )
        .values(tries=FactorChallengeRow.tries + 1)
        .returning(FactorChallengeRow.id, FactorChallengeRow.factor_id, FactorChallengeRow.secret)
        .execution_options(synchronize_session=False)
    )
    row = (await session.execute(changed)).one_or_none()
    return None if row is None else OpenChallenge(*row)


async def consume(session: AsyncSession, challenge_id: UUID, *, at: dt.datetime) -> bool:
    """Use a challenge that was answered rightly; return whether nobody has used it before."""
    changed = (
        update(FactorChallengeRow)
        .where(FactorChallengeRow.id == challenge_id, FactorChallengeRow.used_at.is_(None))
        .values(used_at=at)
        .returning(FactorChallengeRow.id)
        .execution_options(synchronize_session=False)
    )
    return (await session.execute(changed)).one_or_none() is not None


async def forget(session: AsyncSession, *, before: dt.datetime) -> int:
    """Delete challenges that ended before an instant, and return how many."""
    gone = await session.execute(delete(FactorChallengeRow).where(FactorChallengeRow.ends_at < before))
    return int(getattr(gone, "rowcount", 0))
