"""Messages as data frames, for those who want them."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from uuid import UUID

from plimsoll.errors import UnavailableError
from plimsoll.wire.cube import CubeCut
from plimsoll.wire.model import WireModel
from plimsoll.wire.positions import Holdings

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

__all__ = ["to_pandas", "to_polars"]

_Rows = Iterable[WireModel] | Holdings | CubeCut


def to_polars(rows: _Rows) -> "pl.DataFrame":
    """Return messages as a polars frame, one row for each.

    Parameters
    ----------
    rows
        Any messages of one kind, such as what ``client.runs()`` yields; or a cut of a cube, whose attributes
        become columns (null in the totals above them); or holdings, whose positions are the rows.

    Returns
    -------
    polars.DataFrame
        Columns in the order of the fields; what is missing is null.
    """
    import polars as pl

    return pl.DataFrame([_plain(row) for row in _records(rows)], infer_schema_length=None)


def to_pandas(rows: _Rows) -> "pd.DataFrame":
    """Return messages as a pandas frame, one row for each; see `to_polars`.

    Raises
    ------
    UnavailableError
        If pandas is not installed.
    """
    try:
        import pandas as pd
    except ModuleNotFoundError as error:
        raise UnavailableError(
            "pandas is not installed", remedy="pip install 'plimsoll-risk[pandas]'"
        ) from error

    return pd.DataFrame([_plain(row) for row in _records(rows)])


def _records(rows: _Rows) -> list[dict[str, Any]]:
    if isinstance(rows, Holdings):
        return [_position(position.model_dump()) for position in rows.positions]
    if isinstance(rows, CubeCut):
        return [_node(rows.by, node.model_dump()) for node in rows.nodes]
    return [row.model_dump() for row in rows]


def _node(by: tuple[str, ...], node: dict[str, Any]) -> dict[str, Any]:
    path = node.pop("path")
    labels = dict(zip(by, (*path, *(None,) * len(by)), strict=False))
    return {**labels, **node}


def _position(position: dict[str, Any]) -> dict[str, Any]:
    """Return a position with a column for each attribute; one named like a field is marked."""
    attributes = position.pop("attributes")
    return position | {
        f"attribute_{name}" if name in position else name: value for name, value in attributes.items()
    }


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """Return what a frame can hold: ids as text, words for enumerations."""
    return {name: str(value) if isinstance(value, str | UUID) else value for name, value in row.items()}
