"""Prices through the client."""

import datetime as dt
from collections.abc import AsyncIterator, Iterator
from uuid import UUID

from plimsoll.client.answers import message
from plimsoll.client.call import Call, get, text
from plimsoll.client.sending import AsyncSends, Sends
from plimsoll.wire.page import Page
from plimsoll.wire.prices import LastPrice, LastPricePage, PricePoint, PriceSeries

__all__ = ["AsyncPriceMethods", "PriceMethods", "last_prices", "price_series"]


def last_prices(*, price_set: UUID | None, search: str, limit: int | None) -> Call[Page[LastPrice]]:
    """Read the first page of last prices."""
    query = {"price_set": text(price_set), "search": search or None, "limit": limit}
    return get("/prices", message(LastPricePage), **query)


def price_series(
    symbol: str, *, price_set: UUID | None, first: dt.date | None, last: dt.date | None, limit: int | None
) -> Call[Page[PricePoint]]:
    """Read the first page of a series."""
    query = {"price_set": text(price_set), "from": text(first), "to": text(last), "limit": limit}
    return get("/prices/series", message(PriceSeries), symbol=symbol, **query)


class PriceMethods(Sends):
    """Prices as methods; see :class:`plimsoll.client.RiskClient`."""

    def last_prices(
        self, search: str = "", *, price_set_id: UUID | None = None, page_size: int | None = None
    ) -> Iterator[LastPrice]:
        """Yield the last price of each symbol with its age; None for the set with the last date."""
        return self.items(last_prices(price_set=price_set_id, search=search, limit=page_size))

    def price_series(
        self,
        symbol: str,
        *,
        first: dt.date | None = None,
        last: dt.date | None = None,
        price_set_id: UUID | None = None,
        page_size: int | None = None,
    ) -> Iterator[PricePoint]:
        """Yield the prices of a symbol between two dates, oldest first; days without one are left out."""
        call = price_series(symbol, price_set=price_set_id, first=first, last=last, limit=page_size)
        return self.items(call)


class AsyncPriceMethods(AsyncSends):
    """Prices as async iterators; see :class:`plimsoll.client.AsyncRiskClient`."""

    def last_prices(
        self, search: str = "", *, price_set_id: UUID | None = None, page_size: int | None = None
    ) -> AsyncIterator[LastPrice]:
        """Yield the last price of each symbol with its age; None for the set with the last date."""
        return self.items(last_prices(price_set=price_set_id, search=search, limit=page_size))

    def price_series(
        self,
        symbol: str,
        *,
        first: dt.date | None = None,
        last: dt.date | None = None,
        price_set_id: UUID | None = None,
        page_size: int | None = None,
    ) -> AsyncIterator[PricePoint]:
        """Yield the prices of a symbol between two dates, oldest first; days without one are left out."""
        call = price_series(symbol, price_set=price_set_id, first=first, last=last, limit=page_size)
        return self.items(call)
