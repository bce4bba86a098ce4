"""How a file was read, in words for the report."""

from collections.abc import Mapping, Sequence

from plimsoll.data.importers.cells import Conventions, Note
from plimsoll.data.importers.columns import Columns
from plimsoll.data.importers.instruments import HIGH_RATE, PERCENT_ABOVE
from plimsoll.data.importers.numbers import decimal_evidence
from plimsoll.data.importers.table import Table
from plimsoll.data.importers.text_file import TextFile
from plimsoll.risk.assumptions import Assumption

__all__ = ["IMPORT", "describe_layout", "describe_notes", "listed"]

IMPORT = "import"
_MARKS = {
    ".": "decimal point",
    ",": "decimal comma",
    "": "decimal points and commas mixed, each number read as it stands",
}
_NOTES = {
    Note.CASH_BY_SYMBOL: (
        IMPORT,
        "Without a type, a currency code is cash; write equity as the type if a share is meant",
    ),
    Note.CURRENCY_BY_SIGN: (IMPORT, "The currency is taken from the sign at the price"),
    Note.MULTIPLIER: ("options", "A contract size of 100 is assumed where the file states no multiplier"),
    Note.VOLATILITY_PERCENT: (
        "options",
        f"A volatility above {PERCENT_ABOVE:g} without a percent sign is taken as a percentage (25 is 25 %)",
    ),
    Note.RATE_PERCENT: (
        "options",
        "A column of rates or dividend yields with a number above 1 is taken to be in percent (0.5 is 0.5 %)",
    ),
    Note.HIGH_RATE: ("options", f"A rate or dividend yield is above {HIGH_RATE:.0%}, which is rare"),
}


def describe_layout(file: TextFile, table: Table, columns: Columns, conventions: Conventions) -> Assumption:
    """Return how the file is laid out: encoding, separator, decimal sign, header and columns."""
    layout = [
        f"{file.name}: {file.encoding}",
        f"separator {table.separator_name}",
        _decimal_signs(columns, conventions),
        f"header in row {table.header.line}",
    ]
    parts = [", ".join(layout)]
    if table.preamble:
        shown = listed([f"'{row.text}'" for row in table.preamble], most=3)
        rows = "row" if len(table.preamble) == 1 else "rows"
        parts.append(f"{len(table.preamble)} {rows} above it skipped ({shown})")
    parts.append("columns: " + ", ".join(_mapping(columns, name) for name in columns.known))
    if columns.attributes:
        parts.append("kept as attributes: " + listed(list(columns.attributes), most=20))
    parts += _guesses(table, columns, conventions)
    return Assumption(IMPORT, "; ".join(parts))


def describe_notes(notes: Mapping[Note, Sequence[str]]) -> list[Assumption]:
    """Return an assumption for each kind of note, with the symbols that it concerns."""
    found = []
    for note, (topic, text) in _NOTES.items():
        symbols = tuple(dict.fromkeys(notes.get(note, ())))
        if symbols:
            found.append(Assumption(topic, f"{text}: {listed(symbols)}.", symbols))
    return found


def listed(items: Sequence[str], *, most: int = 10) -> str:
    """Return items with commas between them, the ones after `most` counted only.

    Examples
    --------
    >>> listed(["a", "b", "c"], most=2)
    'a, b and 1 more'
    """
    rest = len(items) - most
    return ", ".join(items[:most]) + (f" and {rest} more" if rest > 0 else "")


def _decimal_signs(columns: Columns, conventions: Conventions) -> str:
    marks = conventions.decimal_marks
    signs = {mark.sign for mark in marks.values()}
    if len(signs) == 1:
        return _MARKS[signs.pop()]
    return ", ".join(f"{_MARKS[mark.sign]} in {columns.title(name)}" for name, mark in marks.items())


def _mapping(columns: Columns, name: str) -> str:
    title = columns.title(name)
    return name if title.lower() == name else f"{name} from '{title}'"


def _guesses(table: Table, columns: Columns, conventions: Conventions) -> list[str]:
    """Return a sentence for each column whose numbers could be read in two ways."""
    sentences = []
    for name in columns.numeric:
        mark = conventions.decimal_marks[name]
        if not mark.guessed:
            continue
        index = columns.known[name]
        row = next(
            row for row in table.rows if index < len(row.cells) and decimal_evidence(row.cells[index]) == "?"
        )
        why = "are" if table.separator == ";" else "are not"
        sentences.append(
            f"'{row.cells[index]}' (row {row.line}, {columns.title(name)}) could be read in two ways; "
            f"taken with a {_MARKS[mark.sign]}, because the cells {why} separated by semicolons"
        )
    return sentences
