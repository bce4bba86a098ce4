"""Instruments: everything that a position ever named, with its history and where it is held."""

import asyncio
import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store.instrument_rows import InstrumentChangeRow, InstrumentRow
from plimsoll.data.store.models import new_id
from plimsoll.data.store.position_document import instrument_document
from plimsoll.errors import NotFoundError, PreconditionError
from plimsoll.risk.portfolio import Instrument

__all__ = [
    "InstrumentChange",
    "InstrumentRecord",
    "WhereHeld",
    "change",
    "get",
    "history",
    "page",
    "register",
    "where_held",
]

_COLUMNS = (
    InstrumentRow.id,
    InstrumentRow.symbol,
    InstrumentRow.kind,
    InstrumentRow.currency,
    InstrumentRow.name,
    InstrumentRow.attributes,
    InstrumentRow.option,
    InstrumentRow.first_seen,
    InstrumentRow.version,
    InstrumentRow.updated_at,
)
# One statement for a hundred thousand rows: they come as one document.
_REGISTER = text("""
INSERT INTO instruments (id, symbol, kind, currency, name, attributes, option, first_seen, updated_at)
SELECT id, symbol, kind, currency, name, '{}', nullif(option, 'null'), clock_timestamp(), clock_timestamp()
FROM jsonb_to_recordset(CAST(:documents AS jsonb))
    AS given(id uuid, symbol text, kind text, currency text, name text, option jsonb)
ORDER BY symbol
ON CONFLICT DO NOTHING
""")
_HELD = text("""
WITH latest AS (
    SELECT DISTINCT ON (portfolio_id) id, portfolio_id, valid_from, document
    FROM holdings WHERE valid_from <= current_date + 1
    ORDER BY portfolio_id, valid_from DESC, known_at DESC
)
SELECT portfolio_id, portfolios.name, latest.id, valid_from,
    sum((position ->> 'quantity')::float8), count(*)
FROM latest
JOIN portfolios ON portfolios.id = portfolio_id AND archived_at IS NULL,
    jsonb_array_elements(document -> 'positions') AS position
WHERE position -> 'instrument' ->> 'symbol' = :symbol
GROUP BY 1, 2, 3, 4
ORDER BY 1
""")


@dataclass(frozen=True, slots=True)
class InstrumentRecord:
    """An instrument as stored.

    Parameters
    ----------
    id
        UUIDv7.
    symbol
        Unique.
    kind, currency
        As they were first seen; the currency is empty where no file said it.
    name, attributes
        For people; they can be changed.
    option
        Terms, as they were first seen; None for what is no option.
    first_seen
        When a position named it first, UTC.
    version
        Counts the changes from 1.
    updated_at
        UTC.
    """

    id: UUID
    symbol: str
    kind: str
    currency: str
    name: str
    attributes: Mapping[str, str]
    option: Mapping[str, Any] | None
    first_seen: dt.datetime
    version: int
    updated_at: dt.datetime


@dataclass(frozen=True, slots=True)
class InstrumentChange:
    """What somebody has made of an instrument.

    Parameters
    ----------
    version
        That it had afterwards.
    name, attributes
        As they then were.
    changed_at, changed_by
        When, UTC, and by whom.
    """

    version: int
    name: str
    attributes: Mapping[str, str]
    changed_at: dt.datetime
    changed_by: str


@dataclass(frozen=True, slots=True)
class WhereHeld:
    """A live portfolio that holds an instrument by its last positions.

    Parameters
    ----------
    portfolio_id, portfolio
        Its id and its name.
    holdings_id, valid_from
        The positions, and from which day they are held.
    quantity
        Sum over its rows; negative is short.
    positions
        How many rows.
    """

    portfolio_id: UUID
    portfolio: str
    holdings_id: UUID
    valid_from: dt.date
    quantity: float
    positions: int


async def register(session: AsyncSession, instruments: Iterable[Instrument]) -> None:
    """Store the instruments whose symbol is not known yet; those that are known stay as they are.

    Raises
    ------
    DataError
        If a text holds a character that PostgreSQL cannot store.
    """
    known = {instrument.symbol: instrument for instrument in instruments}
    await session.execute(_REGISTER, {"documents": await asyncio.to_thread(_documents, known.values())})


async def get(session: AsyncSession, instrument_id: UUID) -> InstrumentRecord:
    """Return an instrument.

    Raises
    ------
    NotFoundError
        If there is none of that id.
    """
    found = await session.execute(select(*_COLUMNS).where(InstrumentRow.id == instrument_id))
    row = found.one_or_none()
    if row is None:
        raise NotFoundError("there is no such instrument")
    return InstrumentRecord(*row)


async def page(
    session: AsyncSession, *, after: UUID | None, limit: int, search: str = "", kind: str | None = None
) -> list[InstrumentRecord]:
    """Return the first `limit` instruments after `after`, by symbol.

    Parameters
    ----------
    session
        Where.
    after
        Id of the last one of the page before.
    limit
        Most of them.
    search
        Part of symbol or name, whatever the case; empty for all.
    kind
        None for all.
    """
    query = select(*_COLUMNS).order_by(InstrumentRow.symbol).limit(limit)
    if after is not None:
        last = select(InstrumentRow.symbol).where(InstrumentRow.id == after).scalar_subquery()
        query = query.where(InstrumentRow.symbol > last)
    if search:
        found = InstrumentRow.symbol.icontains(search, autoescape=True)
        query = query.where(found | InstrumentRow.name.icontains(search, autoescape=True))
    if kind is not None:
        query = query.where(InstrumentRow.kind == kind)
    return [InstrumentRecord(*row) for row in await session.execute(query)]


async def change(
    session: AsyncSession,
    instrument_id: UUID,
    *,
    expected_version: int,
    changed_by: str,
    name: str | None = None,
    attributes: Mapping[str, str] | None = None,
) -> InstrumentRecord:
    """Change name, attributes or both, if nobody has changed the instrument meanwhile; both are remembered.

    Parameters
    ----------
    session, instrument_id
        Where and which.
    expected_version
        That the caller has read.
    changed_by
        Who asks.
    name, attributes
        None leaves them as they are; attributes replace all that were there.

    Raises
    ------
    NotFoundError
        If there is no such instrument.
    PreconditionError
        If its version is another.
    """
    values: dict[str, Any] = {} if name is None else {"name": name}
    values |= {} if attributes is None else {"attributes": dict(attributes)}
    statement = (
        update(InstrumentRow)
        .where(InstrumentRow.id == instrument_id, InstrumentRow.version == expected_version)
        .values(version=InstrumentRow.version + 1, updated_at=func.clock_timestamp(), **values)
        .returning(*_COLUMNS)
        .execution_options(synchronize_session=False)
    )
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        current = await get(session, instrument_id)
        remedy = "Read it again and repeat the change."
        raise PreconditionError(f"the instrument is at version {current.version} by now", remedy=remedy)
    record = InstrumentRecord(*row)
    noted = {
        "id": new_id(),
        "instrument_id": record.id,
        "version": record.version,
        "name": record.name,
        "attributes": dict(record.attributes),
        "changed_at": record.updated_at,
        "changed_by": changed_by,
    }
    await session.execute(insert(InstrumentChangeRow).values(noted))
    return record


async def history(session: AsyncSession, instrument_id: UUID, *, limit: int = 1000) -> list[InstrumentChange]:
    """Return the last `limit` changes of an instrument, the last one first."""
    row = InstrumentChangeRow
    query = (
        select(row.version, row.name, row.attributes, row.changed_at, row.changed_by)
        .where(row.instrument_id == instrument_id)
        .order_by(row.version.desc())
        .limit(limit)
    )
    return [InstrumentChange(*found) for found in await session.execute(query)]


async def where_held(session: AsyncSession, symbol: str) -> list[WhereHeld]:
    """Return the live portfolios whose last positions have a symbol, oldest first."""
    return [WhereHeld(*row) for row in await session.execute(_HELD, {"symbol": symbol})]


def _documents(instruments: Iterable[Instrument]) -> str:
    return json.dumps([{"id": str(new_id()), **instrument_document(one)} for one in instruments])
