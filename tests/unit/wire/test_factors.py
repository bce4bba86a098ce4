"""Factors on the wire."""

import pytest

from plimsoll.wire.factors import (
    Factor,
    FactorAdded,
    FactorAsked,
    FactorChallenge,
    FactorCode,
    FactorList,
    NewFactor,
    NewPasskey,
    PasskeyOptions,
    RecoveryCodes,
    TotpSecret,
)
from plimsoll.wire.model import WireModel
from wire_examples import survives

MODELS = (
    Factor,
    FactorAdded,
    FactorAsked,
    FactorChallenge,
    FactorCode,
    FactorList,
    NewFactor,
    NewPasskey,
    PasskeyOptions,
    RecoveryCodes,
    TotpSecret,
)


@pytest.mark.parametrize("model", MODELS)
def test_the_example_is_a_message(model: type[WireModel]) -> None:
    """The example in the API document is valid and survives the journey."""
    assert survives(model)


def test_a_factor_shows_nothing_of_its_secret() -> None:
    """Only the message that brings it to an app has it."""
    assert not {"secret", "public_key", "credential_id", "counter"} & set(Factor.model_fields)
