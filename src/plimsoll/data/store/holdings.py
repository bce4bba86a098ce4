"""What a portfolio holds, bitemporal: from which day on, and since when we know. Nothing is overwritten."""

import asyncio
import datetime as dt
import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Text, cast, func, insert, literal, select, tuple_
from sqlalchemy.dialects.postgresql import JSONB, JSONPATH, TIMESTAMP
from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.importers.portfolio_csv import ImportedPortfolio
from plimsoll.data.store.changes import note_change
from plimsoll.data.store.models import HoldingsRow, PortfolioRow, new_id
from plimsoll.data.store.position_document import from_document, to_document
from plimsoll.errors import ConflictError, NotFoundError, UsageError

__all__ = ["HoldingsRecord", "HoldingsSummary", "effective", "get", "history", "record", "source"]

_COLUMNS = (
    HoldingsRow.id,
    HoldingsRow.portfolio_id,
    HoldingsRow.valid_from,
    HoldingsRow.known_at,
    HoldingsRow.sha256,
    HoldingsRow.source_name,
    HoldingsRow.positions,
    HoldingsRow.refused,
    HoldingsRow.size,
)
_ABOUT = tuple(column.key for column in _COLUMNS)
_DOCUMENT = cast(HoldingsRow.document, Text).label("document")
_LARGE = 100_000  # characters of a document that is read on another thread than the event loop's: 2 ms
_CLOCK = func.clock_timestamp(type_=TIMESTAMP(timezone=True))
_PATIENCE_SECONDS = 1.0  # clocks of clients are not exact
_MICROSECOND = dt.timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class HoldingsSummary:
    """What there is to know about a recorded set of positions without reading them.

    Parameters
    ----------
    id
        UUIDv7.
    portfolio_id
        Whose positions.
    valid_from
        First day on which they are held; they are held until the next set begins.
    known_at
        When they were recorded, UTC; strictly ascending within a portfolio.
    sha256
        Hash of the bytes that they were read from.
    source_name
        Name of the file, as the user gave it.
    positions, refused
        How many rows hold a position, and how many were refused.
    size
        Bytes of the file.
    """

    id: UUID
    portfolio_id: UUID
    valid_from: dt.date
    known_at: dt.datetime
    sha256: str
    source_name: str
    positions: int
    refused: int
    size: int


@dataclass(frozen=True, slots=True)
class HoldingsRecord(HoldingsSummary):
    """One recorded set of positions.

    Parameters
    ----------
    id, portfolio_id, valid_from, known_at, sha256, source_name, positions, refused, size
        As for :class:`HoldingsSummary`.
    portfolio
        Positions, refused rows and assumptions, as they were imported; only some positions where only those
        were asked for.
    """

    portfolio: ImportedPortfolio


async def record(
    session: AsyncSession,
    portfolio_id: UUID,
    imported: ImportedPortfolio,
    *,
    valid_from: dt.date,
    source_name: str,
    source: bytes,
) -> HoldingsRecord:
    """Record what a portfolio holds from a day on; sets for the same day supersede each other by time.

    Parameters
    ----------
    session, portfolio_id
        Where and whose.
    imported
        What was read.
    valid_from
        First day on which it is held.
    source_name, source
        The file: its name and its bytes.

    Raises
    ------
    NotFoundError
        If there is no such portfolio.
    ConflictError
        If the portfolio is archived.
    DataError
        If a text holds a character that PostgreSQL cannot store.
    """
    document = await asyncio.to_thread(_written, imported)
    values = {
        "id": new_id(),
        "portfolio_id": portfolio_id,
        "valid_from": valid_from,
        "known_at": await _next_known_at(session, portfolio_id),
        "sha256": imported.sha256,
        "source_name": source_name,
        "source": source,
        "document": cast(literal(document, Text), JSONB),
    }
    note_change(session, portfolio_id)
    made = insert(HoldingsRow).values(values).returning(*_COLUMNS)
    return HoldingsRecord(*(await session.execute(made)).one(), imported)


async def effective(
    session: AsyncSession,
    portfolio_id: UUID,
    *,
    as_of: dt.date | None,
    known_at: dt.datetime | None,
    rows: slice | None = None,
) -> HoldingsRecord:
    """Return what the portfolio held on a day, as far as was known at an instant.

    What was known at an instant is answered the same for ever: an import that has its instant but is not
    committed yet is waited for, and an instant to come is refused.

    Of the sets known by then and begun by that day, the one that begins last counts; of several that begin
    on the same day, the one recorded last. Without a day, a set that begins more than a day after the instant
    is passed over: its date is wrong, or its time has not come.

    Parameters
    ----------
    session, portfolio_id
        Where and whose.
    as_of
        The day; None takes the set that begins last, by the day after the instant.
    known_at
        The instant, with a time zone; None takes all that is known now.
    rows
        Only these positions are read, from ``start`` to before ``stop``; None reads all.

    Raises
    ------
    NotFoundError
        If nothing is recorded for that day, or was by then.
    UsageError
        If the instant is more than a second ahead of the clock of the database.
    """
    query = select(*_COLUMNS, _document(rows)).where(HoldingsRow.portfolio_id == portfolio_id)
    query = query.order_by(HoldingsRow.valid_from.desc(), HoldingsRow.known_at.desc()).limit(1)
    query = query.where(HoldingsRow.valid_from <= _last_day(as_of, known_at))
    if known_at is not None:
        await _settle(session, portfolio_id, known_at)
        query = query.where(HoldingsRow.known_at <= known_at)
    row = (await session.execute(query)).one_or_none()
    if row is None:
        raise await _nothing_then(session, portfolio_id, known_at)
    return await _record(row)


async def get(session: AsyncSession, holdings_id: UUID, *, rows: slice | None = None) -> HoldingsRecord:
    """Return one recorded set, or `rows` of it, as :func:`effective` does.

    Raises
    ------
    NotFoundError
        If there is none of that id.
    """
    query = select(*_COLUMNS, _document(rows)).where(HoldingsRow.id == holdings_id)
    row = (await session.execute(query)).one_or_none()
    if row is None:
        raise NotFoundError("there are no such positions")
    return await _record(row)


async def history(
    session: AsyncSession, portfolio_id: UUID | None, *, after: UUID | None = None, limit: int = 1000
) -> list[HoldingsSummary]:
    """Return the sets recorded for a portfolio, or for all where it is None, the last recorded first.

    Parameters
    ----------
    session, portfolio_id
        Where and whose.
    after
        Id of the last one of the page before; None for the first page.
    limit
        Most of them.
    """
    row = HoldingsRow
    query = select(*_COLUMNS).order_by(row.known_at.desc(), row.id.desc()).limit(limit)
    if portfolio_id is not None:
        query = query.where(row.portfolio_id == portfolio_id)
    if after is not None:
        last = select(row.known_at, row.id).where(row.id == after).scalar_subquery()
        query = query.where(tuple_(row.known_at, row.id) < last)
    return [HoldingsSummary(*found) for found in await session.execute(query)]


async def source(session: AsyncSession, holdings_id: UUID) -> bytes:
    """Return the bytes that a recorded set was read from.

    Raises
    ------
    NotFoundError
        If there is none of that id.
    """
    found = await session.execute(select(HoldingsRow.source).where(HoldingsRow.id == holdings_id))
    content = found.scalar_one_or_none()
    if content is None:
        raise NotFoundError("there are no such positions")
    return content


async def _nothing_then(
    session: AsyncSession, portfolio_id: UUID, known_at: dt.datetime | None
) -> NotFoundError:
    """Return an error that says what is missing: an import, one by that instant, or one for that day."""
    row = HoldingsRow
    first = select(func.min(row.known_at)).where(row.portfolio_id == portfolio_id)
    known = (await session.execute(first)).scalar_one()
    if known is None:
        remedy = "Import a file of them first."
        return NotFoundError("no positions have been imported into the portfolio", remedy=remedy)
    if known_at is not None and known_at < known:
        remedy = "Ask for that instant or a later one, or leave it out."
        return NotFoundError(
            f"no positions were known then, the first since {known.isoformat()}", remedy=remedy
        )
    begin = select(func.min(row.valid_from)).where(row.portfolio_id == portfolio_id)
    if known_at is not None:
        begin = begin.where(row.known_at <= known_at)
    day = (await session.execute(begin)).scalar_one()
    remedy = "Ask for that day or a later one, or import positions that are held from an earlier day on."
    return NotFoundError(f"no positions were held on that day, the first from {day} on", remedy=remedy)


async def _settle(session: AsyncSession, portfolio_id: UUID, known_at: dt.datetime) -> None:
    """Wait until nothing more can become known to a portfolio by an instant."""
    ahead: float = (
        await session.execute(
            select(func.extract("epoch", literal(known_at, TIMESTAMP(timezone=True)) - _CLOCK))
        )
    ).scalar_one()
    if ahead > _PATIENCE_SECONDS:
        remedy = "Leave it out for what is known now."
        raise UsageError("what will be known at an instant to come is not known yet", remedy=remedy)
    if ahead > 0:
        await session.execute(select(func.pg_sleep(ahead)))
    # An import locks the portfolio before it takes its instant, and until it is committed.
    lock = select(PortfolioRow.id).where(PortfolioRow.id == portfolio_id)
    await session.execute(lock.with_for_update(read=True, key_share=True))


async def _next_known_at(session: AsyncSession, portfolio_id: UUID) -> dt.datetime:
    """Lock the portfolio and return an instant later than that of every set recorded for it."""
    lock = select(PortfolioRow.archived_at).where(PortfolioRow.id == portfolio_id).with_for_update()
    locked = (await session.execute(lock)).one_or_none()
    if locked is None:
        raise NotFoundError("there is no such portfolio")
    if locked.archived_at is not None:
        raise ConflictError("the portfolio is archived", remedy="Restore it first.")
    last = select(func.max(HoldingsRow.known_at)).where(HoldingsRow.portfolio_id == portfolio_id)
    clock, latest = (await session.execute(select(func.clock_timestamp(), last.scalar_subquery()))).one()
    now: dt.datetime = clock
    return now if latest is None else max(now, latest + _MICROSECOND)


def _last_day(as_of: dt.date | None, known_at: dt.datetime | None) -> dt.date | ColumnElement[dt.date]:
    """Return the day by which a set has begun; the same for ever where an instant is given."""
    if as_of is not None:
        return as_of
    if known_at is None:
        return func.current_date() + 1
    known = known_at.astimezone(dt.UTC).date()
    return known if known == dt.date.max else known + dt.timedelta(days=1)


def _document(rows: slice | None) -> ColumnElement[str]:
    """Return the document as text: it is read on another thread. Of its positions only `rows`."""
    if rows is None:
        return _DOCUMENT
    first, last = int(rows.start), int(rows.stop) - 1
    path = cast(f"$[{first} to {last}]", JSONPATH)
    some = func.jsonb_path_query_array(HoldingsRow.document["positions"], path)
    whole = func.jsonb_set(HoldingsRow.document, ["positions"], some)
    return cast(whole, Text).label("document")


def _written(imported: ImportedPortfolio) -> str:
    return json.dumps(to_document(imported), allow_nan=False)


async def _record(row: Row[*tuple[Any, ...]]) -> HoldingsRecord:
    document: str = row.document
    if len(document) < _LARGE:
        portfolio = _read(document, row.sha256)
    else:
        portfolio = await asyncio.to_thread(_read, document, row.sha256)
    return HoldingsRecord(**{name: getattr(row, name) for name in _ABOUT}, portfolio=portfolio)


def _read(document: str, sha256: str) -> ImportedPortfolio:
    return from_document(json.loads(document), sha256)
