"""What people do about breaches: take note, act, comment, waive, close; each step is recorded."""

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store import breaches, limits, runs
from plimsoll.data.store.breaches import BreachEventKind, BreachRecord, BreachStatus
from plimsoll.errors import ConflictError, PreconditionError, UsageError
from plimsoll.risk.limits import Measured, State, evaluate
from plimsoll.workflows.breach_notices import announce
from plimsoll.workflows.events import EventKind

__all__ = ["act"]

_BECOMES = {
    BreachEventKind.ACKNOWLEDGED: BreachStatus.ACKNOWLEDGED,
    BreachEventKind.REMEDIATION: BreachStatus.REMEDIATION,
    BreachEventKind.WAIVED: BreachStatus.WAIVED,
    BreachEventKind.CLOSED: BreachStatus.CLOSED,
}
_FROM = {
    BreachEventKind.ACKNOWLEDGED: {BreachStatus.OPEN},
    BreachEventKind.REMEDIATION: {BreachStatus.OPEN, BreachStatus.ACKNOWLEDGED},
}


async def act(
    session: AsyncSession,
    breach_id: UUID,
    kind: BreachEventKind,
    *,
    expected_version: int,
    by: str,
    text: str,
    waived_until: dt.date | None = None,
) -> BreachRecord:
    """Do something about a breach.

    Parameters
    ----------
    session
        An open transaction of the tenant.
    breach_id
        Which.
    kind
        ``acknowledged`` (of an open one), ``remediation`` (of an open or acknowledged one), ``waived``,
        ``commented`` or ``closed``.
    expected_version
        The version that the caller has seen.
    by, text
        Who, and what they say; waiving and closing need a text.
    waived_until
        Last date of the runs for which the breach is accepted; needed to waive.

    Raises
    ------
    NotFoundError
        If there is no such breach.
    PreconditionError
        If its version is another.
    ConflictError
        If it is closed, the step does not follow, or it is to be closed while the limit is still exceeded.
    UsageError
        If the text or the date is missing, or the date is before that of the last run.
    """
    breach = await breaches.get(session, breach_id)
    if breach.version != expected_version:
        remedy = "Read it again and repeat the change."
        raise PreconditionError(f"the breach is at version {breach.version} by now", remedy=remedy)
    _check_words(kind, text, waived_until)
    if breach.status not in _FROM.get(kind, {*BreachStatus}):
        raise ConflictError(f"the breach is {breach.status} already", remedy="Look at its history.")
    if kind is BreachEventKind.CLOSED:
        await _check_within(session, breach)
    if waived_until is not None and breach.last_run is not None:
        first = (await runs.get(session, breach.last_run)).as_of
        if waived_until < first:
            raise UsageError("the waiver has ended already", remedy=f"Name {first} or a later date.")
    changes: dict[str, Any] = {"waived_until": breach.waived_until}
    if kind in _BECOMES:
        changes |= {"status": _BECOMES[kind].value, "waived_until": waived_until}
    if kind is BreachEventKind.CLOSED:
        changes["closed_at"] = func.now()
    after = await breaches.change(session, breach_id, expected_version=expected_version, changes=changes)
    await breaches.note(session, after, kind, by=by, text=text)
    name = (await limits.get(session, breach.limit_id)).name
    closed = kind is BreachEventKind.CLOSED
    event = EventKind.BREACH_CLOSED if closed else EventKind.BREACH_UPDATED
    await announce(session, after, event, name=name)
    return after


def _check_words(kind: BreachEventKind, text: str, waived_until: dt.date | None) -> None:
    """Refuse what lacks a reason or a date."""
    worded = kind in (BreachEventKind.WAIVED, BreachEventKind.CLOSED, BreachEventKind.COMMENTED)
    if worded and not text.strip():
        raise UsageError("a comment is missing", remedy="Say why.")
    if (kind is BreachEventKind.WAIVED) != (waived_until is not None):
        remedy = "Give that date to waive, and none otherwise."
        raise UsageError("a waiver, and nothing else, needs the last date that it is for", remedy=remedy)


async def _check_within(session: AsyncSession, breach: BreachRecord) -> None:
    """Refuse to close what is still exceeded; within the band of the hysteresis people decide."""
    last = (await limits.get(session, breach.limit_id)).last
    if last is None or last.limit is None:
        return
    if evaluate(last.limit, Measured(value=breach.value)).state is not State.OK:
        remedy = "Waive it until a date, or bring the measure back: then it closes by itself."
        raise ConflictError("the limit is still exceeded", remedy=remedy)
