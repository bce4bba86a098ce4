"""Bad input gets a clear message and the right exit code, or a recorded failure; never a traceback."""

import json
import os
from pathlib import Path

import pytest

from commands import Command

DATES = [f"2024-01-{day:02d}" for day in range(1, 31)]
GOOD_BOOK = "symbol,quantity\nAAA,10\nBBB,20\n"
GOOD_PRICES = "date,AAA,BBB\n" + "".join(
    f"{date},{100 + (i * 7) % 5},{50 + (i * 3) % 4}\n" for i, date in enumerate(DATES)
)

REFUSED_BOOKS: dict[str, tuple[str | bytes, str]] = {
    "empty file": ("", "empty"),
    "header only": ("symbol,quantity\n", "nothing below"),
    "no header": ("AAA,10\nBBB,20\n", "symbol"),
    "binary file": (b"\x00\x01\x02PK\x03\x04" * 100, "binary"),
    "spreadsheet": (b"PK\x03\x04" + b"\x00" * 200, "CSV"),
    "no usable row": ("symbol,quantity\nAAA,ten\nBBB,many\n", "row 2"),
    "only unknown symbols": ("symbol,quantity\nXXX,10\n", "XXX"),
}

RECORDED = {
    "text for a quantity": ("symbol,quantity\nAAA,10\nBBB,ten\n", "refused-row", 3, "quantity"),
    "NaN": ("symbol,quantity\nAAA,10\nBBB,NaN\n", "refused-row", 3, "quantity"),
    "infinity": ("symbol,quantity\nAAA,10\nBBB,inf\n", "refused-row", 3, "quantity"),
    "huge number": ("symbol,quantity\nAAA,10\nBBB,1e300\n", "refused-row", 3, "quantity"),
    "no symbol": ("symbol,quantity\nAAA,10\n,5\n", "refused-row", 3, "symbol"),
    "unknown symbol": ("symbol,quantity\nAAA,10\nXXX,5\n", "unknown-symbol", 3, "symbol"),
    "unreadable expiry": (
        "symbol,quantity,type,underlying,strike,expiry\nAAA,10,,,,\nO,1,call,AAA,100,someday\n",
        "refused-row",
        3,
        "expiry",
    ),
    "expired option": (
        "symbol,quantity,type,underlying,strike,expiry,volatility\nAAA,10,,,,,\nO,1,call,AAA,100,2023-12-01,0.2\n",
        "expired",
        3,
        "expiry",
    ),
    "unknown currency pair": ("symbol,quantity,currency\nAAA,10,\nBBB,5,SEK\n", "missing-fx", 3, "currency"),
}

REFUSED_PRICES: dict[str, tuple[str | bytes, str]] = {
    "empty file": ("", "empty"),
    "header only": ("date,AAA,BBB\n", "no prices"),
    "one row": ("date,AAA,BBB\n2024-01-01,100,50\n", "date"),
    "text for a price": (GOOD_PRICES.replace("2024-01-03,104", "2024-01-03,abc"), "row 4"),
    "infinite price": (GOOD_PRICES.replace("2024-01-03,104", "2024-01-03,inf"), "row 4"),
    "bad date": (GOOD_PRICES.replace("2024-01-03", "2024-13-45"), "row 4"),
    "duplicate date": (GOOD_PRICES + "2024-01-03,7,7\n", "2024-01-03"),
    "binary": (b"\x00\x01\x02\x03" * 100, "binary"),
    "all dates, no price": ("date\n2024-01-01\n2024-01-02\n", "price"),
}


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Return a good portfolio file."""
    path = tmp_path / "book.csv"
    path.write_text(GOOD_BOOK)
    return path


@pytest.fixture
def prices(tmp_path: Path) -> Path:
    """Return a good price file."""
    path = tmp_path / "prices.csv"
    path.write_text(GOOD_PRICES)
    return path


def _write(path: Path, content: str | bytes) -> None:
    path.write_bytes(content.encode() if isinstance(content, str) else content)


@pytest.mark.parametrize("case", REFUSED_BOOKS)
def test_unusable_portfolio_is_refused(case: str, plimsoll: Command, book: Path, prices: Path) -> None:
    """A portfolio file that holds nothing usable ends with exit code 3 and says why."""
    content, hint = REFUSED_BOOKS[case]
    _write(book, content)
    outcome = plimsoll("report", book, "--prices", prices)
    assert (outcome.code, outcome.out) == (3, "")
    assert hint in outcome.err
    assert "Traceback" not in outcome.err


@pytest.mark.parametrize("case", RECORDED)
def test_bad_row_is_recorded_and_the_rest_stands(
    case: str, plimsoll: Command, book: Path, prices: Path
) -> None:
    """A bad row becomes a failure with its reason, row and column; the good row is valued."""
    content, reason, row, column = RECORDED[case]
    _write(book, content)
    outcome = plimsoll("report", book, "--prices", prices, "--json")
    assert outcome.code == 0, outcome.err
    document = json.loads(outcome.out)
    failure = document["failures"][0]
    assert (failure["reason"], failure["row"], failure["column"] or "") == (reason, row, column)
    assert [position["symbol"] for position in document["positions"]] == ["AAA"]


@pytest.mark.parametrize("case", REFUSED_PRICES)
def test_unusable_prices_are_refused(case: str, plimsoll: Command, book: Path, prices: Path) -> None:
    """A price file with an unreadable number, date or shape ends with exit code 3 and names the place."""
    content, hint = REFUSED_PRICES[case]
    _write(prices, content)
    outcome = plimsoll("report", book, "--prices", prices)
    assert (outcome.code, outcome.out) == (3, "")
    assert hint in outcome.err
    assert "Traceback" not in outcome.err


def test_missing_files_and_folders_are_named(
    plimsoll: Command, book: Path, prices: Path, tmp_path: Path
) -> None:
    """A file that is not there, or is a folder, is named."""
    for arguments in (
        ("report", tmp_path / "absent.csv", "--prices", prices),
        ("report", tmp_path, "--prices", prices),
        ("report", book, "--prices", tmp_path / "absent.csv"),
    ):
        outcome = plimsoll(*arguments)
        assert outcome.code == 3, outcome.err
        assert "absent.csv" in outcome.err or tmp_path.name in outcome.err


def test_a_gigabyte_in_one_line_is_refused(
    plimsoll: Command, book: Path, prices: Path, tmp_path: Path
) -> None:
    """A file of one endless line is refused without reading it whole."""
    endless = tmp_path / "endless.csv"
    with endless.open("wb") as file:
        file.write(b"1,")
        os.truncate(file.fileno(), 10**9)
    assert plimsoll("report", endless, "--prices", prices).code == 3
    assert plimsoll("report", book, "--prices", endless).code == 3
    with endless.open("wb") as file:
        file.write(b"symbol,quantity" + b"x" * (30 << 20))
    assert plimsoll("report", endless, "--prices", prices).code == 3
    assert plimsoll("report", book, "--prices", endless).code == 3


def test_duplicates_and_odd_quantities_are_kept(plimsoll: Command, book: Path, prices: Path) -> None:
    """Duplicate rows, negative and zero quantities and unknown columns are all valued."""
    book.write_text("symbol,quantity,colour\nAAA,10,red\nAAA,10,red\nAAA,-5,blue\nBBB,0,red\n")
    outcome = plimsoll("report", book, "--prices", prices, "--json", "--by", "colour")
    document = json.loads(outcome.out)
    assert sorted(position["quantity"] for position in document["positions"]) == [-5, 0, 10, 10]
    assert {node["name"] for node in document["nodes"]["colour"]} == {"red", "blue"}
    assert document["failures"] == []


def test_a_book_worth_nothing_is_reported(plimsoll: Command, book: Path, prices: Path) -> None:
    """Positions of quantity zero give a VaR of zero, not an error."""
    book.write_text("symbol,quantity\nAAA,0\nBBB,0\n")
    outcome = plimsoll("report", book, "--prices", prices, "--json")
    document = json.loads(outcome.out)
    assert (outcome.code, document["value"], document["var"]["estimate"]) == (0, 0, 0)
    assert plimsoll("report", book, "--prices", prices).code == 0


def test_unsorted_dates_and_an_empty_column_do_no_harm(plimsoll: Command, book: Path, prices: Path) -> None:
    """Prices may come in any order; a symbol without any price is a failure and the rest stands."""
    head, *rows = GOOD_PRICES.splitlines()
    in_order = json.loads(plimsoll("report", book, "--prices", prices, "--json").out)
    prices.write_text("\n".join([head, *reversed(rows)]) + "\n")
    reversed_ = json.loads(plimsoll("report", book, "--prices", prices, "--json").out)
    assert reversed_["var"] == in_order["var"]
    prices.write_text("\n".join([head + ",CCC", *(row + "," for row in rows)]) + "\n")
    book.write_text(GOOD_BOOK + "CCC,5\n")
    document = json.loads(plimsoll("report", book, "--prices", prices, "--json").out)
    assert [failure["reason"] for failure in document["failures"]] == ["missing-price"]
    assert document["value"] == in_order["value"]


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["--confidence", "99"], "confidence"),
        (["--confidence", "0"], "confidence"),
        (["--horizon", "0"], "horizon"),
        (["--days", "1"], "days"),
        (["--as-of", "yesterday"], "as-of"),
        (["--by", "colour"], "colour"),
        (["--by", ","], "by"),
        (["--base", "euro"], "base"),
        (["--method", "guess"], "method"),
        (["--decay", "2"], "decay"),
        (["--frobnicate"], "frobnicate"),
    ],
)
def test_wrong_use_says_what_is_wanted(
    arguments: list[str], hint: str, plimsoll: Command, book: Path, prices: Path
) -> None:
    """An option that makes no sense ends with exit code 2 and is named."""
    outcome = plimsoll("report", book, "--prices", prices, *arguments)
    assert (outcome.code, outcome.out) == (2, "")
    assert hint in outcome.err


def test_dates_outside_the_prices(plimsoll: Command, book: Path, prices: Path) -> None:
    """A date before the prices is refused; one after them uses the last prices and says so."""
    assert plimsoll("report", book, "--prices", prices, "--as-of", "2020-01-01").code == 3
    late = plimsoll("report", book, "--prices", prices, "--as-of", "2024-02-20", "--json")
    assert late.code == 0, late.err
    assert any(assumption["topic"] == "stale" for assumption in json.loads(late.out)["assumptions"])


def test_an_unwritable_page_leaves_nothing_behind(
    plimsoll: Command, book: Path, prices: Path, tmp_path: Path
) -> None:
    """A report into a folder that is not there ends with exit code 4 and writes nothing."""
    outcome = plimsoll("report", book, "--prices", prices, "--html", tmp_path / "nowhere" / "report.html")
    assert outcome.code == 4
    assert "nowhere" in outcome.err
    assert not (tmp_path / "nowhere").exists()
