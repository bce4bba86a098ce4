"""CSV that no spreadsheet runs."""

import csv
import io

import pytest

from plimsoll.reporting.csv_cells import csv_table, safe_cell

# The list of OWASP for CSV injection, and how each may be dressed up.
FORMULAS = [
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "  =1",
    "|calc",
    "%0A=1",
    "＝1",
    '=HYPERLINK("http://evil","x")',
    "-2+3+cmd|' /C calc'!A0",
    "+",
    "-",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_is_a_text(text: str) -> None:
    """An apostrophe stands before it, and nothing else is changed."""
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Ada", "-1", "+1.5", "-0.25", "a=1", "user:1", "{}", "1e5", "'x"])
def test_what_is_no_formula_stays(text: str) -> None:
    """Numbers, negative ones too, and ordinary texts are as they were."""
    assert safe_cell(text) == text


def test_a_table_comes_back() -> None:
    """Commas, quotes and line breaks survive the journey through CSV."""
    rows = [["a,b", 'c"d"', "e\nf"], ["", "1", "ü"]]
    read = list(csv.reader(io.StringIO(csv_table(["x", "y", "z"], rows).decode(), newline="")))
    assert read == [["x", "y", "z"], *rows]
