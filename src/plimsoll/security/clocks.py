"""Ages by clocks that may be wrong: what lies in the future is not young."""

import datetime as dt

__all__ = ["SKEW", "is_younger"]

SKEW = dt.timedelta(minutes=1)
"""By which the clocks of two instances differ at most."""


def is_younger(since: dt.datetime, life: dt.timedelta, now: dt.datetime) -> bool:
    """Return whether less than a life has passed since an instant.

    Parameters
    ----------
    since
        When it began, UTC; what has yet to begin, by more than `SKEW`, is not younger than anything: a clock
        that was put back must not let it live on.
    life
        How long it lasts.
    now
        The time, UTC.

    Examples
    --------
    >>> noon, hour = dt.datetime(2026, 6, 30, 12, tzinfo=dt.UTC), dt.timedelta(hours=1)
    >>> is_younger(noon, hour, noon), is_younger(noon, hour, noon + hour), is_younger(noon, hour, noon - hour)
    (True, False, False)
    """
    return -SKEW < now - since < life
