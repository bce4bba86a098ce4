"""Prices: the last one of each symbol with its age, and the series of one symbol."""

import datetime as dt
from dataclasses import replace
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from plimsoll.security.permissions import Permission, Principal
from plimsoll.services.risk_api.answers import answer
from plimsoll.services.risk_api.context import Context
from plimsoll.services.risk_api.prices.messages import arrow_series, last_price_page, series_page
from plimsoll.services.risk_api.requirements import Require
from plimsoll.services.risk_api.responses import content
from plimsoll.services.risk_api.routes import ApiRouter
from plimsoll.wire.model import Label
from plimsoll.wire.prices import LastPricePage, PriceSeries
from plimsoll.workflows import price_series

__all__ = ["get_price_series", "list_last_prices", "router"]

router = ApiRouter("prices")

_ARROW_STREAM = "application/vnd.apache.arrow.stream"
_Reader = Annotated[Principal, Require[Permission.PRICES_READ]]
_PriceSet = Annotated[UUID | None, Query(description="Which set; the one with the last date when left out")]


@router.get("")
async def list_last_prices(
    context: Context,
    caller: _Reader,
    price_set: _PriceSet = None,
    search: Annotated[str, Query(max_length=100, description="Part of the symbol")] = "",
    after: Annotated[str, Query(max_length=100, description="Last symbol of the page before")] = "",
    limit: Annotated[int, Query(ge=1, le=1000, description="Symbols of a page")] = 100,
) -> LastPricePage:
    """List the last price of each symbol, how old it is and how many days are missing, by symbol."""
    record, found = await price_series.last_prices(
        context.database, caller.tenant, price_set, after=after, limit=limit + 1, search=search
    )
    following = None
    if len(found) > limit:
        query = {"price_set": str(record.id), "limit": limit, "after": found[limit - 1].symbol}
        query |= {"search": search} if search else {}
        following = f"{router.prefix}?{urlencode(query)}"
    return last_price_page(record.id, found[:limit], following)


@router.get("/series", response_model=PriceSeries, responses=content(_ARROW_STREAM))
async def get_price_series(
    context: Context,
    caller: _Reader,
    request: Request,
    symbol: Annotated[Label, Query(description="As the price set spells it", examples=["AAPL"])],
    price_set: _PriceSet = None,
    first: Annotated[dt.date | None, Query(alias="from", description="First date")] = None,
    last: Annotated[dt.date | None, Query(alias="to", description="Last date")] = None,
    limit: Annotated[int, Query(ge=1, le=10_000, description="Days of a page")] = 1000,
) -> Response:
    """Read the prices of a symbol by date, in pages; as an Arrow stream all at once."""
    found = await price_series.series(
        context.database, caller.tenant, price_set, symbol, first=first, last=last
    )
    vary = {"Vary": "Accept"}
    if _ARROW_STREAM in request.headers.get("accept", ""):
        return Response(arrow_series(found), media_type=_ARROW_STREAM, headers=vary)
    following = None
    if len(found.dates) > limit:
        query = {"symbol": symbol, "price_set": str(found.price_set.id), "limit": limit}
        query |= {"from": str(found.dates[limit])} | ({} if last is None else {"to": str(last)})
        following = f"{router.prefix}/series?{urlencode(query)}"
    page = replace(found, dates=found.dates[:limit], prices=found.prices[:limit])
    made = answer(series_page(page, following))
    made.headers["Vary"] = vary["Vary"]
    return made
