"""Limits held against a run: what was measured, and the breaches that open, change and close by it.

Locks are taken in one order: the limits of the portfolio by id, then their breaches, then alerts. A change
that comes into force locks its limit as well, so that a run is checked against what is in force when it is
stored, and two runs of a portfolio are checked one after the other.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store import breaches, limit_checks, limits
from plimsoll.data.store.breaches import BreachEventKind, BreachRecord, BreachSeverity, BreachStatus
from plimsoll.data.store.limit_checks import LimitCheck
from plimsoll.data.store.limits import LimitVersion
from plimsoll.data.store.runs import RunRecord
from plimsoll.risk.limits import Bound, Limit, LimitState, State, evaluate
from plimsoll.workflows.breach_notices import Outcome, tell
from plimsoll.workflows.events import EventKind
from plimsoll.workflows.limit_figures import LimitFigures

__all__ = ["AUTOMATIC", "active_limits", "applies", "check_live", "check_run"]

AUTOMATIC = "plimsoll"
"""Who did what no person did."""

_STATES = {BreachSeverity.SOFT: State.WARNING, BreachSeverity.HARD: State.BREACHED}
_SEVERITIES = {state: severity for severity, state in _STATES.items()}


async def active_limits(
    session: AsyncSession, portfolio_id: UUID, *, as_of: dt.date | None = None
) -> list[LimitVersion]:
    """Return the limits of a portfolio that are in force, oldest first.

    Parameters
    ----------
    session
        An open transaction of the tenant.
    portfolio_id
        Whose.
    as_of
        Date that they are to apply to; None for today, UTC.
    """
    day = as_of or dt.datetime.now(dt.UTC).date()
    return await limits.in_force(session, portfolio_id, as_of=day)


async def check_run(session: AsyncSession, record: RunRecord, figures: LimitFigures) -> list[LimitCheck]:
    """Hold a run that has just been stored against the limits of its portfolio.

    A limit on another horizon or method is passed over, and so is one that was checked on a later date
    already: a run of the past says nothing about now.

    Parameters
    ----------
    session
        The transaction in which the run was stored.
    record
        The run.
    figures
        What it measures.

    Returns
    -------
    list of LimitCheck
        In the order of the limits.
    """
    known = await limits.locked(session, record.portfolio_id)
    if not known:
        return []
    in_force = await limits.in_force(session, record.portfolio_id, as_of=record.as_of)
    last = await limit_checks.latest(session, known)
    live = await breaches.live(session, known, lock=True)
    ended = live.keys() - {version.limit_id for version in in_force}
    outcomes = [
        await _end(session, record, live[limit_id])
        for limit_id in sorted(ended)
        if not _is_older(record, last.get(limit_id))
    ]
    checks = []
    for version in in_force:
        before = last.get(version.limit_id)
        if version.limit is None or _is_older(record, before) or not applies(version.limit, record):
            continue
        breach = live.get(version.limit_id)
        previous = State.OK if breach is None else _STATES[breach.severity]
        state = evaluate(version.limit, figures.measured(version.limit), previous)
        checks.append(
            await limit_checks.add(
                session,
                limit_id=version.limit_id,
                version=version.version,
                run_id=record.id,
                as_of=record.as_of,
                state=state,
            )
        )
        event, breach = await _follow(session, record, version, breach, state)
        missed = before is not None and bool(before.state.missing)
        outcomes.append(_outcome(record, version, state, missed, event, breach))
    await tell(session, record.portfolio_id, outcomes)
    return checks


async def check_live(session: AsyncSession, record: RunRecord, states: Mapping[UUID, LimitState]) -> None:
    """Open, change or close breaches as live numbers say; what the run itself was measured at stays.

    Parameters
    ----------
    session
        An open transaction of the tenant; whoever opened it commits.
    record
        The run that the live numbers stand on.
    states
        By limit, those that have changed. A limit that is in force no more is passed over.
    """
    known = await limits.locked(session, record.portfolio_id)
    day = dt.datetime.now(dt.UTC).date()
    in_force = await limits.in_force(session, record.portfolio_id, as_of=day)
    live = await breaches.live(session, known, lock=True)
    outcomes = []
    for version in in_force:
        state = states.get(version.limit_id)
        if state is not None:
            event, breach = await _follow(session, record, version, live.get(version.limit_id), state)
            outcomes.append(_outcome(record, version, state, False, event, breach))
    await tell(session, record.portfolio_id, outcomes)


def _outcome(
    record: RunRecord,
    version: LimitVersion,
    state: LimitState,
    missed: bool,
    event: EventKind | None,
    breach: BreachRecord | None,
) -> Outcome:
    return Outcome(
        limit_id=version.limit_id,
        name=version.name,
        limit=version.limit,
        currency=record.base_currency,
        state=state,
        missed=missed,
        breach=breach,
        event=event,
    )


async def _end(session: AsyncSession, record: RunRecord, breach: BreachRecord) -> Outcome:
    """Close the breach of a limit that is not in force any more."""
    closed = await _close(session, record.id, breach, {}, "The limit is not in force any more.")
    return Outcome(
        limit_id=breach.limit_id,
        name=(await limits.get(session, breach.limit_id)).name,
        limit=None,
        currency=record.base_currency,
        state=None,
        missed=True,
        breach=closed,
        event=EventKind.BREACH_CLOSED,
    )


def _is_older(record: RunRecord, last: LimitCheck | None) -> bool:
    return last is not None and last.as_of > record.as_of


def applies(limit: Limit, record: RunRecord) -> bool:
    """Return whether a run, and live numbers that stand on it, measure what a limit is about.

    Parameters
    ----------
    limit
        On any horizon and method.
    record
        The run.
    """
    if limit.method not in (None, record.request["method"]):
        return False
    return not limit.needs_scenarios or record.request["horizon_days"] == limit.horizon_days


async def _follow(
    session: AsyncSession,
    record: RunRecord,
    version: LimitVersion,
    breach: BreachRecord | None,
    state: LimitState,
) -> tuple[EventKind | None, BreachRecord | None]:
    """Open, change or close the breach of a limit; what is unknown leaves it as it is."""
    severity = _SEVERITIES.get(state.state)
    if breach is None and severity is not None:
        return EventKind.BREACH_OPENED, await _open(session, record, version, state, severity)
    if breach is not None and severity is not None:
        return EventKind.BREACH_UPDATED, await _update(session, record, version, breach, state, severity)
    if breach is not None and state.state is State.OK:
        figures = _figures(record, version, state)
        text = "The measure is back within the limit."
        return EventKind.BREACH_CLOSED, await _close(session, record.id, breach, figures, text)
    return None, breach


async def _close(
    session: AsyncSession, run: UUID, breach: BreachRecord, figures: dict[str, Any], text: str
) -> BreachRecord:
    closed = {"status": BreachStatus.CLOSED.value, "closed_at": func.now(), "waived_until": None}
    after = await breaches.change(
        session, breach.id, expected_version=breach.version, changes=figures | closed
    )
    await breaches.note(session, after, BreachEventKind.CLOSED, by=AUTOMATIC, text=text, run_id=run)
    return after


async def _open(
    session: AsyncSession,
    record: RunRecord,
    version: LimitVersion,
    state: LimitState,
    severity: BreachSeverity,
) -> BreachRecord:
    opened = await breaches.add(
        session,
        **_figures(record, version, state),
        **_level(version, severity),
        limit_id=version.limit_id,
        portfolio_id=record.portfolio_id,
    )
    text = f"The {severity} level was reached."
    await breaches.note(session, opened, BreachEventKind.OPENED, by=AUTOMATIC, text=text, run_id=record.id)
    return opened


async def _update(
    session: AsyncSession,
    record: RunRecord,
    version: LimitVersion,
    breach: BreachRecord,
    state: LimitState,
    severity: BreachSeverity,
) -> BreachRecord:
    changes = _figures(record, version, state) | _level(version, severity)
    happened = _happened(record, breach, severity)
    if happened in (BreachEventKind.ESCALATED, BreachEventKind.REOPENED):
        changes |= {"status": BreachStatus.OPEN.value, "waived_until": None}
    if version.limit is not None and _farther(version.limit.bound, changes["value"], breach.peak_value):
        changes |= {"peak_value": changes["value"], "peak_at": func.now()}
    changed = await breaches.change(session, breach.id, expected_version=breach.version, changes=changes)
    if happened is not None:
        text = {
            BreachEventKind.ESCALATED: "The hard level was reached.",
            BreachEventKind.EASED: "The measure is back between the soft level and the hard one.",
            BreachEventKind.REOPENED: f"The waiver ended on {breach.waived_until}.",
        }[happened]
        await breaches.note(session, changed, happened, by=AUTOMATIC, text=text, run_id=record.id)
    return changed


def _happened(record: RunRecord, breach: BreachRecord, severity: BreachSeverity) -> BreachEventKind | None:
    """Return what a run that is beyond the limit does to a breach; None for nothing but new figures."""
    if severity is not breach.severity:
        return BreachEventKind.ESCALATED if severity is BreachSeverity.HARD else BreachEventKind.EASED
    ended = breach.waived_until is not None and record.as_of > breach.waived_until
    return BreachEventKind.REOPENED if ended else None


def _figures(record: RunRecord, version: LimitVersion, state: LimitState) -> dict[str, Any]:
    return {
        "limit_version": version.version,
        "last_run": record.id,
        "value": state.value,
        "utilisation": state.utilisation,
        "probability": state.probability,
    }


def _level(version: LimitVersion, severity: BreachSeverity) -> dict[str, Any]:
    limit = version.limit
    level = None if limit is None else (limit.hard if severity is BreachSeverity.HARD else limit.soft)
    return {"severity": severity.value, "level": level}


def _farther(bound: Bound, value: float, peak: float) -> bool:
    return value > peak if bound is Bound.UPPER else value < peak
