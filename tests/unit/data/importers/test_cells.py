"""The cells of a row under the conventions of its file."""

import datetime as dt

import pytest

from plimsoll.data.dates import DateOrder
from plimsoll.data.importers.cells import Cells, Note, read_conventions, without_account_type
from plimsoll.data.importers.columns import assign_columns
from plimsoll.data.importers.numbers import DecimalMark
from plimsoll.data.importers.table import Table, read_table
from plimsoll.data.importers.text_file import TextFile
from plimsoll.errors import DataError


def table_of(text: str) -> Table:
    return read_table(TextFile("book.csv", tuple(text.splitlines(keepends=True)), "UTF-8", ""))


def cells_of(text: str, row: int = 0) -> Cells:
    table = table_of(text)
    columns = assign_columns(table.header.cells)
    return Cells(table.rows[row], columns, read_conventions(table, columns))


def test_cells_are_read_by_column() -> None:
    """Text, number and date of a row come from the column of their name; missing stays missing."""
    cells = cells_of("Ticker;Qty;Price;Expiry;Sector\nX;1.000;2,5;16/01/2026;Tech\nY\n")
    assert cells.text("symbol") == "X"
    assert cells.plain_number("quantity") == 1000.0
    assert cells.plain_number("price") == 2.5
    assert cells.date("expiry") == dt.date(2026, 1, 16)
    assert cells.attributes() == {"sector": "Tech"}
    short = cells_of("Ticker;Qty;Price;Expiry;Sector\nX;1;2;16/01/2026;Tech\nY\n", row=1)
    assert (short.text("name"), short.number("price"), short.date("expiry")) == ("", None, None)
    assert short.attributes() == {}


def test_a_dash_is_no_label() -> None:
    """Cells that say that nothing is there give no label, but NA is a ticker."""
    cells = cells_of("symbol,quantity,book,desk,Vol\nNA,1,--,N/A,7\n")
    assert cells.text("symbol") == "NA"
    assert cells.attributes() == {}
    assert cells.attributes(and_known=("volatility", "rate")) == {"vol": "7"}


def test_a_percentage_is_no_quantity() -> None:
    """A number that may not be a percentage is refused with a percent sign, under its own header."""
    with pytest.raises(DataError, match="quantity is a percentage") as caught:
        cells_of("symbol,Weight (Qty)\nX,5%\n").plain_number("quantity")
    assert caught.value.column == "Weight (Qty)"


def test_conventions_come_from_the_whole_file() -> None:
    """Decimal signs are decided per column and day order over all rows."""
    table = table_of("symbol;quantity;price;expiry\nX;1;2,5;03/04/2026\nY;1;2,5;16/01/2026\n")
    conventions = read_conventions(table, assign_columns(table.header.cells))
    assert conventions.decimal_marks == {"quantity": DecimalMark(","), "price": DecimalMark(",")}
    assert conventions.dates is DateOrder.DAY_FIRST


@pytest.mark.parametrize(("separator", "sign"), [(",", "."), ("\t", "."), ("|", "."), (";", ",")])
def test_semicolons_speak_for_decimal_commas(separator: str, sign: str) -> None:
    """Where no number tells, the separator decides, and the column is marked as guessed."""
    table = table_of(f'symbol{separator}quantity\nX{separator}"1,234"\n')
    marks = read_conventions(table, assign_columns(table.header.cells)).decimal_marks
    assert marks == {"quantity": DecimalMark(sign, guessed=True)}


@pytest.mark.parametrize(
    ("text", "is_account"),
    [
        ("Symbol,Quantity,Price,Type\nAAPL,1,5,Cash\nMSFT,1,5,Margin\n", True),
        ("Symbol,Quantity,Price,Type\nSPAXX,1,,Cash\nMSFT,1,5,Short\n", True),
        ("Symbol,Quantity,Price,Type\nUSD,1,1,Cash\nMy cash,1,1,cash\n", False),
        ("Symbol,Quantity,Price,Type\nFund,1,--,Cash\n,,,\nX,1,5,\n", False),
        ("Symbol,Quantity,Price,Type\nAAPL,1,5,Equity\nUSD,1,5,Cash\n", False),
        ("Symbol,Quantity,Price,Type,Currency\nAAPL,1,5,Cash,USD\n", False),
        ("Symbol,Quantity,Type\nAAPL,1,Cash\n", False),
        ("Symbol,Quantity,Price\nAAPL,1,5\n", False),
    ],
)
def test_a_type_of_account_is_told_from_a_type_of_instrument(text: str, is_account: bool) -> None:
    """A column of cash and margin beside priced shares says how they are held, not what they are."""
    table = table_of(text)
    columns = without_account_type(table, assign_columns(table.header.cells))
    assert ("account type" in columns.attributes) is is_account
    assert "type" not in columns.known or not is_account


def test_notes_begin_empty() -> None:
    """Each row has its own notes."""
    first, second = (cells_of("symbol,quantity\nX,1\n") for _ in range(2))
    first.notes.add(Note.MULTIPLIER)
    assert not second.notes
