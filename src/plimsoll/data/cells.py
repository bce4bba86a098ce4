"""The columns of a file before anybody knows what they mean, and how dates and numbers are read from them."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from plimsoll.data.dates import DateOrder, date_order, read_date
from plimsoll.data.text import NO_NUMBER, clean
from plimsoll.errors import DataError

__all__ = ["Cells", "codes_of", "dates_of", "decimal_comma", "numbers_of", "texts_of"]

# Not an arrow array: making one imports pandas.
_MISSING = f"^(?i:{'|'.join(map(re.escape, sorted(NO_NUMBER | {'nan', '.'})))})$"
_TIME_OF_DAY = re.compile(r"[T ]+\d{1,2}:\d\d.*")
_GROUPED = r"^[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d*)?$"
_WITH_COMMA = r"^[+-]?(\d+|[1-9]\d{0,2}(\.\d{3})+)?,\d*([eE][+-]?\d+)?$"
_PRICE_REMEDY = "Write a number, or leave the cell empty where there is no price."


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
    return [clean(text or "") for text in encoded.dictionary.to_pylist()], _values(encoded.indices, np.int32)


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
    days = _values(dates, np.int32).astype("datetime64[D]")
    days[~_valid(dates)] = np.datetime64("NaT")
    return days


def _values(array: pa.Array, kind: type[np.number]) -> NDArray[Any]:
    """Return a copy of the numbers behind an arrow array; its own way to numpy would import pandas."""
    return np.frombuffer(array.buffers()[1], kind)[array.offset : array.offset + len(array)].copy()


def _valid(array: pa.Array) -> NDArray[np.bool_]:
    return _values(pc.cast(pc.is_valid(array), pa.uint8()), np.uint8).astype(np.bool_)


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


def decimal_comma(cells: Cells, columns: Sequence[int]) -> bool:
    """Tell whether the numbers of `columns` are written as 1.234,56.

    Raises
    ------
    DataError
        If every comma may as well group thousands (``1,234``) and nothing else tells.
    """
    texts = [texts_of(cells, j) for j in columns if not _is_numeric(cells.columns[j].type)]
    commas = [pc.filter(text, pc.match_substring(text, ",")) for text in texts]
    marked = [text for text in commas if len(text)]
    if not marked:
        return False
    if not all(pc.all(pc.match_substring_regex(text, _GROUPED)).as_py() for text in marked):
        return True
    if cells.delimiter == "," or any(pc.any(pc.match_substring(text, ".")).as_py() for text in texts):
        return False
    if cells.delimiter == ";":
        return True
    message = f"'{marked[0][0].as_py()}' may be {marked[0][0].as_py().replace(',', '')} or a decimal comma"
    raise cells.refuse(message, remedy="Write numbers as 1234.56.")


def numbers_of(cells: Cells, column: int, *, comma: bool = False) -> NDArray[np.float64]:
    """Return a column as numbers, shape (R,); what is missing is NaN.

    Missing are nulls, `plimsoll.data.text.NO_NUMBER`, ``NaN`` and a lone dot, in capitals or not.

    Raises
    ------
    DataError
        If a cell is infinite or no number; row and column are named.
    """
    if _is_numeric(cells.columns[column].type):
        numbers = pc.cast(cells.columns[column], pa.float64(), safe=False)
    else:
        texts = texts_of(cells, column)
        try:
            numbers = pc.cast(texts, pa.float64())
        except pa.ArrowInvalid:
            numbers = _numbers_from_text(cells, column, texts, comma)
    values = _values(numbers, np.float64)
    values[~_valid(numbers)] = np.nan
    if np.isinf(values).any():
        record = int(np.flatnonzero(np.isinf(values))[0])
        raise cells.refuse("the price is infinite", record=record, column=column, remedy=_PRICE_REMEDY)
    return values


def _numbers_from_text(cells: Cells, column: int, texts: pa.Array, comma: bool) -> pa.Array:
    """Read numbers from text that arrow does not take as it is."""
    present = pc.replace_substring_regex(texts, _MISSING, "nan")
    if comma:
        marked = pc.match_substring_regex(present, _WITH_COMMA)
        plain = pc.replace_substring(pc.replace_substring(present, ".", ""), ",", ".")
    else:
        marked = pc.match_substring_regex(present, _GROUPED)
        plain = pc.replace_substring(present, ",", "")
    readable = pc.if_else(marked, plain, present)
    try:
        return pc.cast(readable, pa.float64())
    except pa.ArrowInvalid:
        record, text = _first_unreadable(readable, texts)
        message = f"'{text[:30]}' is not a price"
        raise cells.refuse(message, record=record, column=column, remedy=_PRICE_REMEDY) from None


def _first_unreadable(numbers: pa.Array, texts: pa.Array) -> tuple[int, str]:
    """Return the index and the text of the first cell that arrow cannot cast, by halving."""
    low, high = 0, len(numbers)
    while high - low > 1:
        middle = (low + high) // 2
        try:
            pc.cast(numbers[low:middle], pa.float64())
            low = middle
        except pa.ArrowInvalid:
            high = middle
    return low, texts[low].as_py()


def _is_numeric(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))
