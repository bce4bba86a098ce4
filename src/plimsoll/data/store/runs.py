"""Risk runs: what each was made of, its exact report and its P&L vectors. Nothing is overwritten."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, insert, literal, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from plimsoll.data.store.models import RunRow, new_id
from plimsoll.errors import NotFoundError

__all__ = ["RunRecord", "dates_of", "find", "get", "has_later", "page", "report", "store", "vectors"]

_COLUMNS = (
    RunRow.id,
    RunRow.portfolio_id,
    RunRow.holdings_id,
    RunRow.price_set_id,
    RunRow.run_id,
    RunRow.request,
    RunRow.as_of,
    RunRow.created_at,
    RunRow.created_by,
    RunRow.var,
    RunRow.es,
    RunRow.value,
    RunRow.base_currency,
    RunRow.day_pnl,
    RunRow.day_start,
)


@dataclass(frozen=True, slots=True)
class RunRecord:
    """What there is to know about a run without reading its report.

    Parameters
    ----------
    id
        UUIDv7 of this calculation.
    portfolio_id, holdings_id, price_set_id
        What it was calculated from.
    run_id
        Hash of all inputs; equal inputs have equal hashes.
    request
        Its options, as plain JSON.
    as_of
        Date of the report.
    created_at
        UTC.
    created_by
        Name of who asked for it.
    var, es
        In `base_currency`; a loss is positive.
    value
        Of the portfolio, in `base_currency`.
    base_currency
        ISO code.
    day_pnl, day_start
        What the positions held at the close of `day_start` gained until `as_of`, in `base_currency`; None
        where that is not known.
    """

    id: UUID
    portfolio_id: UUID
    holdings_id: UUID
    price_set_id: UUID
    run_id: str
    request: dict[str, Any]
    as_of: dt.date
    created_at: dt.datetime
    created_by: str
    var: float
    es: float
    value: float
    base_currency: str
    day_pnl: float | None = None
    day_start: dt.date | None = None


async def store(
    session: AsyncSession,
    *,
    portfolio_id: UUID,
    holdings_id: UUID,
    price_set_id: UUID,
    run_id: str,
    request: Mapping[str, Any],
    as_of: dt.date,
    created_by: str,
    var: float,
    es: float,
    value: float,
    base_currency: str,
    report_json: bytes,
    vectors: bytes,
    day_pnl: float | None = None,
    day_start: dt.date | None = None,
) -> RunRecord:
    """Store a finished run; the parameters are those of :class:`RunRecord` and the two documents.

    Parameters
    ----------
    session
        Where.
    portfolio_id, holdings_id, price_set_id, run_id, request, as_of, created_by
        See :class:`RunRecord`.
    var, es, value, base_currency, day_pnl, day_start
        See :class:`RunRecord`.
    report_json
        The report's JSON document, kept byte for byte.
    vectors
        The P&L vectors, kept byte for byte.

    Raises
    ------
    NotFoundError
        If the portfolio, the holdings or the price set are not there.
    """
    values = {
        "id": new_id(),
        "portfolio_id": portfolio_id,
        "holdings_id": holdings_id,
        "price_set_id": price_set_id,
        "run_id": run_id,
        "request": dict(request),
        "as_of": as_of,
        "created_by": created_by,
        "var": var,
        "es": es,
        "value": value,
        "base_currency": base_currency,
        "report": report_json,
        "vectors": vectors,
        "day_pnl": day_pnl,
        "day_start": day_start,
    }
    try:
        async with session.begin_nested():
            row = (await session.execute(insert(RunRow).values(values).returning(*_COLUMNS))).one()
    except IntegrityError:
        raise NotFoundError("the run's portfolio, positions or prices are not there") from None
    return RunRecord(*row)


async def find(session: AsyncSession, wanted: Select[tuple[UUID]]) -> list[RunRecord]:
    """Return the runs whose ids a query yields, in no order."""
    return [RunRecord(*row) for row in await session.execute(select(*_COLUMNS).where(RunRow.id.in_(wanted)))]


async def get(session: AsyncSession, run: UUID) -> RunRecord:
    """Return what is known about a run.

    Raises
    ------
    NotFoundError
        If there is none of that id.
    """
    row = (await session.execute(select(*_COLUMNS).where(RunRow.id == run))).one_or_none()
    if row is None:
        raise NotFoundError("there is no such run")
    return RunRecord(*row)


async def dates_of(
    session: AsyncSession,
    portfolio_id: UUID,
    request: Mapping[str, Any],
    *,
    first: dt.date,
    last: dt.date,
) -> set[dt.date]:
    """Return the dates that were asked for in runs of a portfolio with the same options but for the date.

    Parameters
    ----------
    session, portfolio_id
        Where, and of which portfolio.
    request
        The options, as plain JSON.
    first, last
        Only dates from one to the other, both included.
    """
    asked = RunRow.request["as_of"].astext
    options = {name: value for name, value in request.items() if name != "as_of"}
    query = (
        select(asked)
        .where(
            RunRow.portfolio_id == portfolio_id,
            RunRow.request.op("-")(literal("as_of")) == literal(options, RunRow.request.type),
        )
        .where(asked.between(first.isoformat(), last.isoformat()))
        .distinct()
    )
    return {dt.date.fromisoformat(date) for date in (await session.execute(query)).scalars()}


async def has_later(session: AsyncSession, portfolio_id: UUID, as_of: dt.date) -> bool:
    """Return whether a portfolio has a run of a later date."""
    later = select(RunRow.id).where(RunRow.portfolio_id == portfolio_id, RunRow.as_of > as_of)
    return (await session.execute(later.limit(1))).first() is not None


async def page(
    session: AsyncSession, portfolio_id: UUID | None, *, after: UUID | None, limit: int
) -> list[RunRecord]:
    """Return `limit` runs, the last made first, of one portfolio or of all.

    Parameters
    ----------
    session
        Where.
    portfolio_id
        None takes the runs of all portfolios.
    after
        Id of the last run of the page before; None for the first page.
    limit
        Most runs to return.
    """
    query = select(*_COLUMNS).order_by(RunRow.id.desc()).limit(limit)
    if portfolio_id is not None:
        query = query.where(RunRow.portfolio_id == portfolio_id)
    if after is not None:
        query = query.where(RunRow.id < after)
    return [RunRecord(*row) for row in await session.execute(query)]


async def report(session: AsyncSession, run: UUID) -> bytes:
    """Return the run's JSON document, byte for byte.

    Raises
    ------
    NotFoundError
        If there is no run of that id.
    """
    return await _document(session, run, RunRow.report)


async def vectors(session: AsyncSession, run: UUID) -> bytes:
    """Return the run's P&L vectors, byte for byte.

    Raises
    ------
    NotFoundError
        If there is no run of that id.
    """
    return await _document(session, run, RunRow.vectors)


async def _document(session: AsyncSession, run: UUID, column: InstrumentedAttribute[bytes]) -> bytes:
    content = (await session.execute(select(column).where(RunRow.id == run))).scalar_one_or_none()
    if content is None:
        raise NotFoundError("there is no such run")
    return content
