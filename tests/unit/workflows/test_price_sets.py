"""Price sets, uploaded."""

from pathlib import Path
from uuid import UUID

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from plimsoll.data.price_files import read_price_file
from plimsoll.data.store import price_sets
from plimsoll.data.store.database import Database
from plimsoll.errors import DataError
from plimsoll.workflows.price_sets import upload_prices

pytestmark = pytest.mark.anyio

FILE = b"date,AAA,BBB\n2024-01-02,10.5,\n2024-01-03,10.75,20\n"


async def test_prices_come_back_as_the_file_says(database: Database, tenant: UUID, tmp_path: Path) -> None:
    """A stored price set equals what the reader of files makes of the same file, under the client's name."""
    path = tmp_path / "closing.csv"
    path.write_bytes(FILE)
    expected = read_price_file(path)
    async with database.session(tenant) as session:
        record = await upload_prices(session, content=FILE, source_name="folder/closing.csv")
        stored = await price_sets.load(session, record.id)
    assert (record.name, record.source, stored.source) == ("closing.csv",) * 3
    assert (record.symbols, record.sha256) == (2, expected.sha256)
    assert np.array_equal(stored.prices, expected.prices, equal_nan=True)
    (note,) = stored.assumptions
    assert note.text == expected.assumptions[0].text.replace(str(path), "closing.csv")


async def test_the_same_prices_are_one_set(database: Database, tenant: UUID) -> None:
    """Prices that are already there under another name are that set."""
    async with database.session(tenant) as session:
        one = await upload_prices(session, content=FILE, source_name="a.csv", name="Closing")
        two = await upload_prices(session, content=FILE.replace(b",", b";"), source_name="b.csv")
    assert one == two
    assert one.name == "Closing"


async def test_a_file_that_cannot_be_used_names_its_place(database: Database, tenant: UUID) -> None:
    """The refusal has the client's name of the file and the row."""
    with pytest.raises(DataError, match=r"^prices\.csv, row 3"):
        async with database.session(tenant) as session:
            await upload_prices(session, content=FILE.replace(b"10.75", b"many"), source_name="prices.csv")


async def test_a_small_file_of_many_prices_is_refused_before_it_is_unpacked(
    database: Database, tenant: UUID
) -> None:
    """A Parquet file of a few kilobytes that would take gigabytes is refused by its number of cells alone."""
    rows = 11_000_000
    prices = pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, np.int8)), pa.array([1.0]))
    table = pa.table({"date": pa.array(np.zeros(rows, "datetime64[D]")), "AAA": prices})
    sink = pa.BufferOutputStream()
    parquet.write_table(table, sink, compression="zstd")
    content = bytes(sink.getvalue())
    assert len(content) < 500_000
    del table, prices
    before = pa.total_allocated_bytes()
    async with database.session(tenant) as session:
        with pytest.raises(DataError, match="prices"):
            await upload_prices(session, content=content, source_name="bomb.parquet")
    assert pa.total_allocated_bytes() - before < 10_000_000
