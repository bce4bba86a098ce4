"""Parquet files as columns, measured before and while they are unpacked: a few bytes may stand for many."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as parquet

from plimsoll.errors import DataError

__all__ = ["read_parquet_columns"]

_MIB = 1 << 20
_ROWS = 1 << 16  # at a time
_SMALLER = "Split it into smaller files."


def read_parquet_columns(path: Path, *, most_cells: int, most_bytes: int) -> tuple[list[str], list[pa.Array]]:
    """Read a Parquet file.

    Parameters
    ----------
    path
        Of the file.
    most_cells
        Rows × columns above which it is refused, before anything is unpacked.
    most_bytes
        Unpacked bytes above which it is refused, whatever the file says of itself.

    Returns
    -------
    names, columns
        As they are in the file; texts are not dictionaries.

    Raises
    ------
    DataError
        If the file is damaged or too large, or a column holds lists or records.
    """
    file = str(path)
    try:
        with parquet.ParquetFile(path) as stored:
            schema, metadata = stored.schema_arrow, stored.metadata
            _refuse_large(metadata, most_cells, most_bytes, file)
            texts = [field.name for field in schema if _is_text(_checked(field, file).type)]
        with parquet.ParquetFile(path, read_dictionary=texts) as stored:
            batches = list(_within(stored.iter_batches(_ROWS, use_threads=False), most_bytes, file))
            table = pa.Table.from_batches(batches, batches[0].schema if batches else stored.schema_arrow)
    except (pa.ArrowException, OSError) as error:
        message = f"is a damaged Parquet file: {str(error).splitlines()[0]}"
        raise DataError(message, file=file, remedy="Write it again.") from None
    return table.column_names, [_plain(column.combine_chunks()) for column in table.columns]


def _refuse_large(metadata: parquet.FileMetaData, most_cells: int, most_bytes: int, file: str) -> None:
    rows, columns = metadata.num_rows, metadata.num_columns
    if rows * columns > most_cells:
        message = f"is too large: {rows:,} × {columns:,} prices"
        raise DataError(message, file=file, remedy="Leave out symbols or dates that are not needed.")
    groups = map(metadata.row_group, range(metadata.num_row_groups))
    if sum(group.total_byte_size for group in groups) > most_bytes:
        raise _too_large(most_bytes, file)


def _checked(field: pa.Field, file: str) -> pa.Field:
    if pa.types.is_nested(field.type):
        raise DataError(f"holds {field.type}", file=file, column=field.name, remedy="Write plain values.")
    return field


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _within(batches: Iterator[pa.RecordBatch], most_bytes: int, file: str) -> Iterator[pa.RecordBatch]:
    """Yield batches until together they would take too much memory with every text written out."""
    taken = 0
    for batch in batches:
        taken += sum(map(_written_out, batch.columns))
        if taken > most_bytes:
            raise _too_large(most_bytes, file)
        yield batch


def _written_out(column: pa.Array) -> int:
    if not isinstance(column, pa.DictionaryArray) or not len(column.dictionary):
        return int(column.nbytes)
    lengths = pc.cast(pc.binary_length(column.dictionary), pa.int64())
    return len(column) * 8 + int(pc.sum(lengths.take(column.indices)).as_py() or 0)


def _plain(column: pa.Array) -> pa.Array:
    return column.dictionary_decode() if isinstance(column, pa.DictionaryArray) else column


def _too_large(most_bytes: int, file: str) -> DataError:
    return DataError(f"the file is larger than {most_bytes // _MIB:,} MiB", file=file, remedy=_SMALLER)
