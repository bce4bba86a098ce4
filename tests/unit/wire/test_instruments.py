"""Instruments as messages."""

import pytest
from pydantic import ValidationError

from plimsoll.wire import instruments
from wire_examples import survives


@pytest.mark.parametrize(
    "model",
    [
        instruments.Instrument,
        instruments.InstrumentChanges,
        instruments.InstrumentHistory,
        instruments.InstrumentHoldings,
        instruments.InstrumentPage,
    ],
)
def test_the_examples_survive(model: type) -> None:
    """Each example is valid and the same after a journey as JSON."""
    assert survives(model)


@pytest.mark.parametrize("bad", [{"": "x"}, {"x": ""}, {"a\nb": "x"}, {f"k{n}": "x" for n in range(51)}])
def test_attributes_are_a_few_short_labels(bad: dict[str, str]) -> None:
    """Empty, many-lined and too many ones are refused."""
    with pytest.raises(ValidationError):
        instruments.InstrumentChanges(attributes=bad)
