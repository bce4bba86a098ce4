"""Tokens on the wire."""

import pytest

from plimsoll.wire.model import WireModel
from plimsoll.wire.tokens import (
    ClientSignIn,
    FactorSignIn,
    PasswordSignIn,
    RefreshToken,
    TokenChallenge,
    Tokens,
)
from wire_examples import survives

MODELS = [ClientSignIn, FactorSignIn, PasswordSignIn, RefreshToken, TokenChallenge, Tokens]


@pytest.mark.parametrize("model", MODELS)
def test_the_example_is_a_message(model: type[WireModel]) -> None:
    """The example in the API document is valid and survives the journey."""
    assert survives(model)
