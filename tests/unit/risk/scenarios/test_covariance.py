"""Roots of covariance matrices: they square back to the matrix, whatever its rank."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from plimsoll.risk.scenarios.covariance import root_of_covariance, root_of_sample


def normals(rows: int, columns: int, seed: int) -> NDArray[np.float64]:
    """Return a matrix of standard normals."""
    return np.random.default_rng(seed).standard_normal((rows, columns))


@given(factors=st.integers(1, 12), rank=st.integers(0, 12), seed=st.integers(0, 10_000))
def test_the_root_of_a_covariance_squares_back(factors: int, rank: int, seed: int) -> None:
    """L L' is the matrix for every rank, zero included."""
    sample = normals(rank, factors, seed)
    covariance = sample.T @ sample
    root = root_of_covariance(covariance)
    size = np.sqrt(np.outer(covariance.diagonal(), covariance.diagonal()))
    assert (np.abs(root @ root.T - covariance) <= 1e-12 * size + 1e-300).all()


def test_small_variances_keep_their_digits_beside_large_ones() -> None:
    """Variances of 1e-12 and 1e12 in one matrix both come back to twelve digits."""
    covariance = np.array([[1e12, 0.5], [0.5, 1e-12]])
    root = root_of_covariance(covariance)
    assert (root @ root.T)[1, 1] == pytest.approx(1e-12, rel=1e-12)
    assert root @ root.T == pytest.approx(covariance, rel=1e-12)


@pytest.mark.parametrize(
    ("matrix", "words"),
    [
        ([[1.0, 0.2]], "square"),
        ([[[1.0]]], "square"),
        ([[1.0, np.nan], [np.nan, 1.0]], "finite"),
        ([[1.0, 0.2], [0.3, 1.0]], "symmetric"),
        ([[-1.0, 0.0], [0.0, 1.0]], "negative"),
        ([[0.0, 1e-9], [1e-9, 1.0]], "zero beside a covariance"),
        ([[1.0, 1.1], [1.1, 1.0]], "eigenvalue -0.1"),
        # The matrix that QuantLib's test-suite repairs (covariance.cpp).
        ([[1.0, 0.9, 0.7], [0.9, 1.0, 0.3], [0.7, 0.3, 1.0]], "not positive semi-definite"),
    ],
)
def test_what_is_no_covariance_is_refused(matrix: list[list[float]], words: str) -> None:
    """Shape, finiteness, symmetry and sign are checked, each with its own words."""
    with pytest.raises(ValueError, match=words):
        root_of_covariance(np.array(matrix))


@given(
    rows=st.integers(1, 30),
    factors=st.integers(1, 12),
    rank=st.integers(0, 12),
    seed=st.integers(0, 10_000),
)
def test_the_root_of_a_sample_squares_back(rows: int, factors: int, rank: int, seed: int) -> None:
    """R'R is the sample's own product for every shape and rank, on scales from 1e-6 to 1e6."""
    scales = 10.0 ** np.random.default_rng(seed).integers(-6, 7, factors)
    sample = normals(rows, rank, seed) @ normals(rank, factors, seed + 1) * scales
    root = root_of_sample(sample)
    assert len(root) <= min(rows, factors)
    product = sample.T @ sample
    size = np.sqrt(np.outer(product.diagonal(), product.diagonal()))
    assert (np.abs(root.T @ root - product) <= 1e-12 * size).all()


def test_the_root_of_a_sample_is_as_short_as_its_rank() -> None:
    """Twelve columns of rank three need three rows."""
    assert root_of_sample(normals(50, 3, 1) @ normals(3, 12, 2)).shape == (3, 12)


def test_a_sample_that_never_moves_needs_no_row() -> None:
    """Zero covariance has the empty root."""
    assert root_of_sample(np.zeros((5, 2))).shape == (0, 2)
