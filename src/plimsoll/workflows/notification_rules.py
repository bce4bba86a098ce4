"""Who is told of what, and when: rules, no clock, no store."""

import datetime as dt
from collections.abc import Collection, Sequence

from plimsoll.data.store.alerts import AlertAction, Severity
from plimsoll.workflows.quiet_hours import QuietHours

__all__ = ["MOST_PER_WINDOW", "WINDOW", "free_at", "is_told", "told_at"]

WINDOW = dt.timedelta(hours=1)
"""In any such span of time a channel carries so much and no more."""

MOST_PER_WINDOW = 20
"""Messages through one channel in a :data:`WINDOW`; a digest is one message."""

_RAISED, _CHANGED = "alert.raised", "alert.changed"


def is_told(
    kind: str, severity: Severity, action: str | None, *, kinds: Collection[str], minimum: Severity
) -> bool:
    """Return whether a channel tells of an event.

    Parameters
    ----------
    kind, severity, action
        Of the event; an alert that became worse counts as raised.
    kinds, minimum
        What the channel is for.

    Examples
    --------
    >>> kinds, minimum = ["alert.raised"], Severity.WARNING
    >>> is_told("alert.changed", Severity.CRITICAL, "worsened", kinds=kinds, minimum=minimum)
    True
    """
    worse = kind == _CHANGED and action == AlertAction.WORSENED
    wanted = kind in kinds or (worse and _RAISED in kinds)
    return wanted and severity.rank >= minimum.rank


def told_at(quiet: QuietHours | None, severity: Severity, at: dt.datetime) -> dt.datetime:
    """Return when something is told that could be told at an instant: critical things at once, always.

    Parameters
    ----------
    quiet
        Quiet hours of the channel; None for none.
    severity
        How bad it is.
    at
        The instant; with a time zone.
    """
    if severity is Severity.CRITICAL or quiet is None or not quiet.covers(at):
        return at
    return quiet.ends_after(at)


def free_at(sent: Sequence[dt.datetime], at: dt.datetime, *, most: int = MOST_PER_WINDOW) -> dt.datetime:
    """Return when a channel may carry one more message: at once, or when the oldest of `most` is old.

    Parameters
    ----------
    sent
        When it has carried one, oldest first; what is older than a :data:`WINDOW` does not matter.
    at
        Now.
    most
        In any window.
    """
    recent = [one for one in sent if one > at - WINDOW]
    return at if len(recent) < most else recent[-most] + WINDOW
