"""Portfolio files as tables of text: every row is imported, ignored as a total or refused, and told of."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from plimsoll.data.importers.account import IMPORT, describe_layout, describe_notes, listed
from plimsoll.data.importers.cells import Cells, Note, read_conventions, without_account_type
from plimsoll.data.importers.columns import assign_columns
from plimsoll.data.importers.instruments import read_instrument
from plimsoll.data.importers.table import Row, read_table
from plimsoll.data.importers.text_file import read_text_file
from plimsoll.data.importers.totals import is_total
from plimsoll.errors import DataError
from plimsoll.risk.assumptions import Assumption
from plimsoll.risk.failures import Failure, Reason
from plimsoll.risk.portfolio import Kind, Portfolio, Position

__all__ = ["ImportedPortfolio", "read_portfolio"]

_OPTION_COLUMNS = ("underlying", "volatility", "rate", "dividend_yield")
_ROWS_NAMED = 3


@dataclass(frozen=True, slots=True)
class ImportedPortfolio:
    """A portfolio file and the account of how it was read.

    Parameters
    ----------
    portfolio
        Named after the file, positions in the order of their rows.
    failures
        One for each refused row, in the order of the file.
    assumptions
        What was decided in reading; the first one describes the file's layout.
    sha256
        Hexadecimal hash of the file's bytes.
    """

    portfolio: Portfolio
    failures: tuple[Failure, ...]
    assumptions: tuple[Assumption, ...]
    sha256: str


def read_portfolio(path: str | Path) -> ImportedPortfolio:
    r"""Read a portfolio file: CSV or any other separated text, in any usual encoding and number format.

    Parameters
    ----------
    path
        The file. ``symbol,quantity`` is enough; ``docs/guide/portfolio-files.md`` has all rules.

    Returns
    -------
    ImportedPortfolio
        At least one position. A row that cannot be used is a failure with its row number, column and remedy.

    Raises
    ------
    DataError
        If the file as a whole cannot be used: missing, unreadable, no text, without a header, or without
        a single usable row.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "book.csv")
    ...     _ = file.write_text("Ticker;Shares;Price\nSAP;1.000;120,50\nAir Liquide;many;\n")
    ...     imported = read_portfolio(file)
    >>> sap = imported.portfolio.positions[0]
    >>> sap.instrument.symbol, sap.quantity, sap.price
    ('SAP', 1000.0, 120.5)
    >>> [(failure.item, failure.row, failure.column) for failure in imported.failures]
    [('Air Liquide', 3, 'Shares')]
    """
    file = read_text_file(path)
    table = read_table(file)
    try:
        columns = without_account_type(table, assign_columns(table.header.cells))
    except DataError as error:
        raise DataError(
            error.message, file=file.path, row=table.header.line, column=error.column, remedy=error.remedy
        ) from error
    conventions = read_conventions(table, columns)
    ignored: list[Row] = []
    positions: list[Position] = []
    failures: list[Failure] = []
    notes: dict[Note, list[str]] = defaultdict(list)
    for row in table.rows:
        cells = Cells(row, columns, conventions)
        try:
            if row.cells == table.header.cells or is_total(cells):
                ignored.append(row)
                continue
            positions.append(_position(cells))
        except DataError as error:
            failures.append(_failure(cells, error))
        else:
            for note in cells.notes:
                notes[note].append(positions[-1].instrument.symbol)
    if not positions:
        raise _nothing_usable(file.path, failures)
    assumptions = [
        describe_layout(file, table, columns, conventions),
        *_describe_rows(ignored, table.rows, positions),
        *describe_notes(notes),
    ]
    portfolio = Portfolio(Path(file.path).stem, tuple(positions))
    return ImportedPortfolio(portfolio, tuple(failures), tuple(assumptions), file.sha256)


def _position(cells: Cells) -> Position:
    if cells.row.problem:
        raise DataError(cells.row.problem, remedy="Correct the row.")
    width = len(cells.columns.header)
    if len(cells.row.cells) > width:
        raise DataError(
            f"the row has {len(cells.row.cells)} cells but the header only {width}",
            remedy="Put quotes around a cell that contains the separator.",
        )
    instrument = read_instrument(cells)
    quantity = cells.plain_number("quantity")
    if quantity is None:
        raise cells.refusal("quantity", "the quantity is missing", "Fill it in; 0 is fine.")
    is_option = instrument.kind is Kind.OPTION
    return Position(
        instrument=instrument,
        quantity=quantity,
        price=cells.plain_number("price"),
        attributes=cells.attributes(and_known=() if is_option else _OPTION_COLUMNS),
        row=cells.row.line,
    )


def _failure(cells: Cells, error: DataError) -> Failure:
    item = cells.text("symbol")
    return Failure(
        Reason.REFUSED_ROW,
        item if item and len(item) <= 60 and not cells.row.problem else cells.row.text,
        f"{error.message}. {error.remedy}",
        row=cells.row.line,
        column=error.column,
        value=_worth(cells),
    )


def _worth(cells: Cells) -> float | None:
    """Return quantity times price of a refused row where both can be read."""
    if cells.row.problem or len(cells.row.cells) > len(cells.columns.header):
        return None  # its cells may stand under the wrong headers
    try:
        quantity, price = cells.plain_number("quantity"), cells.plain_number("price")
    except DataError:
        return None
    return None if quantity is None or price is None else quantity * price


def _describe_rows(
    ignored: Sequence[Row], rows: Sequence[Row], positions: Sequence[Position]
) -> Iterable[Assumption]:
    if ignored:
        names = listed([f"{row.line} ({row.cells[0] or row.text})"[:60] for row in ignored])
        yield Assumption(IMPORT, f"Ignored as totals or repeated headers, not positions: row {names}.")
    long = [row for row in rows if row.lines > 1]
    if long:
        spans = listed([f"{row.line}-{row.line + row.lines - 1}" for row in long])
        yield Assumption(IMPORT, f"A quoted cell has line breaks, so these lines are one row each: {spans}.")
    imported = {position.row: position.instrument.symbol for position in positions}
    usable = [row for row in rows if row.line in imported]
    yield from _describe_duplicates(usable, imported)


def _describe_duplicates(rows: Sequence[Row], symbols: dict[int | None, str]) -> Iterable[Assumption]:
    lines: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for row in rows:
        lines[row.cells].append(row.line)
    same = [found for found in lines.values() if len(found) > 1]
    if same:
        text = listed([" = ".join(str(line) for line in found[:10]) for found in same])
        items = tuple(sorted({symbols[found[0]] for found in same}))
        yield Assumption(
            IMPORT, f"Rows that are exactly alike are kept as separate positions: {text}.", items
        )
    distinct = Counter(symbols[found[0]] for found in lines.values())
    repeated = tuple(sorted(symbol for symbol, count in distinct.items() if count > 1))
    if repeated:
        yield Assumption(
            IMPORT, f"Symbols in several rows are kept as separate positions: {listed(repeated)}.", repeated
        )


def _nothing_usable(path: str, failures: Sequence[Failure]) -> DataError:
    if not failures:
        return DataError(
            "the file holds totals but no positions", file=path, remedy="Add one row per position."
        )
    first = "; ".join(
        f"row {failure.row}{f', column {failure.column}' if failure.column else ''}: {failure.message}"
        for failure in failures[:_ROWS_NAMED]
    )
    more = len(failures) - _ROWS_NAMED
    return DataError(
        f"not one row can be used: {first}" + (f"; and {more} more" if more > 0 else ""),
        file=path,
        remedy="Correct the rows; docs/guide/portfolio-files.md describes the format.",
    )
