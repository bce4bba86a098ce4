"""Service accounts and API keys on the wire."""

import pytest

from plimsoll.wire.model import WireModel
from plimsoll.wire.program_accounts import (
    ApiKey,
    ApiKeyPage,
    ApiKeyWithSecret,
    NewApiKey,
    NewServiceAccount,
    PublicKey,
    ServiceAccount,
    ServiceAccountChanges,
    ServiceAccountPage,
)
from wire_examples import survives

MODELS = [
    *(ApiKey, ApiKeyPage, ApiKeyWithSecret, NewApiKey, NewServiceAccount),
    *(PublicKey, ServiceAccount, ServiceAccountChanges, ServiceAccountPage),
]


@pytest.mark.parametrize("model", MODELS)
def test_the_example_is_a_message(model: type[WireModel]) -> None:
    """The example in the API document is valid and survives the journey."""
    assert survives(model)


def test_the_private_half_of_a_key_is_no_part_of_the_message() -> None:
    """Whoever sends one by mistake is told so, and it is not taken."""
    with pytest.raises(ValueError, match="Extra inputs"):
        PublicKey.model_validate({"kty": "OKP", "kid": "a", "d": "secret"})
