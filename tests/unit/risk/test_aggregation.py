"""Sums over slices: against plain sums, in any order, on any number of threads, in float64."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from plimsoll.risk.aggregation import leaf_nodes, node_sums, slice_sums, summands


def plain_sums(
    pnl: NDArray[np.floating], starts: NDArray[np.intp], order: NDArray[np.intp]
) -> NDArray[np.float64]:
    """Return the slow reference: one row after the other."""
    sums = np.zeros((len(starts) - 1, pnl.shape[1]))
    for run in range(len(sums)):
        for row in order[starts[run] : starts[run + 1]]:
            sums[run] += pnl[row].astype(np.float64)
    return sums


@pytest.fixture(scope="module")
def large() -> NDArray[np.float32]:
    """Return a matrix of several tasks: 9,000 rows of 1,024 scenarios."""
    return np.random.default_rng(7).standard_normal((9000, 1024), dtype=np.float32)


@given(
    rows=st.integers(0, 40),
    scenarios=st.integers(1, 9),
    cuts=st.lists(st.floats(0, 1), max_size=6),
    seed=st.integers(0, 2**32 - 1),
    dtype=st.sampled_from([np.float32, np.float64]),
    shuffled=st.booleans(),
)
def test_runs_are_the_sums_of_their_rows(
    rows: int, scenarios: int, cuts: list[float], seed: int, dtype: type, shuffled: bool
) -> None:
    """Second implementation: a plain loop, for runs of any length, empty ones too."""
    generator = np.random.default_rng(seed)
    pnl: NDArray[np.floating] = generator.standard_normal((rows, scenarios)).astype(dtype)
    starts = np.array(sorted([0, *(int(cut * rows) for cut in cuts), rows]), dtype=np.intp)
    order = generator.permutation(rows) if shuffled else np.arange(rows)
    found = slice_sums(pnl, starts, order=order if shuffled else None)
    np.testing.assert_allclose(found, plain_sums(pnl, starts, order), rtol=0, atol=1e-12)


def test_any_number_of_threads_gives_the_same_bits(large: NDArray[np.float32]) -> None:
    """Pieces are cut and added by the shape of the matrix alone."""
    starts = np.array([0, 10, 4500, 9000])
    order = np.random.default_rng(1).permutation(9000)
    for rows in (None, order):
        one, two, any_number = (slice_sums(large, starts, order=rows, threads=n) for n in (1, 2, None))
        assert (one == two).all()
        assert (one == any_number).all()


def test_float32_rows_are_added_in_float64(large: NDArray[np.float32]) -> None:
    """Exact in float64: 2**24 and 8,999 ones, which float32 could not hold."""
    ones = np.ones_like(large[:, :3])
    ones[0] = 2.0**24
    assert slice_sums(ones, np.array([0, 9000]))[0].tolist() == [2.0**24 + 8999] * 3


def test_the_order_of_rows_is_irrelevant(large: NDArray[np.float32]) -> None:
    """The same positions in another order give the same sums to 1e-12 of their gross size."""
    starts = np.array([0, 2000, 9000])
    order = np.random.default_rng(3).permutation(9000)
    back = np.argsort(order)
    moved = slice_sums(large[order], starts, order=back)
    error = np.abs(moved - slice_sums(large, starts)).max()
    assert error <= 1e-12 * np.abs(large).sum(axis=0, dtype=np.float64).max()


def test_the_buffer_of_numpy_is_left_as_it_was(large: NDArray[np.float32]) -> None:
    """The engine changes no setting of the process."""
    before = np.getbufsize()
    slice_sums(large[:100], np.array([0, 100]), threads=1)
    assert np.getbufsize() == before


def test_nan_stays_in_the_sums_that_contain_it() -> None:
    """A missing number is not zero, and does not spread to its neighbours."""
    pnl = np.array([[np.nan, 1.0], [2.0, 3.0]])
    np.testing.assert_array_equal(slice_sums(pnl, np.array([0, 1, 2])), [[np.nan, 1.0], [2.0, 3.0]])


def test_leaves_are_the_nodes_without_children() -> None:
    """A root alone is a leaf."""
    assert leaf_nodes([-1]) == (0,)
    assert leaf_nodes([-1, 0, 1, 1, 0, 4]) == (2, 3, 5)


def test_parents_are_the_sums_of_their_children(large: NDArray[np.float32]) -> None:
    """Three levels: the root is the plain sum of all rows, each parent that of its run."""
    parents = [-1, 0, 1, 1, 0, 4]
    starts = np.array([0, 1000, 5000, 9000])
    sums = node_sums(large, starts, parents)
    assert (sums[1] == sums[2] + sums[3]).all()
    np.testing.assert_allclose(sums[0], large.sum(axis=0, dtype=np.float64), rtol=0, atol=1e-9)
    np.testing.assert_allclose(sums[4], large[5000:].sum(axis=0, dtype=np.float64), rtol=0, atol=1e-9)


@pytest.mark.parametrize("step", [1, 2])
def test_summands_bracket_a_sum_as_it_is_made(step: int, large: NDArray[np.float32]) -> None:
    """Rows that lie together or apart, in several pieces: done by hand, the same bits."""
    pnl = large.astype(np.float64)
    rows = np.arange(0, 9000, step)
    pieces = summands(rows, pnl.shape[1])
    total = np.zeros(pnl.shape[1])
    for piece in pieces:
        part = np.zeros(pnl.shape[1])
        for cut in piece:
            part += np.add.reduce(pnl[rows[cut]], axis=0)
        total += part
    assert len(pieces) == (3, 2)[step - 1]
    assert {len(piece) for piece in pieces} == ({1} if step == 1 else {32, 4})
    assert np.array_equal(total, slice_sums(pnl, np.array([0, len(rows)]), order=rows)[0])
