"""The columns of a file before anybody knows what they mean, and how texts and dates are read from them."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from plimsoll.data.dates import DateOrder, date_order, read_date
from plimsoll.data.text import NO_NUMBER, clean_cell
from plimsoll.errors import DataError

__all__ = ["Cells", "codes_of", "dates_of", "missing_as_nan", "numpy_of", "texts_of"]

# Not an arrow array: making one imports pandas.
_MISSING = f"^(?i:{'|'.join(map(re.escape, sorted(NO_NUMBER | {'nan', '.'})))})$"
# It begins where a run of blanks does: a cell full of them is not looked through again for each.
_TIME_OF_DAY = re.compile(r"(?<![T ])[T ]+\d{1,2}:\d\d.*")


@dataclass(frozen=True, slots=True)
class Cells:
    """A file as named columns, not yet understood.

    Parameters
    ----------
    file
        Name of the file as the user gave it.
    names
        Column names, outer blanks removed.
    columns
        One arrow array per name: text from a CSV file, any type from Parquet.
    form
        How the file was read, in words: delimiter, encoding, skipped lines.
    row
        From the index of a record to its row in the file, counted from 1 as an editor does; None where that
        cannot be told.
    delimiter
        Character between the fields; empty where there is none.
    """

    file: str
    names: tuple[str, ...]
    columns: tuple[pa.Array, ...]
    form: str
    row: Callable[[int], int | None]
    delimiter: str = ""

    def refuse(
        self, message: str, *, record: int | None = None, column: int | None = None, remedy: str
    ) -> DataError:
        """Return the error that names the file, the row and the column."""
        return DataError(
            message,
            file=self.file,
            row=None if record is None else self.row(record),
            column="" if column is None else self.names[column],
            remedy=remedy,
        )


def texts_of(cells: Cells, column: int) -> pa.Array:
    """Return a column as text without outer blanks; a null stays null.

    Raises
    ------
    DataError
        If the column holds lists, records or other things that are no text.
    """
    try:
        texts = pc.cast(cells.columns[column], pa.string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        kind = cells.columns[column].type
        raise cells.refuse(f"holds {kind}, not text", column=column, remedy="Write plain text.") from None
    return pc.utf8_trim_whitespace(texts)


def codes_of(cells: Cells, column: int) -> tuple[list[str], NDArray[np.int32]]:
    """Return the texts of a column, cleaned, and for each record which of them it has, shape (R,)."""
    encoded = texts_of(cells, column).dictionary_encode(null_encoding="encode")
    return [clean_cell(text or "") for text in encoded.dictionary.to_pylist()], numpy_of(
        encoded.indices, np.int32
    )


def dates_of(cells: Cells, column: int) -> tuple[NDArray[np.datetime64], str]:
    """Return a column as dates, shape (R,), and how they were read; times of day are cut off.

    The column as a whole tells days from months; see `plimsoll.data.dates`.

    Raises
    ------
    DataError
        If a date is missing or unreadable, or nothing in the column tells days from months.
    """
    kind = cells.columns[column].type
    if pa.types.is_timestamp(kind) and kind.tz is not None:
        days = pc.cast(pc.local_timestamp(cells.columns[column]), pa.date32(), safe=False)
    elif pa.types.is_temporal(kind) and not (pa.types.is_time(kind) or pa.types.is_duration(kind)):
        days = pc.cast(cells.columns[column], pa.date32(), safe=False)
    else:
        try:
            days = pc.cast(texts_of(cells, column), pa.date32())  # ISO dates and nothing else
        except pa.ArrowInvalid:
            return _dates_from_text(cells, column)
    if days.null_count:
        raise _no_date(cells, column, int(np.flatnonzero(np.isnat(_days(days)))[0]))
    return _days(days), ""


def _days(dates: pa.Array) -> NDArray[np.datetime64]:
    days = numpy_of(dates, np.int32).astype("datetime64[D]")
    days[~_valid(dates)] = np.datetime64("NaT")
    return days


def _valid(array: pa.Array) -> NDArray[np.bool_]:
    return numpy_of(pc.cast(pc.is_valid(array), pa.uint8()), np.uint8).astype(np.bool_)


def _no_date(cells: Cells, column: int, record: int) -> DataError:
    return cells.refuse(
        "the date is missing", record=record, column=column, remedy="Fill it in, or delete the row."
    )


def _dates_from_text(cells: Cells, column: int) -> tuple[NDArray[np.datetime64], str]:
    """Read dates from text; each different text is read once."""
    written, record = codes_of(cells, column)
    texts = [_TIME_OF_DAY.sub("", text) for text in written]
    order = date_order(texts)
    days = []
    for code, text in enumerate(texts):
        try:
            days.append(read_date(text, order))
        except DataError as error:
            first = int(np.flatnonzero(record == code)[0])
            if not text:
                raise _no_date(cells, column, first) from None
            raise cells.refuse(error.message, record=first, column=column, remedy=error.remedy) from None
    note = "" if order is DateOrder.UNKNOWN else f"{order} dates"
    return np.array(days, "datetime64[D]")[record], note


def missing_as_nan(texts: pa.Array) -> pa.Array:
    """Return `texts` with every way to say that there is no number written as nan."""
    return pc.replace_substring_regex(texts, _MISSING, "nan")


def numpy_of(array: pa.Array, kind: type[np.number]) -> NDArray[Any]:
    """Return a copy of the numbers behind an arrow array; its own way to numpy would import pandas."""
    return np.frombuffer(array.buffers()[1], kind)[array.offset : array.offset + len(array)].copy()
