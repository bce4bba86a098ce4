"""Alerts on the wire."""

import pytest

from plimsoll.wire.alerts import (
    Alert,
    AlertAssignment,
    AlertChange,
    AlertHistory,
    AlertNote,
    AlertPage,
    AlertSnooze,
)
from plimsoll.wire.model import WireModel
from wire_examples import survives


@pytest.mark.parametrize(
    "model", [Alert, AlertAssignment, AlertChange, AlertHistory, AlertNote, AlertPage, AlertSnooze]
)
def test_the_example_is_a_message(model: type[WireModel]) -> None:
    """The example in the API document is valid and survives the journey."""
    assert survives(model)
