"""Sealed secrets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.errors import UnavailableError
from plimsoll.security.sealing import Sealer
from plimsoll.security.tokens import new_token

SEALER = Sealer(new_token("plq"))


@given(secret=st.text(st.characters(exclude_categories=["Cs"])), place=st.text("ab|", max_size=5))
def test_what_is_sealed_is_opened(secret: str, place: str) -> None:
    """The secret comes back, and is not in what is kept; the same secret is never kept twice alike."""
    sealed = SEALER.seal(secret, place)
    assert SEALER.open(sealed, place) == secret
    assert sealed != SEALER.seal(secret, place)
    assert len(secret) < 4 or secret.encode() not in sealed


@pytest.mark.parametrize("how", ["place", "key", "bit", "short"])
def test_what_does_not_belong_is_not_opened(how: str) -> None:
    """Another place or key, a changed bit, a cut: none of them opens."""
    sealed = SEALER.seal("hunter2", "webhooks|secret|1")
    sealer, place = SEALER, "webhooks|secret|1"
    if how == "place":
        place = "webhooks|secret|2"
    elif how == "key":
        sealer = Sealer(new_token("plq"))
    else:
        sealed = sealed[:5] if how == "short" else bytes([sealed[0] ^ 1]) + sealed[1:]
    with pytest.raises(UnavailableError, match="cannot be opened"):
        sealer.open(sealed, place)


def test_a_key_is_a_token() -> None:
    """Anything shorter is refused, and not repeated."""
    with pytest.raises(UnavailableError) as caught:
        Sealer("hunter2")
    assert "hunter2" not in str(caught.value)


def test_an_index_is_the_same_for_the_same_text() -> None:
    """It differs by text, by purpose and by key."""
    found = SEALER.index("ada", "users|email")
    assert found == SEALER.index("ada", "users|email")
    assert found not in {SEALER.index("bob", "users|email"), SEALER.index("ada", "users|name")}
    assert found != Sealer(new_token("plq")).index("ada", "users|email")
