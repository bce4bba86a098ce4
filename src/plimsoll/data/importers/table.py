"""Lines of text as a table: the separator, the header and the rows, each with its line number."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from plimsoll.data.importers.columns import known_columns
from plimsoll.data.importers.text_file import TextFile
from plimsoll.data.text import clean, clean_cell
from plimsoll.errors import DataError

__all__ = ["Row", "Table", "read_table"]

_SEPARATORS = {",": "','", ";": "';'", "\t": "tab", "|": "'|'"}
_HEADER_WITHIN = 200  # rows in which the header is looked for
_LONGEST_CELL = 16  # lines that a quoted cell may run over; beyond, its quote was never closed
_NEEDED = "A header needs a column 'symbol' (or ticker) and a column 'quantity' (or shares, qty, units)"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a file.

    Parameters
    ----------
    line
        Number of its first line, counted from 1.
    cells
        Trimmed, without empty cells at the end.
    lines
        How many lines it takes; above 1 where a quoted cell has line breaks.
    problem
        Why it could not be split into cells; empty where it could.
    """

    line: int
    cells: tuple[str, ...]
    lines: int = 1
    problem: str = ""

    @property
    def text(self) -> str:
        """The row in a few words, for messages."""
        text = ", ".join(cell for cell in self.cells if cell)
        return text if len(text) <= 60 else f"{text[:59]}…"


@dataclass(frozen=True, slots=True)
class Table:
    """A file as rows.

    Parameters
    ----------
    separator
        Comma, semicolon, tab or vertical bar.
    preamble
        Rows above the header, blank ones left out.
    header
        The first row that names a symbol and a quantity.
    rows
        Rows below the header, blank ones left out.
    """

    separator: str
    preamble: tuple[Row, ...]
    header: Row
    rows: tuple[Row, ...]

    @property
    def separator_name(self) -> str:
        """The separator as people name it."""
        return _SEPARATORS[self.separator]


def read_table(file: TextFile) -> Table:
    r"""Find separator and header of a file, and split it into rows.

    The separator is the one with which a row within the first 200 names the most known columns, symbol and
    quantity among them; of several, the one with which most rows are as wide as that header.

    Raises
    ------
    DataError
        If there is no such header, or nothing below it.

    Examples
    --------
    >>> lines = ("My book\n", "\n", "Ticker;Shares\n", "AAPL;10\n")
    >>> table = read_table(TextFile("book.csv", lines, "UTF-8", ""))
    >>> table.separator, table.header.line, table.rows
    (';', 3, (Row(line=4, cells=('AAPL', '10'), lines=1, problem=''),))
    """
    separator = max(_SEPARATORS, key=lambda separator: _fit(file.lines, separator))
    rows = tuple(_rows(file.lines, separator))
    place = next((index for index, row in enumerate(rows[:_HEADER_WITHIN]) if _is_header(row)), None)
    if place is None:
        raise _no_header(file.path, rows)
    if place + 1 == len(rows):
        raise DataError(
            f"there is a header in row {rows[place].line} and nothing below it",
            file=file.path,
            remedy="Add one row per position.",
        )
    return Table(separator, rows[:place], rows[place], rows[place + 1 :])


def _is_header(row: Row) -> bool:
    return {"symbol", "quantity"} <= known_columns(row.cells).keys()


def _fit(lines: Sequence[str], separator: str) -> tuple[int, int, int]:
    """Return how well a separator fits: known columns of the header, rows as wide as it, its width."""
    rows = list(islice(_rows(lines, separator), _HEADER_WITHIN))
    header = next((row for row in rows if _is_header(row)), None)
    if header is None:
        header = max(
            rows, key=lambda row: (len(known_columns(row.cells)), len(row.cells)), default=Row(1, ())
        )
        return (0, len(known_columns(header.cells)), len(header.cells))
    width = len(header.cells)
    return (len(known_columns(header.cells)), sum(len(row.cells) == width for row in rows), width)


def _rows(lines: Sequence[str], separator: str) -> Iterator[Row]:
    """Yield the rows that are not blank."""
    index = 0
    while index < len(lines):
        row = _row(lines, index, separator)
        index += row.lines
        if any(cell.strip(",;|") for cell in row.cells):
            yield row


def _row(lines: Sequence[str], index: int, separator: str) -> Row:
    """Return the row that begins on a line; a quote that is never closed spoils that line alone."""
    ahead = lines[index : index + _LONGEST_CELL]
    reader = csv.reader(ahead, delimiter=separator, skipinitialspace=True, strict=True)
    try:
        return Row(index + 1, _cells(next(reader)), reader.line_num)
    except csv.Error:
        line = lines[index]
    if line.count('"') % 2 == 0:
        try:
            return Row(
                index + 1, _cells(next(csv.reader([line], delimiter=separator, skipinitialspace=True)))
            )
        except csv.Error:
            return Row(index + 1, (clean(line[:200]),), problem="a cell is too long")
    return Row(index + 1, (clean(line[:200]),), problem='a quote (") is opened and not closed')


def _cells(cells: list[str]) -> tuple[str, ...]:
    cleaned = [clean_cell(cell) for cell in cells]
    while cleaned and not cleaned[-1]:
        cleaned.pop()
    return tuple(cleaned)


def _no_header(path: str, rows: Sequence[Row]) -> DataError:
    """Say which columns were found and which are needed."""
    if not rows:
        return DataError("the file has only blank rows", file=path, remedy=f"{_NEEDED}.")
    best = max(rows[:_HEADER_WITHIN], key=lambda row: (len(known_columns(row.cells)), len(row.cells)))
    missing = [name for name in ("symbol", "quantity") if name not in known_columns(best.cells)]
    found = ", ".join(f"'{cell[:30]}'" for cell in best.cells[:12])
    more = " …" if len(best.cells) > 12 else ""
    return DataError(
        f"no header was found: row {best.line} has {found}{more}, but no {' and no '.join(missing)}",
        file=path,
        remedy=f"{_NEEDED}; an ISIN alone is not enough.",
    )
