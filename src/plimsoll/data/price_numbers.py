"""Columns of prices as numbers: one decimal sign for the file, and no cell read against it."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from plimsoll.data.cells import Cells, missing_as_nan, numpy_of, texts_of

__all__ = ["prices_of"]

_HUGE = 1e15
_TINY = 1e-30
_REMEDY = "Write a number, or leave the cell empty where there is no price."
_BLANKS = "['’ \u00a0\u2009\u202f]"
_DRESSED = "^=\"|['’ \u00a0\u2009\u202f$€£¥₹₩₪]"
_SIGN = "[$€£¥₹₩₪]"
_GROUPED = rf"^[+-]?[1-9]\d{{0,2}}({_BLANKS}\d{{3}})+([.,]\d*)?$"


def prices_of(cells: Cells, columns: Sequence[int]) -> tuple[NDArray[np.float64], list[str]]:
    """Return columns as prices, shape (R, C), missing ones NaN, and in words how they were read.

    A cell that can be read in one way only tells the decimal sign of the file, and the comma goes first:
    a cell that does not fit it is refused, never read with a point. If nothing tells, commas between the
    fields or tabs mean decimal points, and semicolons mean decimal commas; that guess is among the words.

    Missing are nulls, `plimsoll.data.text.NO_NUMBER`, ``NaN`` and a lone dot, in capitals or not. Thousands
    may be grouped by blanks and apostrophes; a currency sign is left out.

    Raises
    ------
    DataError
        If a cell is no number or above 1e15 or below 1e-30 in size, row and column named; or if ``1,234``
        may be either and the fields are separated by tabs or bars.
    """
    texts = {j: _bare(texts_of(cells, j)) for j in columns if not _is_numeric(cells.columns[j].type)}
    comma, guess = _decimal_comma(cells, list(texts.values()))
    values = np.column_stack([_numbers_of(cells, j, texts.get(j), comma) for j in columns])
    return values, [text for text in ("decimal comma" if comma else "", guess) if text]


def _bare(texts: pa.Array) -> pa.Array:
    """Return numbers without currency signs, blanks and apostrophes between digits, and Excel's ``="…"``."""
    if not pc.any(pc.match_substring_regex(texts, _DRESSED)).as_py():
        return texts
    bare = pc.replace_substring_regex(texts, r'^="(.*)"$', r"\1")
    bare = pc.replace_substring_regex(bare, rf"^([+-]?) ?{_SIGN} ?([.,]?\d)", r"\1\2")
    bare = pc.replace_substring_regex(bare, rf"(\d[.,]?){_BLANKS}?{_SIGN}$", r"\1")
    grouped = pc.match_substring_regex(bare, _GROUPED)
    return pc.if_else(grouped, pc.replace_substring_regex(bare, _BLANKS, ""), bare)


def _number(decimal: str, group: str) -> str:
    """Return the pattern of a number with these signs; with an exponent it has no groups."""
    fraction = rf"([{decimal}]\d*)?"
    return rf"^[+-]?(\d*{fraction}([eE][+-]?\d+)?|[1-9]\d{{0,2}}([{group}]\d{{3}})+{fraction})$"


def _decimal_comma(cells: Cells, texts: Sequence[pa.Array]) -> tuple[str, str]:
    """Return a cell with a decimal comma, empty if the file has points, and in words what was guessed."""
    if cells.delimiter == "," and not any(pc.any(pc.match_substring(text, ",")).as_py() for text in texts):
        return "", ""
    point = unclear = ""
    for text in texts:
        marked = text.filter(pc.match_substring_regex(text, "[.,]")).drop_null()
        as_comma = pc.match_substring_regex(marked, _number(",", "."))
        as_point = pc.match_substring_regex(marked, _number(".", ","))
        if sure := _first(marked, pc.and_not(as_comma, as_point)):
            return sure, ""
        point = point or _first(marked, pc.and_not(as_point, as_comma))
        unclear = unclear or _first(marked, pc.and_(as_comma, as_point))
    if point or not unclear or cells.delimiter == ",":
        return "", ""
    return _guessed(cells, unclear)


def _first(texts: pa.Array, chosen: pa.Array) -> str:
    """Return the first chosen text, empty if there is none."""
    return str(next(iter(texts.filter(chosen)[:1].to_pylist()), ""))


def _guessed(cells: Cells, text: str) -> tuple[str, str]:
    """Return as `_decimal_comma` what the delimiter says of a number that can be read in two ways."""
    if cells.delimiter == ";":
        why = "taken with a decimal comma, because the fields are separated by semicolons"
        return text, f"'{text}' could be read in two ways; {why}"
    if "," in text:
        message = f"'{text}' may be {text.replace(',', '')} or a decimal comma"
        raise cells.refuse(message, remedy="Write numbers as 1234.56.")
    return "", f"'{text}' could be read in two ways; taken with a decimal point"


def _numbers_of(cells: Cells, column: int, texts: pa.Array | None, comma: str) -> NDArray[np.float64]:
    """Return one column as numbers, shape (R,); what is missing is NaN."""
    if texts is None:
        numbers = pc.cast(cells.columns[column], pa.float64(), safe=False)
    else:
        numbers = _read(cells, column, texts, comma)
    values = numpy_of(numbers, np.float64)
    values[~numpy_of(pc.cast(pc.is_valid(numbers), pa.uint8()), np.uint8).astype(np.bool_)] = np.nan
    size = np.abs(values)
    wrong = (size > _HUGE) | ((size < _TINY) & (size > 0))
    if wrong.any():
        record = int(np.flatnonzero(wrong)[0])
        shown = "infinite" if np.isinf(values[record]) else f"{values[record]:g}, which is likely wrong"
        raise cells.refuse(f"the price is {shown}", record=record, column=column, remedy=_REMEDY)
    return values


def _read(cells: Cells, column: int, texts: pa.Array, comma: str) -> pa.Array:
    """Read numbers from text. Arrow alone would take the 1.239 of a decimal comma file as a little over 1."""
    if not comma:
        try:
            return pc.cast(texts, pa.float64())
        except pa.ArrowInvalid:
            pass
    present = missing_as_nan(texts)
    group = "." if comma else ","
    fits = pc.match_substring_regex(present, _number(",", ".") if comma else _number(".", ","))
    plain = pc.replace_substring(pc.replace_substring(present, group, ""), ",", ".")
    # What has a point and does not fit a decimal comma is spoilt, so that it is refused below.
    rest = pc.replace_substring(present, ".", "?") if comma else present
    readable = pc.if_else(fits, plain, rest)
    try:
        return pc.cast(readable, pa.float64())
    except pa.ArrowInvalid:
        record = _first_unreadable(readable)
        shown = f"'{texts_of(cells, column)[record].as_py()[:30]}'"
        message = f"{shown} is not a price" + (
            f" with a decimal comma, as in '{comma[:30]}'" if comma else ""
        )
        raise cells.refuse(message, record=record, column=column, remedy=_REMEDY) from None


def _first_unreadable(numbers: pa.Array) -> int:
    """Return the index of the first cell that arrow cannot cast, by halving."""
    low, high = 0, len(numbers)
    while high - low > 1:
        middle = (low + high) // 2
        try:
            pc.cast(numbers[low:middle], pa.float64())
            low = middle
        except pa.ArrowInvalid:
            high = middle
    return low


def _is_numeric(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))
