"""The error tree."""

import re

import pytest

import plimsoll.errors
from plimsoll.errors import (
    ConflictError,
    DataError,
    FourEyesError,
    NotFoundError,
    PermissionDeniedError,
    PlimsollError,
    PreconditionError,
    SignInError,
    ThrottledError,
    UnavailableError,
    UsageError,
)


@pytest.mark.parametrize(
    ("kind", "code", "exit_code"),
    [
        (PlimsollError, "plimsoll", 4),
        (UsageError, "usage", 2),
        (DataError, "bad-data", 3),
        (UnavailableError, "unavailable", 4),
        (NotFoundError, "not-found", 2),
        (ConflictError, "conflict", 4),
        (PreconditionError, "precondition-failed", 4),
        (PermissionDeniedError, "forbidden", 4),
        (FourEyesError, "four-eyes", 4),
        (SignInError, "unauthenticated", 4),
        (ThrottledError, "rate-limited", 4),
    ],
)
def test_codes_are_stable(kind: type[PlimsollError], code: str, exit_code: int) -> None:
    """Each class keeps its code and its exit code: programs rely on both."""
    assert (kind.code, kind.exit_code) == (code, exit_code)
    assert issubclass(kind, PlimsollError)


def test_text_names_place_message_and_remedy() -> None:
    """A data error reads as file, row, column, what is wrong and what to do."""
    error = DataError("not a number", remedy="Write it as 1234.5.", file="book.csv", row=3, column="quantity")
    assert str(error) == "book.csv, row 3, column quantity: not a number\n  Write it as 1234.5."


def test_text_leaves_out_what_is_unknown() -> None:
    """Without a place and a remedy the message stands alone."""
    assert str(UsageError("no such option")) == "no such option"
    assert str(DataError("empty", file="book.csv")) == "book.csv: empty"


def test_the_drawn_tree_is_the_tree() -> None:
    """The tree in the module's docstring names every class with its code and exit code."""
    drawn = plimsoll.errors.__doc__ or ""
    kinds: list[type[PlimsollError]] = [PlimsollError, *PlimsollError.__subclasses__(), FourEyesError]
    for kind in kinds:
        assert re.search(rf"{kind.__name__} +code {kind.code} +exit {kind.exit_code}\b", drawn), kind
