"""How secrets are sealed, on the wire."""

import pytest

from plimsoll.wire.model import WireModel
from plimsoll.wire.sealing import DataKey, SealedColumn, Sealing
from wire_examples import survives


@pytest.mark.parametrize("model", [DataKey, SealedColumn, Sealing])
def test_the_example_is_a_message(model: type[WireModel]) -> None:
    """The example in the API document is valid and survives the journey."""
    assert survives(model)


def test_no_key_is_shown() -> None:
    """There is no field for it, wrapped or not."""
    assert not {"wrapped", "secret", "key", "content"} & set(DataKey.model_fields)
