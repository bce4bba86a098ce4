"""Tables of prices as Parquet and back."""

import math
from io import BytesIO

import numpy as np
import pyarrow.parquet as parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.data.price_table import PriceTable
from plimsoll.data.store.price_document import from_parquet, to_parquet
from plimsoll.errors import DataError
from plimsoll.risk.assumptions import Assumption
from small_book import small_market

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=8)


@st.composite
def _tables(draw: st.DrawFn) -> PriceTable:
    symbols = draw(st.lists(TEXT, max_size=4, unique=True))
    days = draw(st.lists(st.dates(), min_size=1, max_size=6, unique=True).map(sorted))
    number = st.floats(allow_infinity=False) | st.just(math.nan)
    rows = [[draw(number) for _ in symbols] for _ in days]
    currencies = tuple(draw(st.none() | TEXT) for _ in symbols)
    notes = draw(
        st.lists(st.builds(Assumption, TEXT, TEXT, st.lists(TEXT, max_size=2).map(tuple)), max_size=2)
    )
    prices = np.array(rows, dtype=np.float64).reshape(len(days), len(symbols))
    return PriceTable(
        np.array(days, "datetime64[D]"), tuple(symbols), prices, currencies, draw(TEXT), tuple(notes)
    )


def _same(one: PriceTable, other: PriceTable) -> bool:
    """Compare bit by bit: NaN equals NaN."""
    return (
        one.dates.tobytes() == other.dates.tobytes()
        and one.dates.dtype == other.dates.dtype
        and one.prices.tobytes() == other.prices.tobytes()
        and one.prices.dtype == other.prices.dtype
        and (one.symbols, one.currencies, one.source, one.assumptions)
        == (other.symbols, other.currencies, other.source, other.assumptions)
    )


@given(_tables())
def test_nothing_is_lost(table: PriceTable) -> None:
    """Whatever a table holds comes back bit by bit, also odd names and missing prices."""
    assert _same(from_parquet(to_parquet(table), table.sha256), table)


def test_the_order_in_memory_does_not_matter() -> None:
    """A table whose columns lie one after the other comes back the same."""
    table = small_market()
    turned = PriceTable(
        table.dates, table.symbols, np.asfortranarray(table.prices), table.currencies, table.source
    )
    assert _same(from_parquet(to_parquet(turned), table.sha256), table)


def test_others_can_read_it() -> None:
    """Any Parquet reader sees a column of dates and one per symbol."""
    stored = parquet.ParquetFile(BytesIO(to_parquet(small_market()))).read()
    assert stored.column_names == ["date", "AAA", "BBB", "EURUSD"]
    assert str(stored.schema.field("date").type) == "date32[day]"


def test_a_symbol_may_be_called_date() -> None:
    """Columns are told apart by place, not by name."""
    table = PriceTable(
        np.array(["2024-01-02"], "datetime64[D]"), ("date",), np.ones((1, 1)), (None,), "x.csv"
    )
    assert _same(from_parquet(to_parquet(table), table.sha256), table)


@pytest.mark.parametrize("name", ["A\x00", "A\ud800"])
def test_a_name_that_cannot_be_stored_is_refused(name: str) -> None:
    """NUL and lone surrogates are bad data."""
    table = PriceTable(np.array(["2024-01-02"], "datetime64[D]"), (name,), np.ones((1, 1)), (None,), "x.csv")
    with pytest.raises(DataError, match="cannot be stored"):
        to_parquet(table)


def test_a_backslash_is_an_ordinary_character() -> None:
    """A name that merely looks like an escaped NUL is stored."""
    table = PriceTable(np.array(["2024-01-02"], "datetime64[D]"), ("\\u0000",), np.ones((1, 1)), (None,), "x")
    assert _same(from_parquet(to_parquet(table), table.sha256), table)


def test_a_table_without_dates_is_refused() -> None:
    """There is nothing to store in a table without rows."""
    table = PriceTable(np.array([], "datetime64[D]"), ("A",), np.ones((0, 1)), (None,), "x.csv")
    with pytest.raises(DataError, match="no dates"):
        to_parquet(table)


def test_damage_is_noticed() -> None:
    """Content that is no such file, or holds other prices than its hash says, is refused."""
    table, other = small_market(), small_market(AAA=1.0)
    content = to_parquet(table)
    for damaged in (b"", b"PAR1", content[:-20], to_parquet(other)):
        with pytest.raises(DataError, match="damaged"):
            from_parquet(damaged, table.sha256)
    sink = BytesIO()
    parquet.write_table(parquet.ParquetFile(BytesIO(content)).read().replace_schema_metadata(None), sink)
    with pytest.raises(DataError, match="damaged"):
        from_parquet(sink.getvalue(), table.sha256)
