"""Stored prices, looked at."""

import datetime as dt
from uuid import UUID

import numpy as np
import pytest

from plimsoll.data.price_table import PriceTable
from plimsoll.data.store import price_sets
from plimsoll.data.store.database import Database
from plimsoll.errors import NotFoundError
from plimsoll.workflows.price_series import last_prices, series

pytestmark = pytest.mark.anyio

NAN = float("nan")
DATES = np.array(["2024-01-01", "2024-01-02", "2024-01-03", "2024-01-08"], "datetime64[D]")
PRICES = np.array([[NAN, 5.0, 1.0, NAN], [1.0, NAN, 2.0, NAN], [NAN, NAN, NAN, NAN], [3.0, NAN, 4.0, NAN]])
TABLE = PriceTable(DATES, ("OLD", "GONE", "FULL", "NONE"), PRICES, ("USD", None, "EUR", None), "a test")


async def _stored(database: Database, tenant: UUID) -> UUID:
    async with database.session(tenant) as session:
        return (await price_sets.store(session, TABLE, name="a test")).id


async def test_the_last_price_has_its_age_and_its_gaps(database: Database, tenant: UUID) -> None:
    """By symbol; one without any price is left out; search and pages narrow the list."""
    stored = await _stored(database, tenant)
    record, found = await last_prices(database, tenant, None, after="", limit=10)
    assert record.id == stored
    assert [(one.symbol, one.price, one.age_days, one.observations, one.missing) for one in found] == [
        ("FULL", 4.0, 0, 3, 1),
        ("GONE", 5.0, 7, 1, 0),
        ("OLD", 3.0, 0, 2, 1),
    ]
    assert found[1].first_date == found[1].date == dt.date(2024, 1, 1)
    for after, limit, search, symbols in (
        ("FULL", 1, "", ["GONE"]),
        ("", 9, "o", ["GONE", "OLD"]),
        ("Z", 9, "", []),
    ):
        _, some = await last_prices(database, tenant, stored, after=after, limit=limit, search=search)
        assert [one.symbol for one in some] == symbols


async def test_a_series_holds_the_days_with_a_price(database: Database, tenant: UUID) -> None:
    """Between two dates, both included."""
    await _stored(database, tenant)
    whole = await series(database, tenant, None, "FULL")
    assert (whole.prices.tolist(), whole.currency) == ([1.0, 2.0, 4.0], "EUR")
    part = await series(database, tenant, None, "FULL", first=dt.date(2024, 1, 2), last=dt.date(2024, 1, 7))
    assert part.dates.astype(str).tolist() == ["2024-01-02"]


async def test_what_is_not_there(database: Database, tenant: UUID, other_tenant: UUID) -> None:
    """An unknown symbol, an unknown set, no set at all and another tenant's set are not found."""
    stored = await _stored(database, tenant)
    with pytest.raises(NotFoundError, match="no such symbol"):
        await series(database, tenant, stored, "AAA")
    with pytest.raises(NotFoundError):
        await series(database, tenant, UUID(int=1), "FULL")
    for which in (None, stored):
        with pytest.raises(NotFoundError):
            await last_prices(database, other_tenant, which, after="", limit=1)
