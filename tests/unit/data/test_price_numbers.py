"""Prices are read as people write them; one that cannot be read is named by row and column."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from plimsoll.data.cells import Cells
from plimsoll.data.price_numbers import prices_of
from plimsoll.errors import DataError


def _cells(values: Sequence[object], kind: pa.DataType | None = None, delimiter: str = "") -> Cells:
    return Cells("x.csv", ("col",), (pa.array(values, kind),), "", lambda record: record + 2, delimiter)


def _numbers(cells: Cells) -> NDArray[np.float64]:
    return prices_of(cells, [0])[0][:, 0]


@pytest.mark.parametrize(
    "text", ["", " ", "NA", "N/A", "n/a", "#N/A", "null", "NULL", "None", "NaN", "nan", "-", "--", "—", "."]
)
def test_ways_to_say_that_there_is_no_price(text: str) -> None:
    """Missing is NaN, never zero."""
    values = _numbers(_cells([text, "1.5"]))
    np.testing.assert_array_equal(values, [np.nan, 1.5])


@pytest.mark.parametrize("text", ["inf", "-Infinity", "x", "1,2,3", "1.2.3", "12 3", "0x10", "1_0", "N"])
def test_what_is_no_price_is_named(text: str) -> None:
    """Infinite or unreadable prices give file, row, column and what to do."""
    with pytest.raises(DataError) as caught:
        _numbers(_cells(["1.5", "", text]))
    assert (caught.value.file, caught.value.row, caught.value.column) == ("x.csv", 4, "col")
    assert caught.value.remedy


def test_the_first_of_many_bad_cells_is_named() -> None:
    """Of several unreadable prices the first is told, wherever it is."""
    for first in range(7):
        texts = ["1.5"] * first + ["x"] + ["y"] * (7 - first)
        with pytest.raises(DataError, match="'x'") as caught:
            _numbers(_cells(texts))
        assert caught.value.row == first + 2


@pytest.mark.parametrize(
    ("texts", "delimiter", "expected"),
    [
        (
            ["1,5", "1.234,5", "1.234.567,25", "7", "-0,5", "1,5e3"],
            ";",
            [1.5, 1234.5, 1234567.25, 7, -0.5, 1500],
        ),
        (["1,234.5", "1,234,567", "7.25"], ",", [1234.5, 1234567, 7.25]),
        (["1,234"], ",", [1234]),
        (["1,234"], ";", [1.234]),
        (["0,234"], "\t", [0.234]),
        (["1,234", "5.5"], "\t", [1234, 5.5]),
        (["1.5", "1.234"], ";", [1.5, 1.234]),
    ],
)
def test_decimal_commas_and_thousands(texts: list[str], delimiter: str, expected: list[float]) -> None:
    """The column tells what a comma is; where it does not, the delimiter does."""
    cells = _cells(texts, delimiter=delimiter)
    np.testing.assert_allclose(_numbers(cells), expected, rtol=1e-15)


def test_a_comma_that_nothing_explains_is_refused() -> None:
    """1,234 between tabs may be a thousand or one: the user has to say."""
    with pytest.raises(DataError, match="may be 1234") as caught:
        _numbers(_cells(["1,234"], delimiter="\t"))
    assert "1234.56" in caught.value.remedy


@pytest.mark.parametrize("kind", [pa.int32(), pa.float32(), pa.float64(), pa.decimal128(9, 2)])
def test_typed_numbers(kind: pa.DataType) -> None:
    """Whole, floating and exact numbers are prices, and nulls are missing."""
    cells = _cells([2, None, 3], kind)
    np.testing.assert_array_equal(_numbers(cells), [2, np.nan, 3])
    assert prices_of(cells, [0])[1] == []


@given(st.lists(st.floats(-1e15, 1e15).filter(lambda value: not 0 < abs(value) < 1e-30), min_size=1))
def test_written_numbers_come_back(values: list[float]) -> None:
    """What Python writes is read to the last bit, alone and beside a missing cell."""
    texts = [repr(value) for value in values]
    np.testing.assert_array_equal(_numbers(_cells(texts)), values)
    np.testing.assert_array_equal(_numbers(_cells([*texts, "--"]))[:-1], values)


def test_the_point_of_a_decimal_comma_file_groups_thousands() -> None:
    """1.239 beside 1.200,50 is a thousand and more, never a little over one."""
    values, notes = prices_of(_cells(["1.200,50", "1.239", "--", "12"], delimiter=";"), [0])
    np.testing.assert_array_equal(values[:, 0], [1200.5, 1239, np.nan, 12])
    assert notes == ["decimal comma"]


def test_one_column_tells_for_all() -> None:
    """A comma in one column makes the points of another column thousands."""
    columns = (pa.array(["1.239"]), pa.array(["12,5"]))
    cells = Cells("x.csv", ("a", "b"), columns, "", lambda record: record + 2, ";")
    np.testing.assert_array_equal(prices_of(cells, [0, 1])[0], [[1239, 12.5]])


@pytest.mark.parametrize(
    "text", ["1.5", "0.234", "1.2345", "1234.567", "1.200.5", "1e.5", "1,234.5", "1.234e5"]
)
def test_a_point_that_groups_nothing_is_refused_beside_decimal_commas(text: str) -> None:
    """A cell with a decimal point among decimal commas gives its row, its column and what to do."""
    with pytest.raises(DataError, match="decimal comma, as in '1,5'") as caught:
        _numbers(_cells(["1,5", text], delimiter=";"))
    assert (caught.value.row, caught.value.column) == (3, "col")
    assert text in caught.value.message
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("texts", "delimiter", "expected", "guess"),
    [
        (["1.200", "7"], ";", [1200, 7], "'1.200' could be read in two ways; taken with a decimal comma"),
        (["1,234"], ";", [1.234], "'1,234' could be read in two ways; taken with a decimal comma"),
        (["1.200"], "\t", [1.2], "'1.200' could be read in two ways; taken with a decimal point"),
        (["1.200"], ",", [1.2], ""),
        (["1.200", "0.95"], ";", [1.2, 0.95], ""),
    ],
)
def test_a_guess_is_told(texts: list[str], delimiter: str, expected: list[float], guess: str) -> None:
    """Where every number can be read in two ways, the delimiter decides as in a portfolio, and it is said."""
    values, notes = prices_of(_cells(texts, delimiter=delimiter), [0])
    np.testing.assert_array_equal(values[:, 0], expected)
    assert guess in "; ".join(notes)
    assert bool(guess) == ("two ways" in "; ".join(notes))


@pytest.mark.parametrize(
    "text",
    ["1'200.50", "1’200.50", "1 200,50", "1\u00a0200,50", "$1,200.50", "1.200,50 €", "-$1200.5", '="1200.5"'],
)
def test_dressed_numbers(text: str) -> None:
    """Currency signs, Swiss and French groups and Excel's formulas of text leave the number as it is."""
    np.testing.assert_array_equal(np.abs(_numbers(_cells([text], delimiter=";"))), [1200.5])


@pytest.mark.parametrize("text", ["1 20", "$", "1'2", "$$5", "5$5"])
def test_dress_without_a_number_is_refused(text: str) -> None:
    """Groups that are not of three digits and signs alone are no prices."""
    with pytest.raises(DataError, match="is not a price"):
        _numbers(_cells([text]))


@pytest.mark.parametrize("value", [1.1e15, -1e300, 1e-300])
def test_sizes_that_no_price_has(value: float) -> None:
    """Typed or written, a price beyond the limits of a portfolio is refused by its row."""
    for cells in (_cells([1.0, value], pa.float64()), _cells(["1.0", repr(value)])):
        with pytest.raises(DataError, match="likely wrong") as caught:
            _numbers(cells)
        assert caught.value.row == 3
