"""Cells that a spreadsheet would execute."""

import csv
import io
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.security.formulas import without_formulas


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("=1+1", "'=1+1"),
        ("+1+1", "'+1+1"),
        ("-1+1", "'-1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ('"=1"', '"\'=1"'),
        ('" =1"', '"\' =1"'),
        ('"\t=1"', '"\'\t=1"'),
        ("  =1", "  '=1"),
        ("-", "'-"),
        ("+A1", "'+A1"),
        ("-5", "-5"),
        ("+5.25", "+5.25"),
        ('"-1.5e-3"', '"-1.5e-3"'),
        ("-5 %", "-5 %"),
        ("-5%", "-5%"),
        ("A=1", "A=1"),
        ("BRK-B", "BRK-B"),
        ("a@b", "a@b"),
        ("", ""),
    ],
)
@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_signs_that_begin_a_formula(cell: str, shown: str, mark: str) -> None:
    """Wherever in a row the cell stands; what is a number or a word stays as it is."""
    before = f"a{mark}b\n{cell}{mark}x\r\ny{mark}{cell}{mark}{cell}\n{cell}"
    after = f"a{mark}b\n{shown}{mark}x\r\ny{mark}{shown}{mark}{shown}\n{shown}"
    assert without_formulas(before) == after


@given(st.lists(st.text(alphabet='=+-@\t ,"a1.\n;', max_size=8), min_size=1, max_size=4))
def test_no_reader_finds_a_formula(cells: list[str]) -> None:
    """Whatever is written, a reader of CSV finds no cell that begins with a sign and is no number."""
    written = io.StringIO()
    csv.writer(written).writerow(cells)
    for row in csv.reader(io.StringIO(without_formulas(written.getvalue()), newline="")):
        for cell in row:
            found = cell.lstrip(" \t")
            if found[:1] in ("=", "@"):
                raise AssertionError(cell)


def test_it_takes_as_long_as_the_file() -> None:
    """No repetition makes it look at the same text again and again."""
    for text in ("\t" * 200_000, " " * 200_000, "," * 200_000, ",-" * 100_000, ",-" + "1" * 200_000 + "x"):
        begun = time.process_time()
        without_formulas(text)
        assert time.process_time() - begun < 1
