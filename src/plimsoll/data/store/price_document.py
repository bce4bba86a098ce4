"""A table of prices as one Parquet file and back, without losing a bit."""

import json
from dataclasses import asdict

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet

from plimsoll.data.price_table import PriceTable
from plimsoll.data.store.stored_text import storable
from plimsoll.errors import DataError
from plimsoll.risk.assumptions import Assumption

__all__ = ["from_parquet", "to_parquet"]

_KEY = b"plimsoll"
_DAMAGED = "the stored prices are damaged"


def to_parquet(table: PriceTable) -> bytes:
    """Return a Parquet file: a column of dates, then one of prices per symbol, the rest as metadata.

    Raises
    ------
    DataError
        If the table has no dates, or a symbol or source that PostgreSQL cannot keep.
    """
    if not len(table.dates):
        raise DataError("has no dates", file=table.source, remedy="Give at least one row of prices.")
    about = {
        "symbols": [storable(symbol) for symbol in table.symbols],
        "currencies": table.currencies,
        "source": storable(table.source),
        "assumptions": [asdict(assumption) for assumption in table.assumptions],
    }
    dates = pa.array(table.dates.astype("datetime64[D]"))
    columns = [dates, *(pa.array(np.ascontiguousarray(prices)) for prices in table.prices.T)]
    named = pa.Table.from_arrays(columns, names=["date", *table.symbols])
    sink = pa.BufferOutputStream()
    parquet.write_table(
        named.replace_schema_metadata({_KEY: json.dumps(about).encode()}),
        sink,
        compression="zstd",
        use_dictionary=False,
    )
    return bytes(sink.getvalue())


def from_parquet(content: bytes, sha256: str) -> PriceTable:
    """Return the table that :func:`to_parquet` was given.

    Raises
    ------
    DataError
        If the content is no such file, or its prices do not hash to `sha256`.
    """
    try:
        with parquet.ParquetFile(pa.BufferReader(content)) as file:
            stored = file.read()
        about = json.loads(stored.schema.metadata[_KEY])
    except (pa.ArrowException, KeyError, OSError, TypeError, ValueError):
        raise DataError(_DAMAGED) from None
    dates, *prices = (column.to_numpy() for column in stored.columns)
    table = PriceTable(
        dates.astype("datetime64[D]"),
        tuple(about["symbols"]),
        np.column_stack(prices) if prices else np.empty((len(dates), 0)),
        tuple(about["currencies"]),
        about["source"],
        tuple(
            Assumption(entry["topic"], entry["text"], tuple(entry["items"])) for entry in about["assumptions"]
        ),
    )
    if table.sha256 != sha256:
        raise DataError(_DAMAGED)
    return table
