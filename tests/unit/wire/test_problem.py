"""Problems."""

import pytest
from pydantic import ValidationError

from plimsoll.wire.problem import Problem, Violation
from wire_examples import survives


def test_the_example_is_a_message() -> None:
    """The example in the API document is valid and survives the journey."""
    assert survives(Problem)


def test_a_problem_is_an_error() -> None:
    """A status that says that all is well is no problem."""
    with pytest.raises(ValidationError):
        Problem(title="Fine", status=200, code="fine")


def test_a_problem_names_fields() -> None:
    """The fields that cannot be accepted are listed with a reason each."""
    wrong = Violation(field="name", message="Field required")
    assert Problem(title="Wrong", status=422, code="invalid", violations=(wrong,)).violations == (wrong,)
