"""Tokens."""

import base64

from hypothesis import given
from hypothesis import strategies as st

from plimsoll.security.tokens import TOKEN, digest, matches, new_token


def test_a_token_has_256_bits_and_is_never_made_twice() -> None:
    """What is random is 32 bytes, in the alphabet of URLs."""
    tokens = [new_token() for _ in range(100)]
    assert len(set(tokens)) == 100
    assert all(len(base64.urlsafe_b64decode(token + "=")) == 32 for token in tokens)


def test_a_prefix_tells_what_it_is() -> None:
    """A key is recognised by people, scanners and our own pattern."""
    key = new_token("plk")
    assert key.startswith("plk_")
    assert TOKEN.fullmatch(key)
    assert TOKEN.fullmatch(new_token())


def test_the_digest_is_sha256() -> None:
    """The kept digest is the SHA-256 of FIPS 180-2, appendix B.1."""
    assert digest("abc").hex() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@given(st.text(st.characters(codec="utf-8")), st.text(st.characters(codec="utf-8")))
def test_only_the_token_itself_matches(token: str, other: str) -> None:
    """A digest is matched by its own token alone, whatever the text."""
    assert matches(other, digest(token)) == (token == other)
