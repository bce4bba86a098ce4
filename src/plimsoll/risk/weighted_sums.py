"""Weighted sums over scenarios, with the same bits on any number of threads.

A product such as ``weights @ pnl`` is done by BLAS, which adds in another order on another number of threads:
the last digits of a report would depend on the machine. These sums always add in the same order, from memory
without gaps, as NumPy too adds numbers that lie apart in another order.
"""

import numpy as np
from numpy.typing import NDArray

__all__ = ["weighted_sum", "weighted_sums"]


def weighted_sum(values: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    """Return the sum of `values` times `weights`, both of shape (S,).

    Examples
    --------
    >>> weighted_sum(np.array([3.0, -5.0, 1.0]), np.array([0.5, 0.5, 0.0]))
    -1.0
    """
    return float(np.einsum("s,s->", np.ascontiguousarray(values), np.ascontiguousarray(weights)))


def weighted_sums(rows: NDArray[np.floating], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the sum of each row times `weights`, in float64.

    Parameters
    ----------
    rows
        Shape (..., S), float32 or float64.
    weights
        Shape (S,).

    Returns
    -------
    ndarray
        Shape (...). A row has the same sum, whatever rows are beside it.

    Examples
    --------
    >>> weighted_sums(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([10.0, 1.0])).tolist()
    [12.0, 34.0]
    """
    lined_up = np.ascontiguousarray(rows, dtype=np.float64)
    sums: NDArray[np.float64] = np.einsum("...s,s->...", lined_up, np.ascontiguousarray(weights))
    return sums
