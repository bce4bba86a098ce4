"""E-mail addresses."""

import pytest

from plimsoll.errors import UsageError
from plimsoll.security.emails import normal_email


def test_two_that_mean_the_same_become_one() -> None:
    """Capitals, spaces round it and full-width characters make no difference."""
    assert {normal_email(text) for text in ("ada@example.com", " ADA@Example.com ", "ａda@example.com")} == {
        "ada@example.com"
    }


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ada",
        "@example.com",
        "ada@",
        "ada@@example.com",
        "a b@example.com",
        "ada@example.com\nBcc: eve@example.com",
        "ada@example.com,eve@example.com",
        "Ada <ada@example.com>",
        "ada@example..com",
        "a" * 250 + "@example.com",
        "ada\x00@example.com",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    """Above all what a mail program would read as two addresses, or as a header."""
    with pytest.raises(UsageError):
        normal_email(text)
