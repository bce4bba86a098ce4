"""Files that arrive as bytes."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.data.importers.portfolio_csv import read_portfolio
from plimsoll.data.price_files import read_price_file
from plimsoll.errors import DataError
from plimsoll.workflows.uploads import file_name, read_upload


@given(st.text())
def test_any_name_is_a_name_of_a_file(name: str) -> None:
    """Whatever a client calls a file, bytes can be written and read under the name, in no other folder."""
    assert read_upload(Path.read_bytes, b"x", name) == b"x"
    shown = file_name(name)
    assert Path(shown).name == shown
    assert file_name(shown) == shown


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("book.csv", "book.csv"),
        ("/etc/passwd", "passwd"),
        ("C:\\books\\desk.csv", "desk.csv"),
        ("..", "upload"),
        ("", "upload"),
        ("a\x00b\n.csv", "ab .csv"),
        ("x" * 300 + ".csv", "x" * 56 + ".csv"),
    ],
)
def test_names_as_they_are_shown(name: str, expected: str) -> None:
    """Folders and control characters are dropped; the ending of a long name stays."""
    assert file_name(name) == expected


def test_a_refusal_names_the_file_as_the_client_did() -> None:
    """An error has the client's name of the file, its row, its column and its remedy."""
    with pytest.raises(DataError) as refusal:
        read_upload(read_portfolio, b"symbol,weight\nAAA,1\n", "mine.csv")
    assert refusal.value.file == "mine.csv"
    assert refusal.value.remedy
    with pytest.raises(DataError) as prices:
        read_upload(read_price_file, b"date,AAA\n2024-01-02,many\n", "prices.csv")
    assert str(prices.value).startswith("prices.csv, ")
