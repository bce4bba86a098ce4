"""Separators, headers and rows."""

import time
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.data.importers.table import Row, read_table
from plimsoll.data.importers.text_file import TextFile
from plimsoll.errors import DataError

SEPARATORS = [",", ";", "\t", "|"]


def text_file(text: str) -> TextFile:
    return TextFile("book.csv", tuple(text.splitlines(keepends=True)), "UTF-8", "")


def cells_of(rows: Sequence[Row]) -> list[tuple[str, ...]]:
    return [row.cells for row in rows]


@pytest.mark.parametrize("separator", SEPARATORS)
def test_separators_are_found(separator: str) -> None:
    """Each separator is found even where the others occur inside quotes."""
    rows = [["symbol", "quantity", "note"], ["AAPL", "10", '"a,b;c|d\te"']]
    table = read_table(text_file("".join(separator.join(row) + "\n" for row in rows)))
    assert table.separator == separator
    assert table.rows[0].cells == ("AAPL", "10", "a,b;c|d e")


def test_a_preamble_is_skipped_and_kept() -> None:
    """Rows above the header are kept for the account; blank rows are nothing."""
    table = read_table(text_file('"Positions, as of; today"\nsep=;\n\n;;;\nSymbol;Qty;\nAAPL;10;\n;;\n'))
    assert cells_of(table.preamble) == [("Positions, as of; today",), ("sep=",)]
    assert table.header == Row(5, ("Symbol", "Qty"))
    assert table.rows == (Row(6, ("AAPL", "10")),)
    assert table.separator_name == "';'"


def test_a_quoted_cell_may_have_line_breaks() -> None:
    """Such a row has the number of its first line, and the rows after it keep theirs."""
    table = read_table(text_file('symbol,quantity,name\nAAPL,1,"Apple\n\nInc"\nMSFT,2,x\n'))
    assert table.rows == (Row(2, ("AAPL", "1", "Apple  Inc"), lines=3), Row(5, ("MSFT", "2", "x")))


@pytest.mark.parametrize("after", [["MSFT,2,M"], ["MSFT,2,M"] * 40, ['MSFT,2,"M"']])
def test_an_open_quote_spoils_one_row(after: list[str]) -> None:
    """A quote that is never closed, or only by the next row's, does not swallow the rows below."""
    table = read_table(text_file("\n".join(["symbol,quantity,name", 'AAPL,1,"Apple', *after]) + "\n"))
    assert [row.problem != "" for row in table.rows] == [True] + [False] * len(after)
    assert "not closed" in table.rows[0].problem
    assert all(row.cells[0] == "MSFT" for row in table.rows[1:])


def test_blanks_around_quotes_do_no_harm() -> None:
    """Blanks before and after a quoted cell are no part of it."""
    table = read_table(text_file('symbol,quantity\n "AAPL" , "1,000" \n'))
    assert table.rows[0].cells == ("AAPL", "1,000")


@pytest.mark.parametrize("cell", ["x" * 140_000, '"' + "x" * 140_000 + '"'])
def test_an_oversized_cell_spoils_one_row(cell: str) -> None:
    """A cell beyond the limit of the csv module is a problem of its row."""
    table = read_table(text_file(f"symbol,quantity\n{cell},1\nMSFT,2\n"))
    assert table.rows[0].problem == "a cell is too long"
    assert table.rows[1].cells == ("MSFT", "2")


@pytest.mark.parametrize("line", ["AAPL,1\n", '"AAPL,1\n\n'])
def test_the_time_grows_with_the_rows_and_not_with_their_square(line: str) -> None:
    """Eight times the rows take nowhere near 64 times the time, open quotes or not."""

    def seconds(count: int) -> float:
        file = text_file("symbol,quantity\nA,1\n" + line * count)
        start = time.process_time()
        read_table(file)
        return time.process_time() - start

    few = min(seconds(2_000) for _ in range(3))
    assert min(seconds(16_000) for _ in range(2)) < 30 * few


def test_long_rows_are_shown_short() -> None:
    """The text of a row for messages fits on a line."""
    assert Row(1, ("a", "", "b")).text == "a, b"
    assert len(Row(1, ("x" * 100,)).text) == 60


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("isin;shares\nUS0378331005;5\n", "row 1 has 'isin', 'shares', but no symbol"),
        ("symbol,price\nAAPL,5\n", "but no quantity"),
        ("AAPL,10\nMSFT,5\n", "but no symbol and no quantity"),
        (",".join("abcdefghijklmnop"), "'l' …, but no"),
    ],
)
def test_a_missing_header_says_what_was_found_and_is_needed(text: str, found: str) -> None:
    """Without a header the error lists the columns found and those that are needed."""
    with pytest.raises(DataError, match="no header was found") as caught:
        read_table(text_file(text))
    assert found in caught.value.message
    assert "symbol" in caught.value.remedy
    assert "quantity" in caught.value.remedy


def test_a_header_alone_is_refused() -> None:
    """A header with nothing below it is no portfolio."""
    with pytest.raises(DataError, match="header in row 2 and nothing below"):
        read_table(text_file("\nsymbol,quantity\n,\n"))


def test_only_separators_are_no_table() -> None:
    """A file of blank rows is refused."""
    with pytest.raises(DataError, match="blank rows"):
        read_table(text_file(",,\n,,\n"))


def quote(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"'


# A row of nothing but separators is blank, hence the letter.
cell = st.text(
    st.characters(min_codepoint=33, max_codepoint=382, exclude_categories=["Cc", "Cf", "Zs"]), min_size=1
)


@given(
    separator=st.sampled_from(SEPARATORS), rows=st.lists(st.tuples(cell, cell, cell), min_size=1, max_size=8)
)
def test_any_quoted_table_reads_back(separator: str, rows: list[tuple[str, str, str]]) -> None:
    """Cells of any content, quoted as the csv format says, read back equal."""
    quoted = [
        [f'"{part.replace(chr(34), chr(34) * 2)}"' for part in row]
        for row in [("symbol", "quantity", "x"), *rows]
    ]
    table = read_table(text_file("".join(separator.join(row) + "\n" for row in quoted)))
    assert table.separator == separator
    assert cells_of(table.rows) == rows


@given(st.text(alphabet='ab,;|\t"\n ', max_size=80))
def test_every_line_is_in_exactly_one_row(text: str) -> None:
    """Whatever the quotes, no line that has content is lost or read twice."""
    table = read_table(text_file("symbol,quantity\nAAPL,1\n" + text))
    covered = [row.line + offset for row in table.rows for offset in range(row.lines)]
    assert covered == sorted(set(covered))
    lines = ("symbol,quantity\nAAPL,1\n" + text).split("\n")
    filled = {number for number, line in enumerate(lines, 1) if number > 1 and line.strip('"|;, \t')}
    if table.separator == ",":
        assert filled <= set(covered)
