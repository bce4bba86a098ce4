"""A cube as bytes and back."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from plimsoll.errors import DataError
from plimsoll.risk.cube import Cube
from plimsoll.risk.portfolio import Position
from plimsoll.risk.scenarios.scenario_set import ScenarioSet
from plimsoll.workflows.cube_store import from_bytes, to_bytes
from plimsoll.workflows.request import ReportRequest
from plimsoll.workflows.risk_report import calculate
from random_books import BOOKS, REQUESTS, option
from small_book import book, share, small_market

FINITE = st.floats(allow_nan=False, allow_infinity=False)


def _cube(pnl: np.ndarray, positions: list[Position]) -> Cube:
    count = pnl.shape[1]
    weights = np.arange(1.0, count + 1) / (count * (count + 1) / 2)
    labels = [f"Tag {k} ä" for k in range(count)]
    scenarios = ScenarioSet((), np.empty((count, 0)), weights, labels, 3, "a test", 2.5, True, 9)
    numbers = np.linspace(-1.0, 1.0, len(positions))
    return Cube(tuple(positions), numbers, numbers / 3, pnl, scenarios)


def _same(one: Cube, other: Cube) -> None:
    assert one.positions == other.positions
    for name in ("values", "prices", "pnl"):
        before, after = getattr(one, name), getattr(other, name)
        assert (before.dtype, before.shape) == (after.dtype, after.shape)
        assert before.tobytes() == after.tobytes()
    before, after = one.scenarios, other.scenarios
    assert before.weights.tobytes() == after.weights.tobytes()
    assert list(before.labels) == list(after.labels)
    for name in ("horizon_days", "method", "observations", "overlapping", "seed"):
        assert getattr(before, name) == getattr(after, name)


@given(st.data(), st.integers(1, 5), st.integers(1, 7), st.sampled_from([np.float64, np.float32]))
def test_the_round_trip_is_exact_to_the_bit(data: st.DataObject, rows: int, count: int, kind: type) -> None:
    """Any finite matrix comes back with every bit, minus zero and the smallest numbers included."""
    numbers = st.floats(width=64 if kind is np.float64 else 32, allow_nan=False, allow_infinity=False)
    pnl = data.draw(arrays.arrays(kind, (rows, count), elements=numbers))
    positions = data.draw(
        st.lists(st.builds(share, st.text("AÄ漢", min_size=1), FINITE), min_size=rows, max_size=rows)
    )
    cube = _cube(pnl, positions)
    _same(from_bytes(to_bytes(cube)), cube)


@given(BOOKS, REQUESTS)
def test_a_calculated_cube_survives(positions: list[Position], request_: ReportRequest) -> None:
    """The cube of any book and method comes back, and adds up to the same total and nodes."""
    cube = calculate(book(*positions), small_market(), request_).cube
    back = from_bytes(to_bytes(cube))
    _same(back, cube)
    assert back.total().tobytes() == cube.total().tobytes()
    assert back.nodes(["desk"]).pnl.tobytes() == cube.nodes(["desk"]).pnl.tobytes()


def test_terms_and_labels_of_positions_survive() -> None:
    """An option with its terms, attributes and row comes back equal."""
    position = replace(option(95.0, -2.0, desk="one"), row=7, price=3.5)
    cube = _cube(np.ones((1, 2)), [position])
    assert from_bytes(to_bytes(cube)).positions == (position,)


def test_a_cube_of_no_position_survives() -> None:
    """An empty matrix keeps its shape."""
    cube = _cube(np.empty((0, 4)), [])
    _same(from_bytes(to_bytes(cube)), cube)


def test_what_comes_back_cannot_be_written_to() -> None:
    """The arrays of a stored cube are sealed, as those of any cube."""
    cube = from_bytes(to_bytes(_cube(np.ones((1, 2)), [share("AAA", 1.0)])))
    with pytest.raises(ValueError, match="read-only"):
        cube.pnl[0, 0] = 2.0


CONTENT = to_bytes(_cube(np.ones((2, 3)), [share("AAA", 1.0), share("BBB", 2.0)]))


@given(st.integers(0, len(CONTENT) - 1), st.integers(1, 255))
@example(8, 1)
def test_any_damaged_byte_is_found(place: int, flip: int) -> None:
    """Changing any one byte is refused, never read as other numbers."""
    damaged = bytearray(CONTENT)
    damaged[place] ^= flip
    with pytest.raises(DataError, match="P&L vectors"):
        from_bytes(bytes(damaged))


@given(st.integers(0, len(CONTENT) - 1))
def test_any_lost_end_is_found(length: int) -> None:
    """Bytes that end too early are refused."""
    with pytest.raises(DataError, match="P&L vectors"):
        from_bytes(CONTENT[:length])
