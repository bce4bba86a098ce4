"""The examples of the API document, as the tests of the wire models need them."""

from typing import Any

from plimsoll.wire.model import WireModel


def examples(model: type[WireModel]) -> list[dict[str, Any]]:
    """Return the examples in the schema of `model`; at least one."""
    found: list[dict[str, Any]] = model.model_json_schema()["examples"]
    assert found
    return found


def survives(model: type[WireModel]) -> bool:
    """Return whether each example is a valid message that is the same after a journey as JSON."""
    messages = [model.model_validate(example) for example in examples(model)]
    return [model.model_validate_json(message.model_dump_json()) for message in messages] == messages
