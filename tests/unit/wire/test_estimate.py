"""Estimates on the wire."""

from dataclasses import fields

from plimsoll.risk import measures
from plimsoll.wire.estimate import ESTIMATE, Estimate
from wire_examples import survives


def test_the_example_is_a_message() -> None:
    """The example in the API document is valid and survives the journey."""
    assert survives(Estimate)
    assert Estimate.model_validate(ESTIMATE).model_dump() == ESTIMATE


def test_an_estimate_of_the_engine_travels_whole() -> None:
    """An estimate of the engine becomes a message with the same fields and values."""
    made = measures.value_at_risk([float(k) for k in range(-50, 50)], 0.95)
    sent = Estimate.model_validate(made)
    assert {field.name for field in fields(made)} == set(Estimate.model_fields)
    assert all(getattr(sent, name) == getattr(made, name) for name in Estimate.model_fields)
