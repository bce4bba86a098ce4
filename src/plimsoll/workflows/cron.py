"""Cron expressions on the wall clock of a time zone, right on the days on which clocks change."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from zoneinfo import ZoneInfo

from plimsoll.errors import UsageError

__all__ = ["Cron", "firings", "parse_cron", "time_zone"]

_FIELDS = (("minute", 0, 59), ("hour", 0, 23), ("day", 1, 31), ("month", 1, 12), ("weekday", 0, 7))
_NAMES = {
    "month": ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"),
    "weekday": ("sun", "mon", "tue", "wed", "thu", "fri", "sat"),
}
_DAYS = 366 * 5  # how far to look: 29 February comes within them, unless a century is in the way


@dataclass(frozen=True, slots=True)
class Cron:
    """When something happens, as the five fields of cron say it.

    Parameters
    ----------
    minutes, hours, days, months, weekdays
        What each field allows; Sunday is 0.
    any_day, any_weekday
        Whether the field of the day, or of the weekday, is a star. Where neither is, one of both suffices.
    """

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    any_day: bool
    any_weekday: bool

    def falls_on(self, date: dt.date) -> bool:
        """Return whether it happens on a date at all."""
        day, weekday = date.day in self.days, date.isoweekday() % 7 in self.weekdays
        either = self.any_day or self.any_weekday
        return date.month in self.months and (day and weekday if either else day or weekday)


def parse_cron(text: str) -> Cron:
    """Return what an expression says.

    Parameters
    ----------
    text
        Minute, hour, day of the month, month and weekday (0 or 7 is Sunday), each a star, a number, a name, a
        range, a list of these, and each with a step such as ``*/15``.

    Raises
    ------
    UsageError
        If it is no such expression, or never happens.

    Examples
    --------
    >>> parse_cron("30 18 * * mon-fri").hours
    (18,)
    """
    words = text.lower().split()
    if len(words) != len(_FIELDS):
        raise _wrong(text)
    try:
        minutes, hours, days, months, weekdays = (
            _allowed(word, *field) for word, field in zip(words, _FIELDS, strict=True)
        )
    except ValueError:
        raise _wrong(text) from None
    cron = Cron(
        minutes=tuple(sorted(minutes)),
        hours=tuple(sorted(hours)),
        days=frozenset(days),
        months=frozenset(months),
        weekdays=frozenset(weekday % 7 for weekday in weekdays),
        any_day=words[2].startswith("*"),
        any_weekday=words[4].startswith("*"),
    )
    start = dt.date(2024, 1, 1)  # a leap year
    if not any(cron.falls_on(start + dt.timedelta(days=n)) for n in range(366)):
        raise UsageError(f"{text!r} never happens", remedy="Name a day that the month has.")
    return cron


def time_zone(name: str) -> ZoneInfo:
    """Return a time zone.

    Raises
    ------
    UsageError
        If there is none of that name.

    Examples
    --------
    >>> time_zone("America/New_York").key
    'America/New_York'
    """
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        remedy = "Name one as America/New_York or UTC."
        raise UsageError("there is no such time zone", remedy=remedy) from None


def firings(
    cron: Cron,
    zone: ZoneInfo,
    *,
    after: dt.datetime,
    count: int,
    is_session: Callable[[dt.date], bool] = lambda _: True,
) -> list[dt.datetime]:
    """Return the next instants at which something happens, in UTC.

    A time that the clock skips in spring happens as much later as the clock skips; one that it shows twice in
    autumn happens the first time.

    Parameters
    ----------
    cron, zone
        The wall clock that it happens by.
    after
        Only later instants, with a time zone.
    count
        Most to return; fewer if the next five years have no more.
    is_session
        Whether it happens on a local date, beside what the expression says.

    Examples
    --------
    >>> nightly, zone = parse_cron("30 2 * * *"), time_zone("America/New_York")
    >>> spring = dt.datetime(2026, 3, 7, 12, tzinfo=dt.UTC)
    >>> [str(at) for at in firings(nightly, zone, after=spring, count=2)]
    ['2026-03-08 07:30:00+00:00', '2026-03-09 06:30:00+00:00']
    """
    found = (
        at
        for date in _dates(after.astimezone(zone).date())
        if cron.falls_on(date) and is_session(date)
        for at in _instants(cron, zone, date)
        if at > after
    )
    return list(islice(found, count))


def _dates(first: dt.date) -> Iterator[dt.date]:
    return (first + dt.timedelta(days=n) for n in range(-1, _DAYS))


def _instants(cron: Cron, zone: ZoneInfo, date: dt.date) -> list[dt.datetime]:
    """Return the instants of a local date in order, each once although two local times may be the same."""
    local = (
        dt.datetime.combine(date, dt.time(hour, minute), zone)
        for hour in cron.hours
        for minute in cron.minutes
    )
    return sorted({time.astimezone(dt.UTC) for time in local})


def _allowed(word: str, name: str, least: int, most: int) -> set[int]:
    allowed: set[int] = set()
    for part in word.split(","):
        span, _, step_text = part.partition("/")
        step = int(step_text) if step_text else 1
        if "/" in part and not step_text.isdigit():
            raise ValueError(part)
        if span == "*":
            first, last = least, most
        else:
            start, dash, end = span.partition("-")
            first = _number(start, name, least)
            last = _number(end, name, least) if dash else most if step_text else first
        if step < 1 or not least <= first <= last <= most:
            raise ValueError(part)
        allowed.update(range(first, last + 1, step))
    return allowed


def _number(text: str, name: str, least: int) -> int:
    names = _NAMES.get(name, ())
    if text in names:
        return names.index(text) + least
    if not (text.isascii() and text.isdigit()):
        raise ValueError(text)
    return int(text)


def _wrong(text: str) -> UsageError:
    return UsageError(
        f"{text[:100]!r} is no cron expression",
        remedy="Write minute hour day month weekday: 30 18 * * mon-fri.",
    )
