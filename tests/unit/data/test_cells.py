"""Texts and dates are read as people write them, and what cannot be read is named by row and column."""

import datetime as dt
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pytest

from plimsoll.data.cells import Cells, codes_of, dates_of, missing_as_nan, numpy_of, texts_of
from plimsoll.errors import DataError


def _cells(values: Sequence[object], kind: pa.DataType | None = None) -> Cells:
    return Cells("x.csv", ("col",), (pa.array(values, kind),), "", lambda record: record + 2)


@pytest.mark.parametrize(
    "text",
    [
        "2024-02-01",
        "2024/2/1",
        "20240201",
        "2024-02-01 09:30",
        "2024-02-01T23:59:59Z",
        "2024-02-01T23:59:59.5+02:00",
        "1.2.2024",
        " 2024-02-01 ",
        "Feb 1, 2024",
        "1 February 2024 16:00",
        "1-Feb-24",
    ],
)
def test_dates_that_need_no_evidence(text: str) -> None:
    """ISO dates, with a time or without, German dates and names of months mean one day."""
    days, _ = dates_of(_cells([text]), 0)
    assert days.tolist() == [dt.date(2024, 2, 1)]


@pytest.mark.parametrize(
    ("texts", "first", "note"),
    [
        (["01/02/2024", "13/02/2024"], dt.date(2024, 2, 1), "day-first dates"),
        (["01/02/2024", "02/13/2024 16:00"], dt.date(2024, 1, 2), "month-first dates"),
        (["01.02.2024"], dt.date(2024, 2, 1), "day-first dates"),
        (["02-02-2024"], dt.date(2024, 2, 2), ""),
    ],
)
def test_the_other_dates_tell_days_from_months(texts: list[str], first: dt.date, note: str) -> None:
    """One number above 12 in the column decides for all; equal numbers need no decision."""
    days, how = dates_of(_cells(texts), 0)
    assert days.tolist()[0] == first
    assert note in how


@pytest.mark.parametrize(
    ("texts", "row", "message"),
    [
        (["02/02/2024", "01/02/2024"], 3, "day/month or as month/day"),
        (["13/01/2024", "01/13/2024", "01/02/2024"], 4, "day/month or as month/day"),
        (["2024-01-02", "2024-02-30"], 3, "'2024-02-30' is not a date"),
        (["2024-13-01"], 2, "not a date"),
        (["2024-01-02", "", "x"], 3, "missing"),
        (["2024-01-02", None], 3, "missing"),
        (["45293"], 2, "not a date"),
        (["x" * 99], 2, "'x{30}'"),
    ],
)
def test_a_bad_date_is_named(texts: list[str], row: int, message: str) -> None:
    """Ambiguous, impossible and missing dates give file, row, column and what to do."""
    with pytest.raises(DataError, match=message) as caught:
        dates_of(_cells(texts), 0)
    assert (caught.value.file, caught.value.row, caught.value.column) == ("x.csv", row, "col")
    assert caught.value.remedy


@pytest.mark.parametrize(
    "values",
    [
        pa.array([dt.date(2024, 2, 1)], pa.date32()),
        pa.array([dt.date(2024, 2, 1)], pa.date64()),
        pa.array([1706779800], pa.int64()).cast(pa.timestamp("s")),
        pa.array([20240201], pa.int64()),
        pa.array([1706828400], pa.int64()).cast(pa.timestamp("s", "America/New_York")),
    ],
)
def test_typed_dates(values: pa.Array) -> None:
    """Dates, times of day in their own zone, and whole numbers like 20240201 are dates."""
    cells = Cells("x.parquet", ("date",), (values,), "", lambda record: record)
    assert dates_of(cells, 0)[0].tolist() == [dt.date(2024, 2, 1)]


def test_a_typed_date_may_not_be_missing() -> None:
    """A null among dates is named by its row."""
    with pytest.raises(DataError, match="missing") as caught:
        dates_of(_cells([dt.date(2024, 2, 1), None], pa.date32()), 0)
    assert caught.value.row == 3


def test_texts_and_their_codes() -> None:
    """Texts lose outer blanks, also those of categories; codes are cleaned, and a null is an empty text."""
    cells = _cells([" A", "B ", None, "A", "\u200bA"])
    assert texts_of(cells, 0).to_pylist() == ["A", "B", None, "A", "\u200bA"]
    names, codes = codes_of(cells, 0)
    assert [names[code] for code in codes] == ["A", "B", "", "A", "A"]
    categories = Cells("x", ("c",), (pa.array(["A", "B"]).dictionary_encode(),), "", lambda record: record)
    assert texts_of(categories, 0).to_pylist() == ["A", "B"]


def test_lists_are_no_text() -> None:
    """A nested Parquet column is refused by name."""
    with pytest.raises(DataError, match="list") as caught:
        texts_of(_cells([[1]]), 0)
    assert caught.value.column == "col"


def test_a_text_kept_by_excel() -> None:
    """A cell that a spreadsheet wrote as a formula of text is that text."""
    names, _ = codes_of(_cells(['="0700"']), 0)
    assert names == ["0700"]


def test_numbers_behind_an_array() -> None:
    """A slice gives its own numbers, and a way to say that there is none becomes nan."""
    np.testing.assert_array_equal(numpy_of(pa.array([1.0, 2.0, 3.0])[1:], np.float64), [2.0, 3.0])
    assert missing_as_nan(pa.array(["--", "1"])).to_pylist() == ["nan", "1"]
