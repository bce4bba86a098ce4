"""Texts that PostgreSQL can keep."""

import pytest

from plimsoll.data.store.stored_text import storable
from plimsoll.errors import DataError


@pytest.mark.parametrize("text", ["", "Société", "\\u0000", "😀", "a\tb\r\n"])
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    """Whatever has a form in UTF-8 and no NUL is returned unchanged."""
    assert storable(text) == text


@pytest.mark.parametrize("text", ["\x00", "a\x00b", "\ud800", "b\udfffc"])
def test_what_cannot_be_kept_is_bad_data(text: str) -> None:
    """NUL and half characters are refused, wherever they stand."""
    with pytest.raises(DataError, match="cannot be stored"):
        storable(text)
