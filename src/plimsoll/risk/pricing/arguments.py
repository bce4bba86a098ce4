"""What the pricing functions refuse: signs that are not signs, and negatives where there can be none."""

import numpy as np
from numpy.typing import ArrayLike

__all__ = ["refuse_negative", "refuse_unsigned"]


def refuse_negative(**arguments: ArrayLike) -> None:
    """Raise ValueError if any of the named arguments is negative anywhere; NaN passes.

    Examples
    --------
    >>> refuse_negative(strike=[100.0, -1.0])
    Traceback (most recent call last):
        ...
    ValueError: strike must not be negative; found -1.0
    """
    for name, values in arguments.items():
        lowest = np.fmin.reduce(np.asarray(values, dtype=np.float64), axis=None, initial=np.inf)
        if lowest < 0:
            raise ValueError(f"{name} must not be negative; found {lowest}")


def refuse_unsigned(sign: ArrayLike) -> None:
    """Raise ValueError unless every sign is +1 (call) or -1 (put).

    Examples
    --------
    >>> refuse_unsigned([1, 0])
    Traceback (most recent call last):
        ...
    ValueError: sign must be +1 for a call or -1 for a put
    """
    if not (np.abs(np.asarray(sign)) == 1).all():
        raise ValueError("sign must be +1 for a call or -1 for a put")
