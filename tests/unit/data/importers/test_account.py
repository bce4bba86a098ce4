"""How a file was read, in words."""

from plimsoll.data.importers.account import IMPORT, describe_layout, describe_notes, listed
from plimsoll.data.importers.cells import Note, read_conventions
from plimsoll.data.importers.columns import assign_columns
from plimsoll.data.importers.table import read_table
from plimsoll.data.importers.text_file import TextFile


def layout_of(text: str) -> str:
    file = TextFile("folder/book.csv", tuple(text.splitlines(keepends=True)), "UTF-8", "")
    table = read_table(file)
    columns = assign_columns(table.header.cells)
    described = describe_layout(file, table, columns, read_conventions(table, columns))
    assert described.topic == IMPORT
    return described.text


def test_the_layout_is_one_sentence() -> None:
    """Encoding, separator, decimal sign, header, preamble and columns are all in one text."""
    text = layout_of("My book\nat noon\nTicker;Qty;Price;Sector;Book\nX;1;2,5;Tech;A\n")
    assert text == (
        "book.csv: UTF-8, separator ';', decimal comma, header in row 3; "
        "2 rows above it skipped ('My book', 'at noon'); columns: symbol from 'Ticker', quantity from 'Qty', "
        "price; kept as attributes: sector, book"
    )


def test_a_plain_file_has_a_plain_layout() -> None:
    """Nothing is said about what is not there."""
    text = "book.csv: UTF-8, separator ',', decimal point, header in row 1; columns: symbol, quantity"
    assert layout_of("symbol,quantity\nX,1\n") == text


def test_columns_that_differ_are_named() -> None:
    """Where columns have different decimal signs, each is named."""
    text = layout_of("symbol|quantity|Last price\nX|1.5|2,5\n")
    assert "decimal point in quantity, decimal comma in Last price" in text
    assert "mixed" in layout_of("symbol|quantity\nX|1.5\nY|2,5\n")


def test_a_guess_is_shown() -> None:
    """A number that could be read in two ways is shown with its row, and why it was read as it was."""
    text = layout_of("symbol;quantity\nX;5\nY;1,234\n")
    assert "'1,234' (row 3, quantity) could be read in two ways; taken with a decimal comma" in text
    assert "are not separated by semicolons" in layout_of("symbol\tquantity\nW\nX\t1,234\n")


def test_notes_name_their_symbols_once() -> None:
    """Each kind of note is one assumption with the symbols it concerns; none where there is none."""
    assert describe_notes({}) == []
    described = describe_notes({Note.MULTIPLIER: ["A", "B", "A"], Note.CASH_BY_SYMBOL: ["USD"]})
    assert [(item.topic, item.items) for item in described] == [("import", ("USD",)), ("options", ("A", "B"))]
    assert described[1].text.endswith("no multiplier: A, B.")


def test_long_lists_are_cut() -> None:
    """A list of many ends with how many more there are."""
    assert listed([str(number) for number in range(12)]).endswith("9 and 2 more")
    assert listed(["a"]) == "a"
