"""What differs: exactly that and nothing else."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.risk.cube import Cube
from plimsoll.risk.portfolio import Position
from plimsoll.workflows.comparison import (
    cube_differences,
    document_differences,
    option_changes,
    position_changes,
)
from plimsoll.workflows.request import ReportRequest
from plimsoll.workflows.risk_report import calculate
from random_books import BOOKS, POSITIONS
from small_book import book, share, small_market

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def _cube() -> Cube:
    positions = (share("AAA", 10.0), share("BBB", 5.0))
    return calculate(book(*positions), small_market(), ReportRequest(days=20)).cube


@given(JSON, JSON)
def test_documents_differ_where_their_bytes_do(before: object, after: object) -> None:
    """There is no difference exactly where the bytes are equal."""
    one, other = json.dumps(before).encode(), json.dumps(after).encode()
    assert (document_differences(one, other) == ()) == (one == other)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"a": 1}, {"a": 2}, ("a: 1 became 2",)),
        ({"a": 1}, {"a": 1.0}, ("a: 1 became 1.0",)),
        ({"a": [1, {"b": "x"}]}, {"a": [1, {"b": "y"}, 3]}, ('a[1].b: "x" became "y"', "a[2] is new")),
        ({"a": 1, "b": None}, {"a": 1}, ("b is gone",)),
    ],
)
def test_each_place_is_named(before: object, after: object, expected: tuple[str, ...]) -> None:
    """A difference is told by the path to it."""
    assert document_differences(json.dumps(before).encode(), json.dumps(after).encode()) == expected


def test_other_blanks_are_a_difference() -> None:
    """The same content in other bytes is not identical, and says so."""
    assert document_differences(b'{"a": 1}', b'{"a":1}') == ("the same content is written in another way",)


def test_a_long_list_is_cut_with_its_length() -> None:
    """Of many differences a hundred are told, and how many more there are."""
    before, after = json.dumps([0] * 130).encode(), json.dumps([1] * 130).encode()
    found = document_differences(before, after)
    assert (len(found), found[-1]) == (101, "and 30 more")


def test_equal_cubes_have_no_difference() -> None:
    """A cube calculated twice agrees in every bit."""
    assert cube_differences(_cube(), _cube()) == ()


def test_each_part_of_a_cube_is_looked_at() -> None:
    """One bit in any part is found, and the position that moved is named."""
    cube = _cube()
    pnl, values = cube.pnl.copy(), cube.values.copy()
    pnl[1, 3] = np.nextafter(pnl[1, 3], 1.0)
    values[0] = np.nextafter(values[0], 0.0)
    weights = cube.scenarios.weights.copy()
    weights[0] = np.nextafter(weights[0], 0.0)
    labels = [*cube.scenarios.labels[:-1], "tomorrow"]
    other_weights = replace(cube, scenarios=replace(cube.scenarios, weights=weights))
    other_labels = replace(cube, scenarios=replace(cube.scenarios, labels=labels))
    other_position = replace(cube, positions=(cube.positions[0], share("CCC", 5.0)))
    assert cube_differences(cube, replace(cube, pnl=pnl)) == ("vectors: other P&L of BBB",)
    assert cube_differences(cube, replace(cube, values=values)) == ("vectors: other values",)
    assert cube_differences(cube, replace(cube, prices=values)) == ("vectors: other prices",)
    assert cube_differences(cube, other_weights) == ("vectors: other weights",)
    assert cube_differences(cube, other_labels) == ("vectors: other scenarios",)
    assert cube_differences(cube, other_position) == ("vectors: other positions could be valued",)


def test_the_sign_of_zero_is_a_bit() -> None:
    """Minus zero in place of zero is found."""
    cube = _cube()
    zero, minus = cube.pnl.copy(), cube.pnl.copy()
    zero[0, 0], minus[0, 0] = 0.0, -0.0
    found = cube_differences(replace(cube, pnl=zero), replace(cube, pnl=minus))
    assert found == ("vectors: other P&L in the sign of a zero",)


def test_options_that_differ_are_told_before_and_after() -> None:
    """Equal options are left out; one that only one side has is none on the other."""
    before, after = {"days": 500, "seed": 1, "old": 2}, {"days": 250, "seed": 1}
    assert option_changes(before, after) == {"days": (500, 250), "old": (2, None)}


@given(BOOKS)
def test_the_order_and_the_rows_of_a_book_do_not_matter(positions: list[Position]) -> None:
    """A book against itself in another order with other rows has no change."""
    moved = [replace(one, row=row) for row, one in enumerate(reversed(positions), 7)]
    assert position_changes(positions, moved) == ()


@given(BOOKS, POSITIONS, st.integers(0, 8))
def test_an_added_position_is_named_alone(positions: list[Position], new: Position, place: int) -> None:
    """Whatever is put in, wherever, is the one change; taken out again, it is the one change back."""
    longer = [*positions[:place], new, *positions[place:]]
    (added,) = position_changes(positions, longer)
    (removed,) = position_changes(longer, positions)
    assert (added.symbol, added.before, added.after) == (new.instrument.symbol, None, new)
    assert (removed.before, removed.after) == (new, None)


@given(BOOKS, st.integers(0, 7), st.floats(1.0, 9.0))
def test_an_altered_position_is_named_alone(positions: list[Position], place: int, more: float) -> None:
    """A position in another quantity is one change with both quantities, whatever stands around it."""
    place %= len(positions)
    old = positions[place]
    new = replace(old, quantity=old.quantity + more)
    (change,) = position_changes(positions, [*positions[:place], new, *positions[place + 1 :]])
    assert (change.before, change.after) == (old, new)
