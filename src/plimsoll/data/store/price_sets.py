"""Price sets: tables of prices, each stored once for its content."""

import asyncio
import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.price_table import PriceTable
from plimsoll.data.store.models import PriceSetRow, new_id
from plimsoll.data.store.price_document import from_parquet, to_parquet
from plimsoll.errors import NotFoundError

__all__ = ["PriceSetRecord", "get", "latest", "load", "page", "store"]

_COLUMNS = (
    PriceSetRow.id,
    PriceSetRow.name,
    PriceSetRow.sha256,
    PriceSetRow.source,
    PriceSetRow.first_date,
    PriceSetRow.last_date,
    PriceSetRow.symbols,
    PriceSetRow.created_at,
)


@dataclass(frozen=True, slots=True)
class PriceSetRecord:
    """What there is to know about a price set without reading its prices.

    Parameters
    ----------
    id
        UUIDv7.
    name
        As the user called it when it was first stored.
    sha256
        Hash of dates, symbols, prices and currencies; unique.
    source
        Where the prices came from.
    first_date, last_date
        Of the table.
    symbols
        How many it has.
    created_at
        UTC.
    """

    id: UUID
    name: str
    sha256: str
    source: str
    first_date: dt.date
    last_date: dt.date
    symbols: int
    created_at: dt.datetime


async def store(session: AsyncSession, table: PriceTable, *, name: str) -> PriceSetRecord:
    """Store a table of prices; the same content under whatever name is the record that is there already.

    Raises
    ------
    DataError
        If the table has no dates, or a symbol or source that PostgreSQL cannot keep.
    """
    content, sha256 = await asyncio.to_thread(lambda: (to_parquet(table), table.sha256))
    values = {
        "id": new_id(),
        "name": name,
        "sha256": sha256,
        "source": table.source,
        "first_date": table.dates[0].item(),
        "last_date": table.dates[-1].item(),
        "symbols": len(table.symbols),
        "content": content,
    }
    await session.execute(insert(PriceSetRow).values(values).on_conflict_do_nothing())
    found = await session.execute(select(*_COLUMNS).where(PriceSetRow.sha256 == sha256))
    return PriceSetRecord(*found.one())


async def get(session: AsyncSession, price_set_id: UUID) -> PriceSetRecord:
    """Return what is known about a price set.

    Raises
    ------
    NotFoundError
        If there is none of that id.
    """
    found = await session.execute(select(*_COLUMNS).where(PriceSetRow.id == price_set_id))
    row = found.one_or_none()
    if row is None:
        raise NotFoundError("there is no such price set")
    return PriceSetRecord(*row)


async def load(session: AsyncSession, price_set_id: UUID) -> PriceTable:
    """Return the prices, exactly as they were stored.

    Raises
    ------
    NotFoundError
        If there is no price set of that id.
    DataError
        If the stored content is damaged.
    """
    query = select(PriceSetRow.content, PriceSetRow.sha256).where(PriceSetRow.id == price_set_id)
    row = (await session.execute(query)).one_or_none()
    if row is None:
        raise NotFoundError("there is no such price set")
    return await asyncio.to_thread(from_parquet, row.content, row.sha256)


async def page(session: AsyncSession, *, after: UUID | None, limit: int) -> list[PriceSetRecord]:
    """Return the first `limit` price sets whose id comes after `after`, oldest first."""
    known = PriceSetRow.last_date <= func.current_date() + 1
    query = select(*_COLUMNS).where(known).order_by(PriceSetRow.id).limit(limit)
    if after is not None:
        query = query.where(PriceSetRow.id > after)
    return [PriceSetRecord(*row) for row in await session.execute(query)]


async def latest(session: AsyncSession) -> PriceSetRecord:
    """Return the price set with the last date; of several, the one stored last.

    A set that ends after tomorrow is passed over: its dates are wrong.

    Raises
    ------
    NotFoundError
        If there is none.
    """
    known = PriceSetRow.last_date <= func.current_date() + 1
    query = (
        select(*_COLUMNS).where(known).order_by(PriceSetRow.last_date.desc(), PriceSetRow.id.desc()).limit(1)
    )
    row = (await session.execute(query)).one_or_none()
    if row is None:
        raise NotFoundError("there are no prices yet", remedy="Upload a price set.")
    return PriceSetRecord(*row)
