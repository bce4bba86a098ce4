"""Base64 in its one true form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.security.base64url import decoded, encoded


@given(st.binary(max_size=200))
def test_what_is_encoded_comes_back(content: bytes) -> None:
    """The text is safe in a URL and unpadded."""
    text = encoded(content)
    assert decoded(text) == content
    assert not set(text) & set("+/=")


@pytest.mark.parametrize("text", ["YQ==", "YR", "Y+8_", "a", "Y Q", "YQ\n", "é", "YWI\u0000"])
def test_only_one_text_stands_for_the_same_bytes(text: str) -> None:
    """Padding, stray bits and strange characters are refused: a signature has one form."""
    with pytest.raises(ValueError, match="base64"):
        decoded(text)
