"""The last run of each day of a portfolio, of one configuration."""

import datetime as dt
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Double, Integer, Text, cast, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store.models import RunRow
from plimsoll.data.store.runs import RunRecord, get

__all__ = ["days", "newest"]

# What does not change what is measured: the day itself, and by what a report is cut.
_APART = ("as_of", "by")


async def newest(
    session: AsyncSession,
    portfolio_id: UUID,
    *,
    method: str | None = None,
    confidence: float | None = None,
    horizon_days: int | None = None,
) -> RunRecord | None:
    """Return the run made last of a portfolio; None where there is none.

    Parameters
    ----------
    session, portfolio_id
        Where and whose.
    method, confidence, horizon_days
        Only runs with these options; None takes all.
    """
    query = select(RunRow.id).where(RunRow.portfolio_id == portfolio_id).order_by(RunRow.id.desc()).limit(1)
    if method is not None:
        query = query.where(RunRow.request["method"].astext == method)
    if confidence is not None:
        query = query.where(cast(RunRow.request["confidence"].astext, Double) == confidence)
    if horizon_days is not None:
        query = query.where(cast(RunRow.request["horizon_days"].astext, Integer) == horizon_days)
    found = (await session.execute(query)).scalar_one_or_none()
    return None if found is None else await get(session, found)


async def days(
    session: AsyncSession,
    portfolio_id: UUID,
    *,
    request: Mapping[str, Any],
    first: dt.date | None = None,
    last: dt.date | None = None,
    after: dt.date | None = None,
    limit: int,
) -> list[RunRecord]:
    """Return the run made last for each of `limit` dates, the oldest date first.

    Parameters
    ----------
    session, portfolio_id
        Where and whose.
    request
        Options of the runs; the date and the cuts among them do not count.
    first, last
        Dates to begin and to end with; None for no bound.
    after
        The last date of the page before; None for the first page.
    limit
        Most dates to return.
    """
    like = {name: value for name, value in request.items() if name not in _APART}
    rest = RunRow.request.op("-")(cast(list(_APART), ARRAY(Text)))
    query = (
        select(*(getattr(RunRow, name) for name in RunRecord.__dataclass_fields__))
        .ext(distinct_on(RunRow.as_of))
        .where(RunRow.portfolio_id == portfolio_id, rest == cast(like, JSONB))
        .order_by(RunRow.as_of, RunRow.id.desc())
        .limit(limit)
    )
    if first is not None:
        query = query.where(RunRow.as_of >= first)
    if last is not None:
        query = query.where(RunRow.as_of <= last)
    if after is not None:
        query = query.where(RunRow.as_of > after)
    return [RunRecord(*row) for row in await session.execute(query)]
