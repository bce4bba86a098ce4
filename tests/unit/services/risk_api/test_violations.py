"""What a client is told of its mistakes."""

import datetime as dt
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from pydantic import Field, TypeAdapter, ValidationError

from plimsoll.services.risk_api.violations import known_names, violations
from plimsoll.wire.model import WireModel

CANARY = "hunter2"
DOCUMENT = {
    "paths": {"/x": {"get": {"parameters": [{"name": "limit", "in": "query"}]}}},
    "components": {"schemas": {"Sample": {"properties": {"name": {}, "when": {}, "inner": {}}}}},
}
KNOWN = known_names(DOCUMENT)


class Cat(WireModel):
    """One of two."""

    kind: Literal["cat"]


class Dog(WireModel):
    """The other of two."""

    kind: Literal["dog"]


class Sample(WireModel):
    """A field for each way to quote the input."""

    name: Annotated[str, Field(pattern="^[a-z]+$", max_length=5)] = "a"
    id: UUID | None = None
    when: dt.date | None = None
    inner: dict[str, int] = Field(default_factory=dict)
    pet: Annotated[Cat | Dog, Field(discriminator="kind")] | None = None
    many: list[int] = Field(default_factory=list)


def errors(document: Any) -> list[dict[str, Any]]:
    """Return what pydantic finds, placed as FastAPI places it."""
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(Sample).validate_python(document)
    return [{**error, "loc": ("body", *error["loc"])} for error in refused.value.errors()]


@pytest.mark.parametrize(
    "document",
    [
        {"name": CANARY},
        {"id": CANARY},
        {"when": CANARY},
        {CANARY: 1},
        {"inner": {CANARY: CANARY}},
        {"pet": {"kind": CANARY}},
        {"many": [CANARY]},
        CANARY,
        [CANARY],
    ],
)
def test_nothing_of_the_input_is_repeated(document: Any) -> None:
    """Neither a value nor a name that the client made up comes back."""
    found = violations(errors(document), KNOWN)
    assert found
    assert CANARY not in repr(found)


def test_the_place_is_named_as_far_as_it_is_ours() -> None:
    """Known names and numbers are given; others are a star."""
    (found,) = violations(errors({"inner": {CANARY: "x"}}), KNOWN)
    assert found.field == "body.inner.*"
    assert found.message == "Input should be a valid integer, unable to parse string as an integer"


def test_it_says_how_dates_and_ids_are_written() -> None:
    """Whoever mistypes one is shown another."""
    found = violations(errors({"when": "2025-02-29", "id": "x"}), KNOWN)
    assert [(one.field, one.message.split(", such as ")[0]) for one in found] == [
        ("body.*", "Write an id as it was given"),
        ("body.when", "Write a date that there is"),
    ]


def test_an_unknown_field_is_told_by_its_parent() -> None:
    """The name of an unknown field is not repeated."""
    (found,) = violations(errors({CANARY: 1}), KNOWN)
    assert (found.field, found.message) == ("body", "It has a field that is not known")


def test_parameters_are_known_names_and_places_may_be_missing() -> None:
    """A query parameter is named; an error without a place is one of the body."""
    given: list[dict[str, Any]] = [
        {"type": "missing", "loc": ("query", "limit"), "msg": "Field required"},
        {"type": "missing", "loc": (), "msg": "Field required"},
    ]
    assert [found.field for found in violations(given, KNOWN)] == ["query.limit", "body"]


def test_names_are_those_of_parameters_and_properties() -> None:
    """Nothing else of the document counts as a name of ours."""
    assert known_names(DOCUMENT) == {"limit", "name", "when", "inner"}


def test_a_flood_of_mistakes_is_cut() -> None:
    """At most twenty are told."""
    assert len(violations(errors({"many": ["x"] * 1000}), KNOWN)) == 20
