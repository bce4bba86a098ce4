"""Recovery codes: made, typed, and kept as digests."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.security.recovery_codes import COUNT, code_digest, new_codes


def test_a_set_has_ten_codes_that_differ() -> None:
    """A thousand sets hold ten thousand different codes of 26 letters."""
    made = [code for _ in range(1000) for code in new_codes()]
    assert len(made) == len(set(made)) == 1000 * COUNT
    assert {len(code.replace("-", "")) for code in made} == {26}


def test_every_bit_of_a_code_is_used() -> None:
    """Each of the 128 bits is 0 in some codes and 1 in others."""
    alphabet = "0123456789abcdefghjkmnpqrstvwxyz"
    ones, zeros = 0, 0
    for _ in range(100):
        for code in new_codes():
            number = 0
            for letter in code.replace("-", ""):
                number = number << 5 | alphabet.index(letter)
            assert number < 1 << 128
            ones |= number
            zeros |= ~number
    whole = (1 << 128) - 1
    assert ones == zeros & whole == whole


def test_a_code_is_known_however_it_is_typed() -> None:
    """Case, spaces, missing dashes and letters that look like digits make no difference."""
    code = new_codes()[0]
    digest = code_digest(code)
    assert digest is not None
    typed = (code.upper(), code.replace("-", ""), f" {code.replace('-', ' ')} ", code.replace("0", "O"))
    assert {code_digest(one) for one in (*typed, code.replace("1", "l"), code.replace("1", "I"))} == {digest}


@given(st.text(max_size=60))
def test_other_texts_are_no_codes(text: str) -> None:
    """Whatever is typed is looked at without an error; without 26 letters of ours it is nothing."""
    found = code_digest(text)
    assert found is None or len(found) == 32


@pytest.mark.parametrize("text", ["", "u" * 26, "7" * 25, "7" * 27, "\ud800" * 26, "７" * 26])
def test_almost_codes_are_none(text: str) -> None:
    """A letter too few, too many, or of another alphabet."""
    assert code_digest(text) is None
