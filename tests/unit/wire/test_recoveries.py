"""Recoveries on the wire."""

import pytest

from plimsoll.wire.model import WireModel
from plimsoll.wire.recoveries import NewRecovery, Recovery, RecoveryPage, RecoveryWithLink
from wire_examples import survives


@pytest.mark.parametrize("model", [NewRecovery, Recovery, RecoveryPage, RecoveryWithLink])
def test_the_example_is_a_message(model: type[WireModel]) -> None:
    """The example in the API document is valid and survives the journey."""
    assert survives(model)
