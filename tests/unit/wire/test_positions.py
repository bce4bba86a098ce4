"""Positions on the wire."""

import pytest

from plimsoll.risk import portfolio
from plimsoll.wire import positions
from plimsoll.wire.model import WireModel
from wire_examples import survives

SHOWN = [
    positions.Failure,
    positions.Holdings,
    positions.HoldingsVersion,
    positions.ImportResult,
    positions.Position,
    positions.PositionHistory,
]


@pytest.mark.parametrize("model", SHOWN)
def test_the_example_is_a_message(model: type[WireModel]) -> None:
    """The example in the API document is valid and survives the journey."""
    assert survives(model)


def test_the_words_are_those_of_the_engine() -> None:
    """Each kind of instrument and of option that the engine knows can travel, and no other."""
    assert [*positions.Kind] == [*portfolio.Kind]
    assert [*positions.OptionType] == [*portfolio.OptionType]


def test_positions_of_the_engine_are_read_by_field() -> None:
    """Option terms of the engine and on the wire have the same fields."""
    assert set(positions.OptionTerms.model_fields) == set(portfolio.OptionTerms.__slots__)
