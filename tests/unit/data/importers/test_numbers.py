"""Numbers in the manners of many countries."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.data.importers.numbers import (
    DecimalMark,
    Number,
    decide_decimal_marks,
    decimal_evidence,
    is_missing,
    read_number,
)
from plimsoll.errors import DataError

READ = [  # the value is what the text says under the convention beside it
    ("12", ".", 12.0),
    ("12.5", ".", 12.5),
    ("12,5", ",", 12.5),
    (".5", ".", 0.5),
    (",5", ",", 0.5),
    ("5.", ".", 5.0),
    ("1,234.5", ".", 1234.5),
    ("1.234,5", ",", 1234.5),
    ("1 234,5", ",", 1234.5),
    ("1\u00a0234,5", ",", 1234.5),
    ("1\u2009234.5", ".", 1234.5),
    ("1\u202f234.5", ".", 1234.5),
    ("1'234.5", ".", 1234.5),
    ("1’234’567.5", ".", 1234567.5),
    ("12,34,567.5", ".", 1234567.5),
    ("1,234", ".", 1234.0),
    ("1,234", ",", 1.234),
    ("-7", ".", -7.0),
    ("\u22127", ".", -7.0),
    ("+7", ".", 7.0),
    ("7-", ".", -7.0),
    ("(7)", ".", -7.0),
    ("(1.234,50)", ",", -1234.5),
    ("1e3", ".", 1000.0),
    ("1,5E-3", ",", 0.0015),
    ("0", ".", 0.0),
    ("007", ".", 7.0),
]
UNREADABLE = [
    "many", "12abc", "1,23,4", "1.2.3", "1,2345", "1,,234", "--7", "(-7)", "(7", "7)", "-7-", "1_000",
        "0x10", "١٢",
    "1 2", "$", "%", "()", "=1+1", "1e", "1,234e5", "$5€", "10 EUR", "9" * 61, "1 234'567",
]  # fmt: skip


@pytest.mark.parametrize(("text", "sign", "value"), READ)
def test_numbers_are_read(text: str, sign: str, value: float) -> None:
    """Each usual way of writing a number gives its value."""
    assert read_number(text, sign).value == value


@pytest.mark.parametrize("text", UNREADABLE)
def test_what_is_no_number_is_refused(text: str) -> None:
    """A text that is not wholly a well-formed number is refused with the column, not read in part."""
    with pytest.raises(DataError, match="cannot be read as a number") as caught:
        read_number(text, ".", column="Shares")
    assert caught.value.column == "Shares"
    assert caught.value.remedy


@pytest.mark.parametrize("text", ["nan", "NaN", "inf", "-Infinity", "∞"])
def test_what_is_not_finite_is_refused(text: str) -> None:
    """The words that floating point has for no number are no numbers."""
    with pytest.raises(DataError, match="is not a number"):
        read_number(text, ".")


@pytest.mark.parametrize("text", ["1000000000000001", "2e15", "-1e200", "1e999"])
def test_huge_numbers_are_refused(text: str) -> None:
    """Above 1e15 a number is likely wrong."""
    with pytest.raises(DataError, match="likely wrong"):
        read_number(text, ".")


@pytest.mark.parametrize("text", ["9e-31", "-1e-200", "1e-999", "1.5e-40%"])
def test_tiny_numbers_are_refused(text: str) -> None:
    """Below 1e-30, and not zero, a number is likely wrong."""
    with pytest.raises(DataError, match="likely wrong"):
        read_number(text, ".")


def test_the_largest_and_the_smallest_number_are_read() -> None:
    """1e15 and 1e-30 themselves are allowed, and so is zero in any form."""
    assert read_number("-1e15", ".").value == -1e15
    assert read_number("-1e-30", ".").value == -1e-30
    assert [read_number(text, ".").value for text in ("0", "0.000", "0e-99")] == [0.0] * 3


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("$65,081.84", Number(65081.84, currency_sign="$")),
        ("-$5", Number(-5.0, currency_sign="$")),
        ("$-5", Number(-5.0, currency_sign="$")),
        ("($5.25)", Number(-5.25, currency_sign="$")),
        ("US$5", Number(5.0, currency_sign="$")),
        ("5 €", Number(5.0, currency_sign="€")),
        ("25%", Number(25.0, percent=True)),
        ("25.5 %", Number(25.5, percent=True)),
    ],
)
def test_signs_are_kept(text: str, number: Number) -> None:
    """A currency or percent sign is no part of the value, and not forgotten."""
    assert read_number(text, ".") == number


def test_a_mixed_column_lets_each_number_speak() -> None:
    """Without a decimal sign for the column, clear numbers are read and unclear ones refused."""
    assert [read_number(text, "").value for text in ("1,234.5", "1.234,5", "12")] == [1234.5, 1234.5, 12.0]
    with pytest.raises(DataError, match="two ways"):
        read_number("1,234", "")


@pytest.mark.parametrize(
    ("text", "evidence"),
    [
        ("12", ""), ("abc", ""), ("a.b", ""), ("1.2.3", ""), ("1,234", "?"), ("1.234", "?"), ("0,123", ","),
        ("0.123", "."), ("1234,567", ","), ("1,23", ","), ("1 234,567", ","), ("1'234.567", "."),
        ("1,234,567", "."),
        ("1.234.567", ","), ("1.234e2", "."), ("$1,234", "?"), ("12,34,567", "."), ("1,234.", "."),
        ("(7,5)", ","),
    ],
)  # fmt: skip
def test_evidence_of_one_cell(text: str, evidence: str) -> None:
    """A cell says which sign is the decimal one exactly where only one reading is well formed."""
    assert decimal_evidence(text) == evidence


def test_a_column_decides_for_itself_then_the_file_then_the_rule() -> None:
    """Own evidence goes before that of the file, and that before the fallback, which is marked as a guess."""
    marks = decide_decimal_marks({"quantity": ["1,234"], "price": ["2,5"], "strike": []}, fallback=".")
    assert marks == {name: DecimalMark(",") for name in ("quantity", "price", "strike")}
    marks = decide_decimal_marks({"quantity": ["1,234"], "price": ["2,5"], "strike": ["2.5"]}, fallback=".")
    assert marks == {
        "quantity": DecimalMark(".", guessed=True),
        "price": DecimalMark(","),
        "strike": DecimalMark("."),
    }
    assert decide_decimal_marks({"quantity": ["1", "x"]}, fallback=",") == {"quantity": DecimalMark(",")}
    assert decide_decimal_marks({"price": ["2,5", "2.5"]}, fallback=",") == {"price": DecimalMark("")}


@pytest.mark.parametrize("text", ["", "--", "-", "—", "N/A", "n/a", "null", "None"])
def test_missing_is_recognised(text: str) -> None:
    """The usual words for no number are missing, which is not zero."""
    assert is_missing(text)
    assert not is_missing("0")


@given(
    value=st.decimals(-(10**12), 10**12, places=4),
    sign=st.sampled_from([".", ","]),
    group=st.sampled_from(["", " ", "'", "\u2009", "other"]),
)
def test_a_written_number_reads_back(value: object, sign: str, group: str) -> None:
    """A number written with any grouping and decimal sign reads back equal, and shows which sign it is."""
    grouping = {".": ",", ",": "."}[sign] if group == "other" else group
    text = f"{value:,.4f}".replace(",", "G").replace(".", sign).replace("G", grouping)
    assert read_number(text, sign).value == float(str(value))
    assert decimal_evidence(text) == sign


@given(text=st.text(alphabet="0123456789.,' -+()%$€eE", max_size=20), sign=st.sampled_from([".", ",", ""]))
def test_any_text_is_a_number_or_refused(text: str, sign: str) -> None:
    """No text raises anything but DataError, and what is read is finite."""
    with suppress(DataError):
        assert abs(read_number(text, sign).value) <= 1e15
