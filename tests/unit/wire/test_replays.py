"""The messages of `wire.replays`."""

import pytest

from plimsoll.wire.model import WireModel
from plimsoll.wire.replays import Replay, RunDiff
from wire_examples import survives


@pytest.mark.parametrize("model", [Replay, RunDiff])
def test_the_example_is_a_message(model: type[WireModel]) -> None:
    """The example in the API document is valid and survives the journey."""
    assert survives(model)
