"""Quiet hours: a part of each day, on the wall clock of a place."""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from plimsoll.errors import UsageError

__all__ = ["QuietHours"]

_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class QuietHours:
    """A part of each day in which people are left alone.

    Parameters
    ----------
    start, end
        On the wall clock of the zone; over midnight where `end` comes first.
    zone
        Of the people.

    Raises
    ------
    UsageError
        If it ends when it begins.

    Examples
    --------
    >>> night = QuietHours(dt.time(22), dt.time(7), ZoneInfo("Europe/Berlin"))
    >>> night.covers(dt.datetime(2026, 6, 30, 21, 30, tzinfo=dt.UTC))
    True
    >>> night.ends_after(dt.datetime(2026, 6, 30, 21, 30, tzinfo=dt.UTC)).isoformat()
    '2026-07-01T05:00:00+00:00'
    """

    start: dt.time
    end: dt.time
    zone: ZoneInfo

    def __post_init__(self) -> None:
        """Refuse hours that are no hours."""
        if self.start == self.end:
            raise UsageError("quiet hours cannot end when they begin", remedy="Name two different times.")

    def covers(self, at: dt.datetime) -> bool:
        """Return whether an instant lies within."""
        local = at.astimezone(self.zone).time()
        if self.start < self.end:
            return self.start <= local < self.end
        return local >= self.start or local < self.end

    def ends_after(self, at: dt.datetime) -> dt.datetime:
        """Return the next instant at which they end; where clocks are put back, that may be twice a night."""
        date = at.astimezone(self.zone).date()
        ends = (
            dt.datetime.combine(date + days * _DAY, self.end, self.zone).replace(fold=fold).astimezone(dt.UTC)
            for days in (0, 1)
            for fold in (0, 1)
        )
        return min(end for end in ends if end > at and not self.covers(end))
