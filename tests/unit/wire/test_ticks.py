"""The messages of `wire.ticks`."""

import pytest

from plimsoll.wire.model import WireModel
from plimsoll.wire.ticks import Pong, TickBatch, TickError, TicksTaken
from wire_examples import survives


@pytest.mark.parametrize("model", [Pong, TickBatch, TickError, TicksTaken])
def test_the_example_is_a_message(model: type[WireModel]) -> None:
    """The example is valid and survives the journey."""
    assert survives(model)
