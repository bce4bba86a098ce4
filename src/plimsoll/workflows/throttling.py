"""The one guard that every try of a password or a code passes: it counts before anything is looked at."""

import datetime as dt
import math

from plimsoll.data.store import tenants, throttles
from plimsoll.data.store.database import Database
from plimsoll.data.store.tenants import LOCAL_TENANT
from plimsoll.errors import ThrottledError
from plimsoll.security.throttle import Tried, counters

__all__ = ["count_try", "forget_tries"]


async def count_try(
    database: Database, tried: Tried, *, user: str, address: str, device: bytes | None, now: dt.datetime
) -> None:
    """Count a try, and refuse it where there were too many; it counts whether it turns out right or wrong.

    The counters are kept with the tenant of the installation, for a try may name a tenant or a person that
    does not exist, and is counted all the same.

    Parameters
    ----------
    database
        Where the counters are. They are committed at once.
    tried, user, address, device
        See :func:`plimsoll.security.throttle.counters`.
    now
        The time.

    Raises
    ------
    ThrottledError
        If a counter is full.
    """
    full: list[tuple[float, bool]] = []
    async with database.session(LOCAL_TENANT) as session:
        await tenants.ensure(session, LOCAL_TENANT, "local")
        for counter in counters(tried, user=user, address=address, device=device):
            count, since = await throttles.count(
                session, counter.name, counter.subject, at=now, window=counter.window
            )
            if count > counter.most:
                full.append(((since + counter.window - now).total_seconds(), count > counter.most + 1))
                break  # what is refused here does not fill the other counters
    if full:
        seconds, repeated = max(1, math.ceil(full[0][0])), full[0][1]
        remedy = (
            f"Wait {math.ceil(seconds / 60)} minutes, or use a browser in which you have signed in before."
        )
        raise ThrottledError("this was tried too often", remedy=remedy, seconds=seconds, repeated=repeated)


async def forget_tries(database: Database, tried: Tried, *, user: str, device: bytes | None) -> None:
    """Forget the tries against somebody who got in; those from an address and of everybody stay.

    Parameters
    ----------
    database, tried, user, device
        As for `count_try`.
    """
    async with database.session(LOCAL_TENANT) as session:
        for counter in counters(tried, user=user, address="", device=device):
            if counter.is_own:
                await throttles.clear(session, counter.name, counter.subject)
