"""What is left of sign-ins, links and sessions that are over: dropped once a day."""

import datetime as dt

from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store import (
    devices,
    factor_challenges,
    one_time_tokens,
    refresh_families,
    sign_ins,
    throttles,
    user_sessions,
)

__all__ = ["forget_old"]

_DAY = dt.timedelta(days=1)
_MONTH = dt.timedelta(days=30)
_YEAR = dt.timedelta(days=365)


async def forget_old(session: AsyncSession, now: dt.datetime) -> int:
    """Drop what has served its time, and return how many rows.

    Sign-ins, challenges, counters and ended refresh tokens go after a day, links and sessions after thirty,
    browsers that were not seen for a year. People stay, for what they did is theirs.

    Parameters
    ----------
    session, now
        An open transaction of the tenant, and the time.
    """
    return (
        await sign_ins.forget(session, before=now - _DAY)
        + await factor_challenges.forget(session, before=now - _DAY)
        + await throttles.forget(session, before=now - _DAY)
        + await refresh_families.forget(session, before=now - _DAY)
        + await one_time_tokens.forget(session, before=now - _MONTH)
        + await user_sessions.forget(session, before=now - _MONTH)
        + await devices.forget(session, before=now - _YEAR)
    )
