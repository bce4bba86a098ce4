"""Providers of single sign-on on the wire."""

import pytest

from plimsoll.wire.identity_providers import IdentityProvider, IdentityProviderPage, NewIdentityProvider
from plimsoll.wire.model import WireModel
from wire_examples import survives


@pytest.mark.parametrize("model", [IdentityProvider, IdentityProviderPage, NewIdentityProvider])
def test_the_example_is_a_message(model: type[WireModel]) -> None:
    """The example in the API document is valid and survives the journey."""
    assert survives(model)
