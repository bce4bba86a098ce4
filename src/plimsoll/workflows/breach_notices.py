"""Who is told of limits and breaches: alerts for people, events for programs, in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store.breaches import BreachRecord, BreachSeverity, BreachStatus
from plimsoll.risk.limits import Limit, LimitState, State, Unit
from plimsoll.workflows.alerts import AlertKind, Severity, raise_alert, resolve_alert
from plimsoll.workflows.events import EventKind, publish

__all__ = ["Outcome", "announce", "tell"]

_SEVERITY = {BreachSeverity.SOFT: Severity.WARNING, BreachSeverity.HARD: Severity.CRITICAL}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run did to a limit.

    Parameters
    ----------
    limit_id, name, limit
        The limit; None for a limit that is not in force any more.
    currency
        Of its money.
    state
        How the run stands to it; None where it was not measured.
    missed
        Whether the run before left something out as well.
    breach
        Its breach as it is now; None where there is none.
    event
        What happened to the breach; None where nothing did.
    """

    limit_id: UUID
    name: str
    limit: Limit | None
    currency: str
    state: LimitState | None
    missed: bool
    breach: BreachRecord | None
    event: EventKind | None


async def tell(session: AsyncSession, portfolio_id: UUID, outcomes: Sequence[Outcome]) -> None:
    """Raise and resolve the alerts of a run's limits, and publish what happened to breaches.

    Parameters
    ----------
    session
        The transaction of the change.
    portfolio_id
        Of the run.
    outcomes
        One for each limit; alerts are locked in the order of their keys.
    """
    for outcome in sorted(outcomes, key=lambda one: str(one.limit_id)):
        if outcome.breach is not None and outcome.event is not None:
            await announce(session, outcome.breach, outcome.event, name=outcome.name, alert=False)
            await _risk_alert(session, outcome, outcome.breach)
        await _data_alert(session, portfolio_id, outcome)


async def announce(
    session: AsyncSession, breach: BreachRecord, event: EventKind, *, name: str, alert: bool = True
) -> None:
    """Publish what happened to a breach.

    Parameters
    ----------
    session
        The transaction of the change.
    breach
        As it is now.
    event
        What happened.
    name
        Of the limit.
    alert
        Whether to resolve its alert where the breach is closed or waived.
    """
    data = {
        "portfolio_id": breach.portfolio_id,
        "limit_id": breach.limit_id,
        "limit": name,
        "status": breach.status,
        "severity": breach.severity,
        "value": breach.value,
        "level": breach.level,
        "utilisation": breach.utilisation,
        "probability": breach.probability,
        "risk_run": breach.last_run,
    }
    await publish(session, event, breach.id, data)
    if alert and breach.status in (BreachStatus.CLOSED, BreachStatus.WAIVED):
        await resolve_alert(session, _key(breach.limit_id))


async def _risk_alert(session: AsyncSession, outcome: Outcome, breach: BreachRecord) -> None:
    key = _key(breach.limit_id)
    if breach.status is BreachStatus.CLOSED:
        await resolve_alert(session, key)
    elif breach.status is not BreachStatus.WAIVED:
        reached = f"the {breach.severity} level of {_amount(breach.level, outcome)}"
        await raise_alert(
            session,
            key=key,
            kind=AlertKind.RISK,
            severity=_SEVERITY[breach.severity],
            title=f"{outcome.name}: {breach.severity} limit reached",
            detail=f"The measure is {_amount(breach.value, outcome)}; it has reached {reached}.",
            portfolio_id=breach.portfolio_id,
            subject=breach.id,
        )


async def _data_alert(session: AsyncSession, portfolio_id: UUID, outcome: Outcome) -> None:
    """Say that a limit could not be measured, or not in full: missing data, whatever the risk may be."""
    key = f"{_key(outcome.limit_id)}/data"
    if outcome.state is not None and outcome.state.missing:
        unknown = outcome.state.state is State.UNKNOWN
        what = "not known to be within the limit" if unknown else "not measured in full"
        await raise_alert(
            session,
            key=key,
            kind=AlertKind.DATA,
            severity=Severity.WARNING,
            title=f"{outcome.name}: {what}",
            detail=f"The measure is incomplete: {outcome.state.missing}.",
            portfolio_id=portfolio_id,
            subject=outcome.limit_id,
        )
    elif outcome.missed:
        await resolve_alert(session, key)


def _key(limit_id: UUID) -> str:
    return f"limit/{limit_id}"


def _amount(number: float, outcome: Outcome) -> str:
    if outcome.limit is None or outcome.limit.unit is Unit.FRACTION:
        return f"{number:.2%}"
    return f"{number:,.0f} {outcome.currency}"
