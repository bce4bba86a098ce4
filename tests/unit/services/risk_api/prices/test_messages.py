"""Stored prices as messages."""

import datetime as dt
from uuid import UUID

import numpy as np
import pyarrow as pa
import pytest

from plimsoll.data.store.price_sets import PriceSetRecord
from plimsoll.services.risk_api.prices.messages import (
    arrow_series,
    freshness,
    last_price_page,
    series_page,
)
from plimsoll.workflows.price_series import LastPrice, PriceSeries

DAY = dt.date(2024, 3, 1)
SET = PriceSetRecord(UUID(int=1), "x", "0" * 64, "x.csv", DAY, DAY, 1, dt.datetime(2024, 3, 1, tzinfo=dt.UTC))
SERIES = PriceSeries(
    SET, "AAA", "USD", np.array(["2024-02-29", "2024-03-01"], "datetime64[D]"), np.array([1.5, 2.5])
)


@pytest.mark.parametrize(("days", "word"), [(0, "fresh"), (1, "late"), (5, "late"), (6, "stale")])
def test_age_has_a_word(days: int, word: str) -> None:
    """A price of the last date is fresh, one of the last days late, an older one stale."""
    assert freshness(days) == word


def test_a_last_price_keeps_its_account() -> None:
    """Age, gaps and the set travel with it."""
    page = last_price_page(SET.id, [LastPrice("AAA", None, 2.5, DAY, 7, DAY, 1, 0)], "/next")
    assert (page.items[0].freshness, page.items[0].currency, page.next) == ("stale", None, "/next")


def test_a_series_is_the_same_in_both_forms() -> None:
    """JSON and Arrow hold the same days and prices."""
    page = series_page(SERIES, None)
    with pa.ipc.open_stream(arrow_series(SERIES)) as stream:
        table = stream.read_all()
    assert [(one.date, one.price) for one in page.items] == list(
        zip(table["date"].to_pylist(), table["price"].to_pylist(), strict=True)
    )
    assert table.schema.metadata[b"symbol"] == b"AAA"
