"""Risk history of a portfolio: value, VaR, ES and P&L by day, as the runs of those days found them."""

import datetime as dt
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store import portfolios, runs
from plimsoll.data.store import risk_history as store
from plimsoll.data.store.runs import RunRecord

__all__ = ["risk_history"]


async def risk_history(
    session: AsyncSession,
    portfolio_id: UUID,
    *,
    method: str | None = None,
    confidence: float | None = None,
    horizon_days: int | None = None,
    first: dt.date | None = None,
    last: dt.date | None = None,
    after: UUID | None = None,
    limit: int,
) -> list[RunRecord]:
    """Return the run made last for each date, all with the same options, the oldest date first.

    Parameters
    ----------
    session
        An open transaction of the tenant.
    portfolio_id
        Whose.
    method, confidence, horizon_days
        What is wanted; None takes that of the run made last. All other options are those of the run made last
        that fits, so that no step in the figures comes from another way of measuring.
    first, last
        Dates to begin and to end with; None for no bound.
    after
        The last run of the page before; None for the first page.
    limit
        Most dates to return.

    Raises
    ------
    NotFoundError
        If there is no such portfolio, or no such run to go on from.
    """
    await portfolios.get(session, portfolio_id)
    pattern = await store.newest(
        session, portfolio_id, method=method, confidence=confidence, horizon_days=horizon_days
    )
    if pattern is None:
        return []
    before = None if after is None else (await runs.get(session, after)).as_of
    return await store.days(
        session,
        portfolio_id,
        request=pattern.request,
        first=first,
        last=last,
        after=before,
        limit=limit,
    )
