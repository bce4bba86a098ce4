"""What the server is."""

from plimsoll.wire.system import System
from wire_examples import survives


def test_the_examples_survive() -> None:
    """Each example is valid and the same after a journey as JSON."""
    assert survives(System)
