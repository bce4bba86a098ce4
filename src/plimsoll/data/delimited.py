"""Delimited text of any encoding and delimiter, read into columns of text."""

import csv
import io
from collections.abc import Callable, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

from plimsoll.data.cells import Cells
from plimsoll.data.text import clean_cell, decode, read_bytes
from plimsoll.errors import DataError

__all__ = ["REMEDY", "read_delimited"]

REMEDY = "Give a CSV file, packed by gzip or not, a Parquet file, a directory of them, or demo."

_CHUNK = 1 << 20
_LARGEST = 2 << 30
_PREAMBLE = 50
_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}
_BLANK = r"^\s*$"


def read_delimited(
    path: Path, is_header: Callable[[Sequence[str]], bool], *, largest: int = _LARGEST
) -> Cells:
    """Read a CSV file, packed by gzip or not, into columns of text.

    Delimiter (comma, semicolon, tab, ``|``) and encoding are detected by content. The header is the first of
    the first 50 lines that `is_header` accepts, else the first with two fields. Blank rows are no rows. If
    the first row ends in an empty field more than the header, all rows must.

    Parameters
    ----------
    path
        The file.
    is_header
        Tells whether the fields of a line, outer blanks removed, are those of a header.
    largest
        Bytes, unpacked, above which a file is refused.

    Raises
    ------
    DataError
        If `read_bytes` or `decode` refuses the file, or it has no header, no row below it, or a row with
        more or fewer fields than the header.
    """
    file = str(path)
    text, encoding = decode(read_bytes(path, largest=largest, remedy=REMEDY, unpack=True), file, REMEDY)
    data = text.encode()
    del text  # up to four times as large as the file
    lines = data[:_CHUNK].splitlines(keepends=True)[:_PREAMBLE]
    above, delimiter, names = _header(lines, is_header, file)
    body = data[sum(map(len, lines[: above + 1])) :]
    width = len(names) + _has_surplus(body, delimiter, len(names))
    columns = _columns(body, delimiter, width, file, above + 1)
    if pc.any(pc.match_substring_regex(pa.chunked_array(columns[len(names) :], pa.string()), r"\S")).as_py():
        message = f"the rows have {width} fields, but the header only {len(names)}"
        raise DataError(message, file=file, row=above + 1, remedy="Name every column in the header.")
    columns = columns[: len(names)]
    form = f"{_DELIMITERS[delimiter]} between the fields, {encoding}"
    if skipped := sum(1 for line in lines[:above] if line.strip()):
        form += f", lines skipped above the header: {skipped}"

    def row(record: int) -> int | None:
        line = _line(body, delimiter, lambda index, _: index == record)
        return None if line is None else above + 1 + line

    return Cells(file, names, columns, form, row, delimiter)


def _header(
    lines: Sequence[bytes], is_header: Callable[[Sequence[str]], bool], file: str
) -> tuple[int, str, tuple[str, ...]]:
    """Return the index of the header line, its delimiter and its names."""
    fallback: tuple[int, str, tuple[str, ...]] | None = None
    for index, line in enumerate(lines):
        for delimiter in sorted(_DELIMITERS, key=lambda mark: -line.count(mark.encode())):
            names = _fields(line.decode(errors="replace"), delimiter)
            if len(names) > 1 and is_header(names):
                return index, delimiter, names
            if len(names) > 1 and fallback is None:
                fallback = index, delimiter, names
    if fallback is None:
        remedy = "The first row must name the columns: date, then one per symbol."
        raise DataError("has no header with two columns", file=file, remedy=remedy)
    return fallback


def _fields(line: str, delimiter: str) -> tuple[str, ...]:
    """Split one line; none where the line is no delimited text."""
    try:
        return tuple(
            clean_cell(field) for field in next(csv.reader([line.rstrip("\r\n")], delimiter=delimiter), [])
        )
    except csv.Error:
        return ()


def _has_surplus(body: bytes, delimiter: str, width: int) -> bool:
    """Tell whether the first row that is not blank has an empty field more than the header."""
    lines = (line.decode(errors="replace") for line in body[:_CHUNK].splitlines())
    fields = next((_fields(line, delimiter) for line in lines if line.strip(f"{delimiter} \t")), ())
    return len(fields) == width + 1 and not fields[-1]


def _columns(body: bytes, delimiter: str, width: int, file: str, above: int) -> tuple[pa.Array, ...]:
    """Read the rows below the header as columns of text."""
    if not body.strip(b" \t\r\n" + delimiter.encode()):
        raise DataError(
            "has a header but no prices", file=file, remedy="Add at least one row below the header."
        )
    wrong: list[arrow_csv.InvalidRow] = []

    def keep(row: arrow_csv.InvalidRow) -> str:
        if row.text.strip(f'{delimiter} \t"'):
            wrong.append(row)
        return "skip"

    names = [str(j) for j in range(width)]
    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(body),
            read_options=arrow_csv.ReadOptions(use_threads=False, column_names=names, block_size=8 * _CHUNK),
            parse_options=arrow_csv.ParseOptions(
                delimiter=delimiter, newlines_in_values=b'"' in body, invalid_row_handler=keep
            ),
            convert_options=arrow_csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string())),
        )
    except pa.ArrowInvalid as error:
        raise DataError(f"cannot be read as CSV: {error}", file=file, remedy=REMEDY) from None
    if wrong:
        line = _line(body, delimiter, lambda _, fields: fields != width)
        row = None if line is None else above + line
        message = f"has {wrong[0].actual_columns} fields instead of {width}"
        raise DataError(
            message, file=file, row=row, remedy="Give every row one field per column; quote commas."
        )
    columns = [column.combine_chunks() for column in table.columns]
    return _without_blank_rows(columns)


def _without_blank_rows(columns: Sequence[pa.Array]) -> tuple[pa.Array, ...]:
    """Leave out rows in which every cell is blank; spreadsheets add them below the table."""
    blank = pc.match_substring_regex(columns[0], _BLANK)
    for column in columns[1:]:
        if not pc.any(blank).as_py():
            return tuple(columns)
        blank = pc.and_(blank, pc.match_substring_regex(column, _BLANK))
    return tuple(column.filter(pc.invert(blank)) for column in columns)


def _line(body: bytes, delimiter: str, wanted: Callable[[int, int], bool]) -> int | None:
    """Return the line, from 1, on which the first record ends whose index and width are `wanted`."""
    reader = csv.reader(io.StringIO(body.decode(), newline=""), delimiter=delimiter)
    filled = ((reader.line_num, len(fields)) for fields in reader if any(field.strip() for field in fields))
    try:
        return next((line for index, (line, width) in enumerate(filled) if wanted(index, width)), None)
    except csv.Error:
        return None
