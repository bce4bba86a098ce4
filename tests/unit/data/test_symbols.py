"""Symbols find their columns exactly, or but for case and separators, and never by a guess between two."""

import pytest

from plimsoll.data.symbols import match_symbols


@pytest.mark.parametrize("written", ["BRK.B", "brk-b", "BRK/B", "Brk b", "BRK_B"])
def test_case_and_separators_do_not_matter(written: str) -> None:
    """Every way to write the second share class finds the column, and says so."""
    matches = match_symbols(["AAPL", "BRK.B"], [written])
    assert matches.columns == {written: 1}
    assert [a.items for a in matches.assumptions] == ([] if written == "BRK.B" else [(written,)])


def test_an_exact_name_wins() -> None:
    """Where BRK-B and BRK.B are both there, each is itself, without an assumption."""
    matches = match_symbols(["BRK-B", "BRK.B"], ["BRK.B", "BRK-B"])
    assert matches.columns == {"BRK.B": 1, "BRK-B": 0}
    assert matches.assumptions == ()


def test_two_candidates_are_no_match() -> None:
    """An ambiguous symbol names its candidates and gets no column."""
    matches = match_symbols(["BRK-B", "BRK.B"], ["BRK/B"])
    assert matches.columns == {}
    assert matches.ambiguous == {"BRK/B": ("BRK-B", "BRK.B")}


def test_other_letters_are_other_symbols() -> None:
    """A separator that is missing is a difference: BRKB is not BRK.B."""
    matches = match_symbols(["BRK.B"], ["BRKB", "BRK"])
    assert (matches.columns, matches.ambiguous) == ({}, {})
