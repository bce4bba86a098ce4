"""What the pricing functions refuse."""

import numpy as np
import pytest

from plimsoll.risk.pricing.arguments import refuse_negative, refuse_unsigned


def test_a_negative_is_named() -> None:
    """The message says which argument is negative and how much."""
    with pytest.raises(ValueError, match=r"years must not be negative; found -0\.5"):
        refuse_negative(strike=1.0, years=[1.0, np.nan, -0.5])


def test_zero_nan_and_nothing_pass() -> None:
    """Zero, NaN and an empty array are not negative."""
    refuse_negative(zero=0.0, unknown=np.nan, nothing=np.empty(0))


@pytest.mark.parametrize("sign", [0, 2, -1.5, np.nan, [1, -1, 0]])
def test_a_sign_is_plus_or_minus_one(sign: float | list[int]) -> None:
    """Whatever is not +1 or -1 is refused, NaN included."""
    with pytest.raises(ValueError, match="sign must be"):
        refuse_unsigned(sign)


def test_signs_pass() -> None:
    """Calls and puts pass, as do no options at all."""
    refuse_unsigned([1, -1])
    refuse_unsigned(np.empty(0))
