"""Price sets on the wire."""

import pytest

from plimsoll.wire.model import WireModel
from plimsoll.wire.price_sets import PriceSet, PriceSetPage
from wire_examples import survives


@pytest.mark.parametrize("model", [PriceSet, PriceSetPage])
def test_the_example_is_a_message(model: type[WireModel]) -> None:
    """The example in the API document is valid and survives the journey."""
    assert survives(model)
