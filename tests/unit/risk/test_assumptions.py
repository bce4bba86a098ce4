"""Assumptions: the record of what a number takes for granted."""

from plimsoll.risk.assumptions import Assumption


def test_an_assumption_concerns_all_unless_it_names_items() -> None:
    """No items stands for everything."""
    assert Assumption("gaps", "text").items == ()
    assert Assumption("gaps", "text", ("A", "B")).items == ("A", "B")


def test_equal_assumptions_are_one() -> None:
    """They can be gathered in a set, so none is shown twice."""
    assert len({Assumption("fx", "text", ("A",)), Assumption("fx", "text", ("A",))}) == 1
