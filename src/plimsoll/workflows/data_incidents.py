"""Data that a run lacked: positions without a value, and old prices; an incident of its own kind."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store import alerts, runs
from plimsoll.data.store.runs import RunRecord
from plimsoll.reporting.report import RiskReport
from plimsoll.workflows.alerts import AlertKind, Severity, raise_alert, resolve_alert

__all__ = ["tell_of_missing_data"]

_SHOWN = 5


async def tell_of_missing_data(session: AsyncSession, record: RunRecord, report: RiskReport) -> None:
    """Raise the alert of a portfolio whose last run lacked data, or resolve it when nothing is missing.

    A run of an earlier date than the last one says nothing about now.

    Parameters
    ----------
    session
        The transaction in which the run was stored.
    record, report
        The run, and what it says about its data.
    """
    key = f"data/{record.portfolio_id}"
    failed = [failure.item for failure in report.failures]
    stale = [
        position.symbol
        for position in report.positions
        if position.price_date is not None and position.price_date < report.as_of
    ]
    lacking = bool(failed or stale)
    if not lacking and not await alerts.is_unresolved(session, key):
        return
    if await runs.has_later(session, record.portfolio_id, record.as_of):
        return
    if not lacking:
        await resolve_alert(session, key)
        return
    parts = [("without a value", failed), ("with an old price", stale)]
    said = [f"{len(names)} {what}" for what, names in parts if names]
    await raise_alert(
        session,
        key=key,
        kind=AlertKind.DATA,
        severity=Severity.WARNING,
        title=f"{report.portfolio}: of {report.coverage.positions} positions {' and '.join(said)}",
        detail=" ".join(f"{what.capitalize()}: {_listed(names)}." for what, names in parts if names)
        + " The report of the run says why.",
        portfolio_id=record.portfolio_id,
        subject=record.id,
    )


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
