"""Prices as they are stored: the last one of each symbol with its age, and the series of one symbol."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from plimsoll.data.price_table import PriceTable
from plimsoll.data.store import price_sets
from plimsoll.data.store.database import Database
from plimsoll.data.store.price_sets import PriceSetRecord
from plimsoll.errors import NotFoundError
from plimsoll.workflows.recent import Recent

__all__ = ["LastPrice", "PriceSeries", "last_prices", "series"]

_KEPT = Recent[tuple[UUID, UUID], PriceTable](256_000_000)  # bytes of prices; a price set never changes


@dataclass(frozen=True, slots=True)
class LastPrice:
    """What a price set says last about a symbol.

    Parameters
    ----------
    symbol, currency
        As the source spells them; the currency is None where it does not say.
    price, date
        The last price that there is, and of which day.
    age_days
        Calendar days from then to the last date of the set.
    first_date
        Of the first price.
    observations, missing
        Dates of the set from the first to the last price with one, and without.
    """

    symbol: str
    currency: str | None
    price: float
    date: dt.date
    age_days: int
    first_date: dt.date
    observations: int
    missing: int


@dataclass(frozen=True, slots=True)
class PriceSeries:
    """The prices of one symbol.

    Parameters
    ----------
    price_set
        Where they are from.
    symbol, currency
        As for :class:`LastPrice`.
    dates
        Shape (T,), ``datetime64[D]``, ascending; only those with a price.
    prices
        Shape (T,), in units of the currency, never NaN.
    """

    price_set: PriceSetRecord
    symbol: str
    currency: str | None
    dates: NDArray[np.datetime64]
    prices: NDArray[np.float64]


async def last_prices(
    database: Database, tenant: UUID, price_set_id: UUID | None, *, after: str, limit: int, search: str = ""
) -> tuple[PriceSetRecord, list[LastPrice]]:
    """Return the last price of each symbol, by symbol; one without any price is left out.

    Parameters
    ----------
    database, tenant
        Where, and whose.
    price_set_id
        None for the set with the last date.
    after
        Only symbols that sort after this one; empty for all.
    limit
        Most of them.
    search
        Part of the symbol, whatever the case; empty for all.

    Raises
    ------
    NotFoundError
        If there is no such set, or none at all.
    """
    record, table = await _table(database, tenant, price_set_id)
    wanted = search.casefold()
    places = sorted(
        (symbol, column)
        for column, symbol in enumerate(table.symbols)
        if symbol > after and wanted in symbol.casefold()
    )
    found: list[LastPrice] = []
    for symbol, column in places:
        last = _last(table, symbol, column)
        if last is not None:
            found.append(last)
        if len(found) == limit:
            break
    return record, found


async def series(
    database: Database,
    tenant: UUID,
    price_set_id: UUID | None,
    symbol: str,
    *,
    first: dt.date | None = None,
    last: dt.date | None = None,
) -> PriceSeries:
    """Return the prices of a symbol between two dates, both included; None for as far as they go.

    Raises
    ------
    NotFoundError
        If there is no such set, or it has no such symbol.
    """
    record, table = await _table(database, tenant, price_set_id)
    if symbol not in table.symbols:
        raise NotFoundError("the price set has no such symbol", remedy="GET /prices lists those it has.")
    column = table.symbols.index(symbol)
    prices = table.prices[:, column]
    wanted = ~np.isnan(prices)
    if first is not None:
        wanted &= table.dates >= np.datetime64(first)
    if last is not None:
        wanted &= table.dates <= np.datetime64(last)
    return PriceSeries(record, symbol, table.currencies[column], table.dates[wanted], prices[wanted])


async def _table(
    database: Database, tenant: UUID, price_set_id: UUID | None
) -> tuple[PriceSetRecord, PriceTable]:
    async with database.session(tenant) as session:
        if price_set_id is None:
            record = await price_sets.latest(session)
        else:
            record = await price_sets.get(session, price_set_id)
        kept = _KEPT.get((tenant, record.id))
        if kept is None:
            kept = await price_sets.load(session, record.id)
            _KEPT.put((tenant, record.id), kept, size=kept.prices.nbytes)
    return record, kept


def _last(table: PriceTable, symbol: str, column: int) -> LastPrice | None:
    known = np.flatnonzero(~np.isnan(table.prices[:, column]))
    if not len(known):
        return None
    first, last = int(known[0]), int(known[-1])
    date: dt.date = table.dates[last].item()
    return LastPrice(
        symbol=symbol,
        currency=table.currencies[column],
        price=float(table.prices[last, column]),
        date=date,
        age_days=(table.dates[-1].item() - date).days,
        first_date=table.dates[first].item(),
        observations=len(known),
        missing=last - first + 1 - len(known),
    )
