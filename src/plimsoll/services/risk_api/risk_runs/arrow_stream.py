"""Slices of a cube as an Arrow IPC stream: one row for each node, for programs that read tables."""

from plimsoll.wire.cube import CubeCut

__all__ = ["ARROW_STREAM", "arrow_stream"]

ARROW_STREAM = "application/vnd.apache.arrow.stream"

_ESTIMATES = ("var", "es")
_FIGURES = ("component_var", "component_es", "incremental_var", "incremental_es", "volatility", "worst_loss")


def arrow_stream(cut: CubeCut) -> bytes:
    """Return the nodes as a table.

    Parameters
    ----------
    cut
        What the JSON answer would say.

    Returns
    -------
    bytes
        Columns ``path`` (a list of labels), ``depth``, ``value``, ``positions``, ``var``, ``var_low``,
        ``var_high``, ``es``, ``es_low``, ``es_high`` and the further figures; a missing one is null. Base
        currency, attributes and run are in the metadata of the schema.
    """
    import pyarrow as pa

    nodes = cut.nodes
    columns: dict[str, pa.Array] = {
        "path": pa.array([list(node.path) for node in nodes], pa.list_(pa.string())),
        "depth": pa.array([len(node.path) for node in nodes], pa.int32()),
        "value": pa.array([node.value for node in nodes], pa.float64()),
        "positions": pa.array([node.positions for node in nodes], pa.int64()),
    }
    for name in _ESTIMATES:
        for column, end in ((name, "value"), (f"{name}_low", "low"), (f"{name}_high", "high")):
            columns[column] = pa.array([getattr(getattr(node, name), end) for node in nodes], pa.float64())
    for name in _FIGURES:
        columns[name] = pa.array([getattr(node, name) for node in nodes], pa.float64())
    facts = {"risk_run": str(cut.risk_run), "by": ",".join(cut.by), "base_currency": cut.base_currency}
    table = pa.table(columns).replace_schema_metadata(facts)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue().to_pybytes())
