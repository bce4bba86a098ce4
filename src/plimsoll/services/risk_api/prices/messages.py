"""Stored prices as messages and as an Arrow stream."""

from collections.abc import Sequence
from uuid import UUID

from plimsoll.wire.prices import Freshness, LastPrice, LastPricePage, PricePoint, PriceSeries
from plimsoll.workflows import price_series

__all__ = ["arrow_series", "freshness", "last_price_page", "series_page"]

_LATE_DAYS = 5  # a long week-end and a little more


def freshness(age_days: int) -> Freshness:
    """Return what the age of a price means.

    Examples
    --------
    >>> [freshness(days).value for days in (0, 5, 6)]
    ['fresh', 'late', 'stale']
    """
    if not age_days:
        return Freshness.FRESH
    return Freshness.LATE if age_days <= _LATE_DAYS else Freshness.STALE


def last_price_page(
    price_set: UUID, found: Sequence[price_series.LastPrice], following: str | None
) -> LastPricePage:
    """Return one page of last prices.

    Parameters
    ----------
    price_set
        Where they are from.
    found
        Of the workflow.
    following
        Path and query of the next page.
    """
    items = tuple(
        LastPrice(
            freshness=freshness(one.age_days),
            **{name: getattr(one, name) for name in LastPrice.model_fields if name != "freshness"},
        )
        for one in found
    )
    return LastPricePage(items=items, next=following, price_set_id=price_set)


def series_page(found: price_series.PriceSeries, following: str | None) -> PriceSeries:
    """Return a series, or a part of it.

    Parameters
    ----------
    found
        Of the workflow.
    following
        Path and query of the next page.
    """
    points = zip(found.dates.tolist(), found.prices.tolist(), strict=True)
    return PriceSeries(
        items=tuple(PricePoint(date=date, price=price) for date, price in points),
        next=following,
        price_set_id=found.price_set.id,
        symbol=found.symbol,
        currency=found.currency,
    )


def arrow_series(found: price_series.PriceSeries) -> bytes:
    """Return a whole series as an Arrow IPC stream with the columns ``date`` and ``price``.

    Parameters
    ----------
    found
        Of the workflow; what it is of stands in the metadata of the schema.
    """
    import pyarrow as pa

    facts = {
        "price_set": str(found.price_set.id),
        "symbol": found.symbol,
        "currency": found.currency or "",
    }
    columns = {"date": pa.array(found.dates.tolist(), pa.date32()), "price": pa.array(found.prices.tolist())}
    table = pa.table(columns).replace_schema_metadata(facts)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue().to_pybytes())
