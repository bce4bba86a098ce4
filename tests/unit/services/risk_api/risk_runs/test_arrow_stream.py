"""Slices of a cube as an Arrow stream."""

import pyarrow as pa

from plimsoll.services.risk_api.risk_runs.arrow_stream import arrow_stream
from plimsoll.wire.cube import CubeCut
from wire_examples import examples

CUT = CubeCut.model_validate(examples(CubeCut)[0])


def test_each_node_is_a_row() -> None:
    """Every figure of the JSON answer is a column, one row for each node."""
    table = pa.ipc.open_stream(arrow_stream(CUT)).read_all()
    assert table.column_names == [
        *("path", "depth", "value", "positions", "var", "var_low", "var_high", "es", "es_low", "es_high"),
        *("component_var", "component_es", "incremental_var", "incremental_es", "volatility", "worst_loss"),
    ]
    for row, node in zip(table.to_pylist(), CUT.nodes, strict=True):
        assert (row["path"], row["depth"]) == (list(node.path), len(node.path))
        assert (row["var"], row["es_high"], row["value"]) == (node.var.value, node.es.high, node.value)


def test_what_is_missing_is_null() -> None:
    """A figure that is not there is null, not zero and not NaN."""
    node = CUT.nodes[0]
    without = node.model_copy(update={"var": node.var.model_copy(update={"low": None}), "value": None})
    cut = CUT.model_copy(update={"nodes": (without,)})
    (row,) = pa.ipc.open_stream(arrow_stream(cut)).read_all().to_pylist()
    assert (row["var_low"], row["value"]) == (None, None)


def test_the_stream_says_what_it_is() -> None:
    """Run, attributes and currency are in the metadata of the schema; no node is an empty table."""
    table = pa.ipc.open_stream(arrow_stream(CUT.model_copy(update={"nodes": ()}))).read_all()
    assert table.num_rows == 0
    assert table.schema.metadata == {
        b"risk_run": str(CUT.risk_run).encode(),
        b"by": b"desk",
        b"base_currency": b"USD",
    }
