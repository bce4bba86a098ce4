"""Rows of CSV that a spreadsheet shows as they are: no cell is run as a formula."""

import csv
import io
from collections.abc import Iterable, Sequence

__all__ = ["csv_table", "safe_cell"]

# What spreadsheets take for the beginning of a formula, also as full-width characters of East Asian writing.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠")


def safe_cell(text: str) -> str:
    """Return a cell that no spreadsheet runs: an apostrophe stands before what would be a formula.

    Numbers are no formulas and stay as they are.

    Examples
    --------
    >>> safe_cell("=1+1"), safe_cell("-1.5"), safe_cell("Ada")
    ("'=1+1", '-1.5', 'Ada')
    """
    if not text.lstrip().startswith(_FORMULA) and not text.startswith(_FORMULA):
        return text
    return text if _is_number(text) else f"'{text}"


def csv_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    r"""Return a table as CSV (RFC 4180), UTF-8, with every cell safe.

    Parameters
    ----------
    header
        Names of the columns.
    rows
        Cells as texts.

    Examples
    --------
    >>> csv_table(["name"], [["=cmd"], ["a,b"]])
    b'name\r\n\'=cmd\r\n"a,b"\r\n'
    """
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(header)
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return file.getvalue().encode()


def _is_number(text: str) -> bool:
    return text.isascii() and text[1:].replace(".", "", 1).isdigit() and text[0] in "+-"
