"""Square roots of covariance matrices, singular ones included."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["root_of_covariance", "root_of_sample"]

_ROUNDING = 1e-10  # in units of correlation: what a stated matrix may owe to rounding
_DEPENDENT = 1e-12  # a standardised column shorter than this is a combination of those already taken


def root_of_covariance(covariance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a matrix L with L @ L.T equal to `covariance`.

    The eigenvalues are those of the correlation matrix, so that a factor measured in hundredths of a percent
    keeps its digits beside one measured in thousands.

    Parameters
    ----------
    covariance
        Shape (F, F), finite, symmetric, positive semi-definite; singular is fine.

    Returns
    -------
    NDArray[np.float64]
        Shape (F, F), one column per eigenvalue.

    Raises
    ------
    ValueError
        If `covariance` is not square, finite, symmetric or positive semi-definite.

    Examples
    --------
    >>> root = root_of_covariance(np.array([[4.0, 6.0], [6.0, 9.0]]))  # of rank one
    >>> (root @ root.T).round(12).tolist()
    [[4.0, 6.0], [6.0, 9.0]]
    """
    if covariance.ndim != 2 or covariance.shape[0] != covariance.shape[1]:
        raise ValueError(f"a covariance matrix is square, not {covariance.shape}")
    if not np.isfinite(covariance).all():
        raise ValueError("a covariance matrix must be finite")
    variances = covariance.diagonal()
    constant = variances == 0.0
    if (variances < 0.0).any() or covariance[constant].any():
        raise ValueError("not a covariance matrix: a variance is negative, or zero beside a covariance")
    deviations = np.where(constant, 1.0, np.sqrt(variances))
    correlation = covariance / deviations / deviations[:, np.newaxis]
    if np.abs(correlation - correlation.T).max(initial=0.0) > _ROUNDING:
        raise ValueError("a covariance matrix is symmetric; this one is not")
    values, vectors = np.linalg.eigh(correlation)
    if values.min(initial=0.0) < -_ROUNDING * len(values):
        raise ValueError(
            f"not positive semi-definite: the correlation matrix has the eigenvalue {values.min():.3g}; "
            "repair the matrix first"
        )
    root: NDArray[np.float64] = deviations[:, np.newaxis] * vectors * np.sqrt(np.maximum(values, 0.0))
    return root


def root_of_sample(sample: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a matrix R with R.T @ R equal to sample.T @ sample and no more rows than it needs.

    It is the Cholesky factor of that product, less the rows that dependent columns would leave zero, found
    by Gram-Schmidt on columns of unit length: the product is never formed, so no digits are lost to squaring.
    Columns are taken as they come; to take the longest first would let rounding choose between equals, and
    random draws with it. All sums are einsum: BLAS adds in another order on another number of threads.

    Parameters
    ----------
    sample
        Shape (T, F), finite; of any rank.

    Returns
    -------
    NDArray[np.float64]
        Shape (K, F), K ≤ min(T, F); no row where `sample` is zero.

    Examples
    --------
    >>> root_of_sample(np.array([[3.0], [0.0], [4.0]])).tolist()
    [[5.0]]
    """
    dates, factors = sample.shape
    if dates <= factors:
        return sample  # it is its own root, and a factorisation would save no row worth having
    lengths = _lengths(sample)
    scale = np.where(lengths == 0.0, 1.0, lengths)
    remaining = sample / scale
    rows = np.zeros((factors, factors))
    rank = 0
    for column in range(factors):
        length = _lengths(remaining[:, column : column + 1])[0]
        if length <= _DEPENDENT:
            continue
        direction = remaining[:, column] / length
        rows[rank, column:] = np.einsum("t,tf->f", direction, remaining[:, column:])
        remaining[:, column:] -= np.multiply.outer(direction, rows[rank, column:])
        rank += 1
    return rows[:rank] * scale


def _lengths(columns: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the Euclidean length of each column."""
    lengths: NDArray[np.float64] = np.sqrt(np.einsum("tf,tf->f", columns, columns))
    return lengths
