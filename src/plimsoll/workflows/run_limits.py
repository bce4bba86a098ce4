"""What limits need of a run, made before the transaction that stores it is open."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.importers.portfolio_csv import ImportedPortfolio
from plimsoll.data.price_table import PriceTable
from plimsoll.data.store import holdings
from plimsoll.errors import NotFoundError
from plimsoll.risk.limits import Limit
from plimsoll.workflows.day_pnl import DayPnl, day_pnl, day_start
from plimsoll.workflows.inputs import state_currencies
from plimsoll.workflows.limit_checks import active_limits
from plimsoll.workflows.limit_figures import LimitFigures, unvalued
from plimsoll.workflows.request import ReportRequest
from plimsoll.workflows.revaluation import market_of
from plimsoll.workflows.risk_report import Calculation

__all__ = ["Held", "Known", "figures_of", "known_before"]


@dataclass(frozen=True)
class Held:
    """What a run was made of.

    Parameters
    ----------
    imported
        The positions.
    valid_from
        Since when they are held.
    prices
        The price set.
    """

    imported: ImportedPortfolio
    valid_from: dt.date
    prices: PriceTable


@dataclass(frozen=True)
class Known:
    """What is stored that the figures of a run depend on.

    Parameters
    ----------
    before
        The positions at the start of its day; None where they are not recorded.
    limits
        In force by now.
    """

    before: ImportedPortfolio | None
    limits: tuple[Limit, ...]


async def known_before(
    session: AsyncSession,
    portfolio_id: UUID,
    held: Held,
    calculation: Calculation,
    *,
    known_at: dt.datetime | None = None,
) -> Known:
    """Return what is stored that the figures of a run depend on.

    Parameters
    ----------
    session
        An open transaction of the tenant.
    portfolio_id
        Of the run.
    held, calculation
        The run.
    known_at
        Positions as they were known at this instant; None for now.
    """
    before = await _held_at(session, portfolio_id, held, day_start(calculation.market), known_at)
    in_force = await active_limits(session, portfolio_id, as_of=calculation.report.as_of)
    return Known(before, tuple(version.limit for version in in_force if version.limit is not None))


def figures_of(held: Held, known: Known, calculation: Calculation, request: ReportRequest) -> LimitFigures:
    """Return the figures of a run, with those measured that are limited by now.

    Parameters
    ----------
    held, calculation, request
        The run.
    known
        Of :func:`known_before`.
    """
    day = None if known.before is None else _day_pnl(held, known.before, calculation, request)
    failures = [(failure.item, failure.row) for failure in calculation.report.failures]
    left_out = unvalued(failures, held.imported.portfolio)
    figures = LimitFigures(calculation.cube, calculation.tail, left_out, day)
    figures.measure_all(known.limits)
    return figures


async def _held_at(
    session: AsyncSession,
    portfolio_id: UUID,
    held: Held,
    day: dt.date | None,
    known_at: dt.datetime | None,
) -> ImportedPortfolio | None:
    """Return what was held at the start of the day of a run; None where that is not recorded."""
    if day is None:
        return None
    if held.valid_from <= day:
        return held.imported
    try:
        return (await holdings.effective(session, portfolio_id, as_of=day, known_at=known_at)).portfolio
    except NotFoundError:
        return None


def _day_pnl(
    held: Held, before: ImportedPortfolio, calculation: Calculation, request: ReportRequest
) -> DayPnl | None:
    book, disagreements, _ = state_currencies(before.portfolio, held.prices, request.base_currency)
    left_out = tuple(failure.item for failure in (*before.failures, *disagreements))
    market = calculation.market
    if before is not held.imported:
        market = market_of(book, held.prices, request)
    found = day_pnl(book, market, request, refused=left_out)
    return found if found is not None and found.start == day_start(calculation.market) else None
