"""Limits on the wire."""

import pytest
from pydantic import ValidationError

from plimsoll.risk import limits
from plimsoll.wire.limits import (
    Limit,
    LimitCheck,
    LimitCheckPage,
    LimitDecision,
    LimitDefinition,
    LimitHistory,
    LimitMeasure,
    LimitPage,
    LimitProposal,
    LimitProposals,
    LimitState,
    LimitVersion,
    NewLimit,
    NewLimitProposal,
)
from plimsoll.wire.model import WireModel
from wire_examples import survives


@pytest.mark.parametrize(
    "model",
    [
        Limit,
        LimitCheck,
        LimitCheckPage,
        LimitDecision,
        LimitDefinition,
        LimitHistory,
        LimitPage,
        LimitProposal,
        LimitProposals,
        LimitVersion,
        NewLimit,
        NewLimitProposal,
    ],
)
def test_the_example_is_a_message(model: type[WireModel]) -> None:
    """The example in the API document is valid and survives the journey."""
    assert survives(model)


def test_the_words_are_those_of_the_engine() -> None:
    """Measures and states on the wire are exactly those that the engine knows."""
    assert {one.value for one in LimitMeasure} == {one.value for one in limits.LimitMeasure}
    assert {one.value for one in LimitState} == {one.value for one in limits.State}


@pytest.mark.parametrize(
    "fields",
    [
        {"measure": "luck", "hard": 1},
        {"measure": "var", "hard": "1"},
        {"measure": "var", "hard": 1, "hysteresis": 1},
        {"measure": "var", "hard": 1, "confidence": 0.5},
        {"measure": "var", "hard": 1, "node": {"": "x"}},
        {"measure": "var", "hard": 1, "unit": "percent"},
    ],
    ids=str,
)
def test_a_malformed_definition_is_refused(fields: dict[str, object]) -> None:
    """Unknown words, texts for numbers and fractions out of range are none."""
    with pytest.raises(ValidationError):
        LimitDefinition.model_validate(fields)
