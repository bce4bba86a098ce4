"""Risk runs: identified calculations whose report and vectors are kept."""

import datetime as dt
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.importers.portfolio_csv import ImportedPortfolio
from plimsoll.data.price_table import PriceTable
from plimsoll.data.store import holdings, portfolios, price_sets, runs
from plimsoll.data.store.database import Database
from plimsoll.data.store.runs import RunRecord
from plimsoll.errors import ConflictError, UsageError
from plimsoll.monitoring.logging import log_line
from plimsoll.monitoring.stages import note_failures, note_prices, stage
from plimsoll.reporting.json_document import to_json
from plimsoll.workflows.background import in_background
from plimsoll.workflows.cube_store import to_bytes
from plimsoll.workflows.data_incidents import tell_of_missing_data
from plimsoll.workflows.events import EventKind, publish
from plimsoll.workflows.limit_checks import check_run
from plimsoll.workflows.request import Method, ReportRequest
from plimsoll.workflows.request_document import to_document
from plimsoll.workflows.risk_report import Calculation, calculate
from plimsoll.workflows.run_limits import Held, figures_of, known_before

__all__ = ["get_report", "get_run", "list_runs", "start_run"]

_MOST_NUMBERS = 20_000_000  # P&L numbers of one run: 160 MB in memory, and somewhat less in the database


@dataclass(frozen=True)
class _Inputs:
    holdings_id: UUID
    valid_from: dt.date
    price_set_id: UUID
    imported: ImportedPortfolio
    prices: PriceTable


@dataclass(frozen=True)
class _Outcome:
    """A finished calculation, and its documents in the form that is stored."""

    calculation: Calculation
    report: bytes
    vectors: bytes


async def start_run(
    database: Database,
    tenant: UUID,
    *,
    portfolio_id: UUID,
    price_set_id: UUID | None = None,
    request: ReportRequest,
    known_at: dt.datetime | None = None,
    created_by: str,
    within: AsyncSession | None = None,
    also: Callable[[AsyncSession, RunRecord], Awaitable[None]] | None = None,
) -> RunRecord:
    """Calculate the risk of a portfolio and keep the report and the vectors.

    No transaction is open during the calculation unless the caller holds one.

    Parameters
    ----------
    database, tenant
        Where, and whose.
    portfolio_id
        Its positions of the date of the request go in; of no date, those that begin last.
    price_set_id
        None for the price set with the last date.
    request
        The options.
    known_at
        Positions as they were known at this instant, with a time zone; None for now.
    created_by
        Name of who asks.
    within
        An open transaction of the tenant to store the run in, so that it is there if and only if what the
        caller writes beside it is; None for one of its own.
    also
        What to do in that transaction once the run is stored; if it raises, the run is not.

    Returns
    -------
    RunRecord
        The stored run.

    Raises
    ------
    NotFoundError
        If there is no such portfolio or price set, or no positions for the date.
    ConflictError
        If the portfolio is archived.
    DataError
        If not one position can be valued or the history is too short for one scenario.
    UsageError
        If an attribute is asked for that no position has, or positions times scenarios are too many to keep.
    """
    async with database.session(tenant) as session:
        inputs = await _inputs(session, portfolio_id, price_set_id, request.as_of, known_at)
    outcome = await in_background(_calculated, inputs, request)
    calculation, report = outcome.calculation, outcome.calculation.report
    note_failures(failure.reason.value for failure in report.failures)
    with stage("limits"):
        held = Held(inputs.imported, inputs.valid_from, inputs.prices)
        async with _transaction(database, tenant, within) as session:
            known = await known_before(session, portfolio_id, held, calculation, known_at=known_at)
        figures = await in_background(figures_of, held, known, calculation, request)
    async with _transaction(database, tenant, within) as session:
        with stage("store"):
            record = await runs.store(
                session,
                portfolio_id=portfolio_id,
                holdings_id=inputs.holdings_id,
                price_set_id=inputs.price_set_id,
                run_id=report.run.run_id,
                request=to_document(request),
                as_of=report.as_of,
                created_by=created_by,
                var=report.var.value,
                es=report.es.value,
                value=report.value,
                base_currency=request.base_currency,
                report_json=outcome.report,
                vectors=outcome.vectors,
                day_pnl=None if figures.day is None else figures.day.total,
                day_start=None if figures.day is None else figures.day.start,
            )
            if known_at is None:  # what was known once says nothing about limits now
                await tell_of_missing_data(session, record, report)
                await check_run(session, record, figures)
                await publish(session, EventKind.RISK_RUN_FINISHED, record.id, _told(record))
        if also is not None:
            await also(session, record)
    names = {"run": record.id, "run_id": record.run_id, "portfolio": portfolio_id, "as_of": record.as_of}
    log_line("plimsoll.runs", "risk run", **{name: str(value) for name, value in names.items()})
    return record


def _told(record: RunRecord) -> dict[str, object]:
    names = ("portfolio_id", "run_id", "as_of", "value", "var", "es", "base_currency", "created_by")
    return {name: getattr(record, name) for name in names}


async def get_run(database: Database, tenant: UUID, run: UUID) -> RunRecord:
    """Return what is known about a run without its report.

    Raises
    ------
    NotFoundError
        If the tenant has no such run.
    """
    async with database.session(tenant) as session:
        return await runs.get(session, run)


async def get_report(database: Database, tenant: UUID, run: UUID) -> bytes:
    """Return the JSON document of a run, byte for byte as it was made.

    Raises
    ------
    NotFoundError
        If the tenant has no such run.
    """
    async with database.session(tenant) as session:
        return await runs.report(session, run)


async def list_runs(
    database: Database, tenant: UUID, *, portfolio_id: UUID | None = None, after: UUID | None, limit: int
) -> list[RunRecord]:
    """Return `limit` runs, the last made first.

    Parameters
    ----------
    database, tenant
        Where, and whose.
    portfolio_id
        None for the runs of all portfolios.
    after
        The last run of the page before; None for the first page.
    limit
        Most runs to return.
    """
    async with database.session(tenant) as session:
        return await runs.page(session, portfolio_id, after=after, limit=limit)


async def _inputs(
    session: AsyncSession,
    portfolio_id: UUID,
    price_set_id: UUID | None,
    as_of: dt.date | None,
    known_at: dt.datetime | None,
) -> _Inputs:
    portfolio = await portfolios.get(session, portfolio_id)
    if portfolio.archived_at is not None:
        raise ConflictError("the portfolio is archived", remedy="Its finished runs stay readable.")
    held = await holdings.effective(session, portfolio_id, as_of=as_of, known_at=known_at)
    if price_set_id is None:
        newest = await price_sets.latest(session)
        note_prices(newest.last_date)
        price_set_id = newest.id
    prices = await price_sets.load(session, price_set_id)
    named = replace(held.portfolio, portfolio=replace(held.portfolio.portfolio, name=portfolio.name))
    return _Inputs(held.id, held.valid_from, price_set_id, named, prices)


def _calculated(inputs: _Inputs, request: ReportRequest) -> _Outcome:
    scenarios = request.draws if request.method is Method.MONTE_CARLO else request.days
    positions = len(inputs.imported.portfolio.positions)
    if positions * scenarios > _MOST_NUMBERS:
        raise UsageError(
            f"{positions:,} positions in {scenarios:,} scenarios are too many to keep",
            remedy=f"Ask for at most {_MOST_NUMBERS // positions:,} scenarios.",
        )
    calculation = calculate(inputs.imported, inputs.prices, request)
    return _Outcome(calculation, to_json(calculation.report).encode(), to_bytes(calculation.cube))


@asynccontextmanager
async def _transaction(
    database: Database, tenant: UUID, within: AsyncSession | None
) -> AsyncIterator[AsyncSession]:
    if within is not None:
        yield within
        return
    async with database.session(tenant) as session:
        yield session
