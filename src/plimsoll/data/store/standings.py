"""Where portfolios stand: the run that live risk starts from, and whether positions have changed since."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Date, func, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store.limit_rows import LimitRow
from plimsoll.data.store.models import HoldingsRow, PortfolioRow, RunRow

__all__ = ["Standing", "alone", "standings", "with_limits"]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a portfolio stands.

    Parameters
    ----------
    portfolio_id
        Which one.
    run_id
        Its run of the latest date; of several, the one made last.
    as_of
        Date of that run.
    request
        Options of that run, as plain JSON.
    holdings_id
        The positions that went into it.
    effective_holdings_id
        The positions that would go into the same run now.
    """

    portfolio_id: UUID
    run_id: UUID
    as_of: dt.date
    request: dict[str, Any]
    holdings_id: UUID
    effective_holdings_id: UUID

    @property
    def has_new_positions(self) -> bool:
        """Whether the positions have changed since the run."""
        return self.holdings_id != self.effective_holdings_id


async def standings(session: AsyncSession, portfolio_ids: Iterable[UUID]) -> dict[UUID, Standing]:
    """Return where portfolios stand; those without a run, or of another tenant, are left out.

    Parameters
    ----------
    session
        An open transaction of the tenant.
    portfolio_ids
        Which ones.
    """
    run = (
        select(RunRow.id, RunRow.as_of, RunRow.request, RunRow.holdings_id)
        .where(RunRow.portfolio_id == PortfolioRow.id)
        .order_by(RunRow.as_of.desc(), RunRow.id.desc())
        .limit(1)
        .lateral("run")
    )
    asked = run.c.request["as_of"].astext.cast(Date)
    held = (
        select(HoldingsRow.id)
        .where(HoldingsRow.portfolio_id == PortfolioRow.id)
        .where(HoldingsRow.valid_from <= func.coalesce(asked, func.current_date() + 1))
        .order_by(HoldingsRow.valid_from.desc(), HoldingsRow.known_at.desc())
        .limit(1)
        .lateral("held")
    )
    query = (
        select(PortfolioRow.id, run.c.id, run.c.as_of, run.c.request, run.c.holdings_id, held.c.id)
        .select_from(PortfolioRow)
        .join(run, true())
        .join(held, true())
        .where(PortfolioRow.id.in_(list(portfolio_ids)), PortfolioRow.archived_at.is_(None))
    )
    return {row[0]: Standing(*row) for row in await session.execute(query)}


async def with_limits(session: AsyncSession) -> list[UUID]:
    """Return the portfolios of the session's tenant that have had limits in force."""
    query = select(LimitRow.portfolio_id).where(LimitRow.version > 0).distinct()
    return list((await session.execute(query)).scalars())


async def alone(session: AsyncSession, portfolio_id: UUID) -> bool:
    """Return whether nobody else has said the same about the portfolio in a transaction that is open still.

    Parameters
    ----------
    session
        An open transaction of the tenant; its end makes room for the next one.
    portfolio_id
        Which one.
    """
    name = func.hashtextextended(f"live {portfolio_id}", 0)
    return bool((await session.execute(select(func.pg_try_advisory_xact_lock(name)))).scalar_one())
