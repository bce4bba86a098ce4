"""Totals are told from holdings."""

import pytest

from plimsoll.data.importers.cells import Cells, read_conventions
from plimsoll.data.importers.columns import assign_columns
from plimsoll.data.importers.table import read_table
from plimsoll.data.importers.text_file import TextFile
from plimsoll.data.importers.totals import is_total
from plimsoll.errors import DataError


def cells_of(row: str) -> Cells:
    table = read_table(TextFile("book.csv", ("symbol,quantity,name\n", row + "\n"), "UTF-8", ""))
    columns = assign_columns(table.header.cells)
    return Cells(table.rows[0], columns, read_conventions(table, columns))


@pytest.mark.parametrize(
    "row",
    [
        "Total,", "TOTAL:,--", "Account Total,", "Grand Total,n/a", "Sub-Total,", "Total USD,", "Summe,",
        "Positions Total,", ",,Total", "Total Market Value,x", "Gesamtsumme,,",
    ],
)  # fmt: skip
def test_labels_of_totals(row: str) -> None:
    """A word for a total, alone or with words that stand beside it, without a quantity is a total."""
    assert is_total(cells_of(row))


@pytest.mark.parametrize(
    "row",
    [
        "Vanguard Total,100,50", "TOTAL,10,Total SE", "Total Return Fund,5", "Total Return Fund,",
        "TOTAL.PA,5", "Vanguard Total,", "AAPL,1", "TTE,5,Total",
    ],
)  # fmt: skip
def test_holdings_with_a_total_in_their_name(row: str) -> None:
    """Any other word in the label, or a quantity and a name of its own, make a holding."""
    assert not is_total(cells_of(row))


@pytest.mark.parametrize("row", ["Total,3", "Account Total,3", "TOTAL,10,Total"])
def test_a_doubtful_row_is_refused(row: str) -> None:
    """A bare total with a quantity may be a holding, so it is refused and counted, with a remedy."""
    with pytest.raises(DataError, match="a total or a holding") as caught:
        is_total(cells_of(row))
    assert caught.value.column == "symbol"
    assert "name" in caught.value.remedy
