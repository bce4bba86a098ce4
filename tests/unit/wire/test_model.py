"""What all messages share."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from plimsoll.wire.model import (
    Currency,
    Figure,
    Flag,
    Instant,
    Label,
    Name,
    Number,
    Sha256,
    Whole,
    WireModel,
    example,
)


class Message(WireModel):
    """A message with one field of each type."""

    model_config = example({"name": "A"})

    name: Name = "a"
    label: Label = "a"
    currency: Currency = "USD"
    sha256: Sha256 = "0" * 64
    figure: Figure = None
    number: Number = 0.0
    whole: Whole = 0
    flag: Flag = False
    instant: Instant | None = None


@pytest.mark.parametrize(
    "wrong",
    [
        {"unknown": 1},
        {"name": ""},
        {"name": "   "},
        {"name": "a\x00b"},
        {"name": "two\nlines"},
        {"name": "x" * 201},
        {"label": "x" * 101},
        {"label": "\x7f"},
        {"currency": "usd"},
        {"currency": "USDT"},
        {"sha256": "A" * 64},
        {"number": "1"},
        {"number": True},
        {"number": math.nan},
        {"number": math.inf},
        {"whole": 1.5},
        {"whole": "1"},
        {"whole": True},
        {"flag": 1},
        {"flag": "yes"},
        {"instant": "0001-01-01T00:00:00+14:00"},
        {"instant": "9999-12-31T23:59:59-14:00"},
        {"instant": "2026-06-30T12:00:00"},
    ],
    ids=str,
)
def test_what_a_field_does_not_take_is_refused(wrong: dict[str, object]) -> None:
    """Unknown fields, control characters, numbers as text and numbers that are none are refused."""
    with pytest.raises(ValidationError):
        Message.model_validate(wrong)


def test_a_message_is_sealed() -> None:
    """No field of a message can be set."""
    with pytest.raises(ValidationError):
        Message().__setattr__("name", "b")


def test_names_lose_the_space_around_them() -> None:
    """Space before and after a name does not make another name."""
    assert Message(name="  Equity L/S ").name == "Equity L/S"


@given(st.floats())
def test_a_figure_that_is_not_finite_travels_as_null(figure: float) -> None:
    """A figure arrives with every digit, or as null where it is not a number."""
    sent = json.loads(Message.model_validate({"figure": figure}).model_dump_json())["figure"]
    assert sent == (figure if math.isfinite(figure) else None)


def test_the_example_is_in_the_schema() -> None:
    """A message shows its example in its JSON schema."""
    assert Message.model_json_schema()["examples"] == [{"name": "A"}]
