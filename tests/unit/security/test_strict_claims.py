"""The claims of a token, read strictly."""

import datetime as dt

import pytest

from plimsoll.security.strict_claims import RefusedTokenError, claims_of, instant, text


@pytest.mark.parametrize(
    "content",
    [
        b'{"sub":"ada","sub":"eve"}',
        b'{"a":{"b":1,"b":2}}',
        b'{"exp":1e400}',
        b'{"exp":1.5}',
        b'{"exp":NaN}',
        b'{"exp":Infinity}',
        b'["sub"]',
        b'"sub"',
        b"",
        b"{",
        b"\xff{}",
        b"[" * 8000,
    ],
)
def test_what_has_two_readings_is_refused(content: bytes) -> None:
    """Repeated names, odd numbers and whatever is no object."""
    with pytest.raises(RefusedTokenError):
        claims_of(content)


def test_texts_and_times_are_what_they_seem() -> None:
    """A time is a whole number of seconds within the years that there are."""
    assert text({"sub": "ada"}, "sub") == "ada"
    assert instant({"exp": 1_000_000_000}, "exp") == dt.datetime(2001, 9, 9, 1, 46, 40, tzinfo=dt.UTC)
    for odd in (None, "", 1, True, ["ada"]):
        with pytest.raises(RefusedTokenError):
            text({"sub": odd}, "sub")
    for odd in (None, "1000000000", True, -1, 10**12, 10**400):
        with pytest.raises(RefusedTokenError):
            instant({"exp": odd}, "exp")
    with pytest.raises(RefusedTokenError):
        instant({}, "exp")
