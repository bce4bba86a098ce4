"""Weighted sums: their value against exact arithmetic, and the same bits whatever runs beside them."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.risk.weighted_sums import weighted_sum, weighted_sums

pairs = st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(-1.0, 1.0)), min_size=1, max_size=200)


@given(pairs)
def test_a_sum_is_that_of_exact_arithmetic(drawn: list[tuple[float, float]]) -> None:
    """Second implementation: math.fsum of the products, to the rounding of their sizes."""
    values, weights = np.array(drawn).T
    products = (values * weights).tolist()
    slack = 1e-14 * math.fsum(map(abs, products)) + 1e-300
    assert weighted_sum(values, weights) == pytest.approx(math.fsum(products), abs=slack)
    assert weighted_sums(values[np.newaxis], weights)[0] == pytest.approx(math.fsum(products), abs=slack)


@pytest.mark.parametrize("order", ["C", "F"])
def test_a_row_has_the_same_bits_whatever_rows_are_beside_it(order: str) -> None:
    """A matrix of either layout gives what its rows give one by one, and a vector with gaps what it holds."""
    generator = np.random.default_rng(1)
    matrix, weights = generator.standard_normal((37, 1001)), generator.standard_normal(1001)
    rows = np.asfortranarray(matrix) if order == "F" else matrix
    alone = [weighted_sum(row, weights) for row in matrix]
    assert weighted_sums(rows, weights).tolist() == alone
    assert [weighted_sums(rows[k : k + 1], weights)[0] for k in range(37)] == alone
    assert [weighted_sum(row, weights) for row in rows] == alone


def test_float32_is_summed_in_float64() -> None:
    """A thousand times a third of float32 is a thousand times that very number."""
    rows = np.full((3, 4, 1000), 1 / 3, dtype=np.float32)
    sums = weighted_sums(rows, np.ones(1000))
    assert sums.shape == (3, 4)
    np.testing.assert_allclose(sums, 1000 * float(np.float32(1 / 3)), rtol=1e-14)
