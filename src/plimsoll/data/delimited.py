"""Delimited text of any encoding and delimiter, read into columns of text."""

import codecs
import csv
import gzip
import io
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

from plimsoll.data.cells import Cells
from plimsoll.errors import DataError

__all__ = ["read_delimited"]

_CHUNK = 1 << 20
_LARGEST = 2 << 30
_PREAMBLE = 50
_CONTROL = bytes(sorted(set(range(32)) - set(b"\t\n\r\f\x1a")))
_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab"}
_BLANK = r"^\s*$"
_REMEDY = "Save the prices as CSV or Parquet."


def read_delimited(
    path: Path, is_header: Callable[[Sequence[str]], bool], *, largest: int = _LARGEST
) -> Cells:
    """Read a CSV file, packed by gzip or not, into columns of text.

    Delimiter (comma, semicolon, tab) and encoding (UTF-8, UTF-16, Latin-1) are detected by content. The
    header is the first of the first 50 lines that `is_header` accepts, else the first with two fields. Blank
    rows are no rows.

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
        If the file is empty, binary, too large, has a line above 1 MiB, no header, no row below it, or a row
        with more or fewer fields than the header.
    """
    file = str(path)
    data, encoding = _as_utf8(_unpacked(path, largest), file)
    lines = data[:_CHUNK].splitlines(keepends=True)[:_PREAMBLE]
    above, delimiter, names = _header(lines, is_header, file)
    body = data[sum(map(len, lines[: above + 1])) :]
    columns = _columns(body, delimiter, len(names), file, above + 1)
    form = f"{_DELIMITERS[delimiter]} between the fields, {encoding}"
    if skipped := sum(1 for line in lines[:above] if line.strip()):
        form += f", lines skipped above the header: {skipped}"

    def row(record: int) -> int | None:
        line = _line(body, delimiter, lambda index, _: index == record)
        return None if line is None else above + 1 + line

    return Cells(file, names, columns, form, row, delimiter)


def _unpacked(path: Path, largest: int) -> bytes:
    """Return the bytes of a file, one MiB at a time, so that a line without end is refused at once."""
    file = str(path)
    chunks: list[bytes] = []
    size = 0
    with path.open("rb") as raw:
        packed = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        stream = gzip.GzipFile(fileobj=raw) if packed else raw
        try:
            while chunk := stream.read(_CHUNK):
                if len(chunk) == _CHUNK and not (b"\n" in chunk or b"\r" in chunk):
                    raise DataError("has a line longer than 1 MiB", file=file, remedy=_REMEDY)
                chunks.append(chunk)
                size += len(chunk)
                if size > largest:
                    raise DataError(
                        f"is larger than {largest:,} bytes", file=file, remedy="Save it as Parquet."
                    )
        except (EOFError, zlib.error, gzip.BadGzipFile):
            raise DataError(
                "is packed by gzip, but damaged", file=file, remedy="Fetch or pack it again."
            ) from None
    return b"".join(chunks)


def _as_utf8(data: bytes, file: str) -> tuple[bytes, str]:
    """Return the text of a file as UTF-8 without a byte order mark, and the name of its encoding."""
    if not data.strip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n"):
        raise DataError(
            "is empty", file=file, remedy="Give a file with a header and at least one row of prices."
        )
    if data.startswith(b"PK\x03\x04"):
        raise DataError("is a zip archive or a spreadsheet", file=file, remedy=f"Unpack it. {_REMEDY}")
    encoding = _encoding(data)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        if encoding != "utf-8-sig":
            raise DataError("is cut short or no text", file=file, remedy=_REMEDY) from None
        encoding = "latin-1"
        text = data.decode(encoding)
    if any(chr(code) in text[:_CHUNK] for code in _CONTROL):
        raise DataError("is binary, not text", file=file, remedy=_REMEDY)
    name = {"utf-8-sig": "UTF-8", "latin-1": "Latin-1"}.get(encoding, "UTF-16")
    return text.encode(), name


def _encoding(data: bytes) -> str:
    """Guess an encoding from the byte order mark, or from where the zero bytes of UTF-16 fall."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    head = data[:1024]
    if head[1::2].count(0) > len(head) // 4 and not head[::2].count(0):
        return "utf-16-le"
    if head[::2].count(0) > len(head) // 4 and not head[1::2].count(0):
        return "utf-16-be"
    return "utf-8-sig"


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
            field.strip() for field in next(csv.reader([line.rstrip("\r\n")], delimiter=delimiter), [])
        )
    except csv.Error:
        return ()


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
        raise DataError(f"cannot be read as CSV: {error}", file=file, remedy=_REMEDY) from None
    if wrong:
        line = _line(body, delimiter, lambda _, fields: fields != width)
        row = None if line is None else above + line
        message = f"has {wrong[0].actual_columns} fields where the header has {width}"
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
