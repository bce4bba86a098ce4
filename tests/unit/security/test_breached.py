"""Passwords that everybody tries first."""

import pytest

from plimsoll.security.breached import is_breached


@pytest.mark.parametrize(
    "password",
    ["123456", "Password", "qwertyuiop", "password123!", "passwordpassword", "abcabcabcabcabc", "1" * 20],
)
def test_what_was_leaked_is_refused(password: str) -> None:
    """Also with other capitals, with digits round it, and repeated."""
    assert is_breached(password)


@pytest.mark.parametrize(
    "password",
    ["", "correct horse battery staple", "an engine of several words", "tr0ub4dor&3-plum", "ÄÖÜ" * 5 + "x"],
)
def test_what_nobody_tries_first_is_accepted(password: str) -> None:
    """Words put together are none of the list."""
    assert not is_breached(password)
