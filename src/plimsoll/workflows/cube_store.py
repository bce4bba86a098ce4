"""A cube as bytes and back: exact to the last bit, self-describing, and checked for damage.

The bytes are ``PLIMCUBE``, one byte for the version, the SHA-256 of the rest, and a Parquet file of one row
with the P&L matrix, row by row, beside what it takes to read it. There is nothing in them to be executed.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
from numpy.typing import NDArray

from plimsoll.data.importers.portfolio_csv import ImportedPortfolio
from plimsoll.data.store.position_document import from_document, to_document
from plimsoll.errors import DataError
from plimsoll.risk.cube import Cube
from plimsoll.risk.portfolio import Portfolio
from plimsoll.risk.scenarios.scenario_set import ScenarioSet

__all__ = ["from_bytes", "to_bytes"]

_MAGIC = b"PLIMCUBE"
_VERSION = 1
_HEADER = len(_MAGIC) + 1 + hashlib.sha256().digest_size
_MATRIX = "pnl.list.element"


def to_bytes(cube: Cube) -> bytes:
    """Return the vectors of a cube with its positions and what its scenarios are called and weigh.

    Parameters
    ----------
    cube
        Its shocks, failures and assumptions are not kept: the vectors are what can be used again, the rest is
        in the report.

    Raises
    ------
    DataError
        If a position has a text with NUL or half a character.
    """
    row = {
        "about": _text_cell(_about(cube)),
        "values": _list_cell(cube.values),
        "prices": _list_cell(cube.prices),
        "pnl": _list_cell(cube.pnl),
        "weights": _list_cell(cube.scenarios.weights),
    }
    sink = pa.BufferOutputStream()
    parquet.write_table(
        pa.table(row), sink, compression="zstd", use_dictionary=False, use_byte_stream_split=[_MATRIX]
    )
    body = bytes(sink.getvalue())
    return _MAGIC + bytes([_VERSION]) + hashlib.sha256(body).digest() + body


def from_bytes(content: bytes) -> Cube:
    """Return the cube that :func:`to_bytes` was given, without its shocks, failures and assumptions.

    Parameters
    ----------
    content
        Of any source; it is checked before it is read.

    Returns
    -------
    Cube
        Its scenarios move no factor: vectors can be added and measured, but nothing can be valued.

    Raises
    ------
    DataError
        If the bytes are no cube, were damaged, or are of a later version.
    """
    if len(content) < _HEADER or not content.startswith(_MAGIC):
        raise DataError("these bytes hold no P&L vectors")
    version, digest, body = content[len(_MAGIC)], content[len(_MAGIC) + 1 : _HEADER], content[_HEADER:]
    if version != _VERSION:
        raise DataError(
            f"the P&L vectors have form {version}, this version of Plimsoll knows form {_VERSION}",
            remedy="Use the version that wrote them.",
        )
    if hashlib.sha256(body).digest() != digest:
        raise DataError("the P&L vectors were damaged", remedy="Restore the database, or run again.")
    with parquet.ParquetFile(pa.BufferReader(body)) as file:
        table = file.read()
    return _cube({name: table.column(name) for name in table.column_names})


def _about(cube: Cube) -> str:
    scenarios = cube.scenarios
    book = ImportedPortfolio(Portfolio("", cube.positions), (), (), "")
    about = {
        "book": to_document(book),
        "labels": list(scenarios.labels),
        "horizon_days": scenarios.horizon_days,
        "method": scenarios.method,
        "observations": scenarios.observations,
        "overlapping": scenarios.overlapping,
        "seed": scenarios.seed,
    }
    return json.dumps(about, allow_nan=False)


def _cube(row: Mapping[str, pa.ChunkedArray]) -> Cube:
    about = json.loads(row["about"][0].as_py())
    labels = tuple(about["labels"])
    values = _numbers(row["values"])
    return Cube(
        positions=from_document(about["book"], "").portfolio.positions,
        values=values,
        prices=_numbers(row["prices"]),
        pnl=_numbers(row["pnl"]).reshape(len(values), len(labels)),
        scenarios=ScenarioSet(
            factors=(),
            shocks=np.empty((len(labels), 0)),
            weights=_numbers(row["weights"]),
            labels=labels,
            horizon_days=about["horizon_days"],
            method=about["method"],
            observations=about["observations"],
            overlapping=about["overlapping"],
            seed=about["seed"],
        ),
    )


# Cells go by their buffers: ``pa.array`` and ``to_numpy`` import pandas where it is installed: a second.


def _text_cell(text: str) -> pa.Array:
    content = text.encode()
    return pa.LargeStringArray.from_buffers(1, _bounds(len(content)), pa.py_buffer(content))


def _list_cell(numbers: NDArray[np.floating]) -> pa.Array:
    kind = pa.float32() if numbers.dtype == np.float32 else pa.float64()
    flat = pa.Array.from_buffers(kind, numbers.size, [None, pa.py_buffer(np.ascontiguousarray(numbers))])
    return pa.Array.from_buffers(pa.large_list(kind), 1, [None, _bounds(numbers.size)], children=[flat])


def _bounds(length: int) -> pa.Buffer:
    return pa.py_buffer(np.array([0, length], dtype=np.int64))


def _numbers(column: pa.ChunkedArray) -> NDArray[Any]:
    cell = column.combine_chunks().flatten()
    kind = np.float32 if cell.type == pa.float32() else np.float64
    return np.frombuffer(cell.buffers()[1], kind, len(cell), cell.offset * np.dtype(kind).itemsize)
