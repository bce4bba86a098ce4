"""Failures: the record of what is left out."""

from plimsoll.risk.failures import Failure, Reason


def test_what_is_not_known_is_none_and_not_zero() -> None:
    """A failure without a file, a column or a value says so."""
    failure = Failure(Reason.EXPIRED, "X", "text")
    assert (failure.row, failure.column, failure.value) == (None, "", None)


def test_equal_failures_are_one() -> None:
    """They are values that can be gathered in a set, so none is counted twice."""
    assert len({Failure(Reason.EXPIRED, "X", "text", 3), Failure(Reason.EXPIRED, "X", "text", 3)}) == 1


def test_reasons_are_stable_words() -> None:
    """Programs match on them: lower case, words joined by hyphens, equal to their name."""
    assert all(reason.value == reason.name.lower().replace("_", "-") for reason in Reason)
