"""Risk factors: moves and their application, pairs and minor units."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.risk.factors import RiskFactor, Shock, change, fx_pair, major_unit, move, shocked

PRICE = st.floats(0.01, 1e6)


@given(PRICE, PRICE, st.sampled_from(Shock))
def test_a_move_applied_where_it_began_leads_to_where_it_ended(
    start: float, end: float, shock: Shock
) -> None:
    """Shocking is the inverse of measuring."""
    found = shocked(start, move(np.array([start]), np.array([end]), shock), shock)
    assert found[0] == pytest.approx(end, rel=1e-9, abs=1e-9 * start)


@pytest.mark.parametrize(
    ("shock", "expected"),
    [(Shock.RELATIVE, 0.25), (Shock.LOG, 0.22314355131420976), (Shock.ABSOLUTE, 20.0)],
)
def test_a_move_is_measured_as_its_shock_says(shock: Shock, expected: float) -> None:
    """Closed forms from 80 to 100: b/a - 1, ln(b/a), b - a."""
    assert move(np.array([80.0]), np.array([100.0]), shock)[0] == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize("shock", Shock)
def test_a_missing_level_has_a_missing_move(shock: Shock) -> None:
    """NaN stays NaN on either side."""
    gaps = move(np.array([np.nan, 1.0]), np.array([1.0, np.nan]), shock)
    assert np.isnan(gaps).all()


def test_an_absolute_shock_may_cross_zero() -> None:
    """What a rate does."""
    assert shocked(0.01, np.array([-0.03]), Shock.ABSOLUTE)[0] == pytest.approx(-0.02)


@given(PRICE, st.floats(-0.9, 2.0), st.sampled_from(Shock))
def test_a_change_is_what_a_shock_adds(level: float, size: float, shock: Shock) -> None:
    """Second implementation: the shocked level less the level, which shares digits with it."""
    shocks = np.array([size])
    expected = shocked(level, shocks, shock) - level
    assert change(level, shocks, shock) == pytest.approx(expected, rel=1e-9, abs=1e-14 * level)


@pytest.mark.parametrize("shock", Shock)
def test_a_small_change_keeps_its_digits(shock: Shock) -> None:
    """Closed form: to first order all shocks of 1e-20 are the same, though 100 + 1e-18 is 100 in floats."""
    added = 1e-20 if shock is Shock.ABSOLUTE else 1e-18
    assert change(100.0, np.array([1e-20]), shock)[0] == pytest.approx(added, rel=1e-14)


def test_minor_units_are_hundredths_of_their_major_unit() -> None:
    """ISO 4217 has no code for pence, cents or agorot."""
    assert [major_unit(code) for code in ("GBX", "GBp", "ZAc", "ZAC", "ILA")] == [
        ("GBP", 0.01),
        ("GBP", 0.01),
        ("ZAR", 0.01),
        ("ZAR", 0.01),
        ("ILS", 0.01),
    ]
    assert major_unit("USD") == ("USD", 1.0)


def test_a_pair_is_read_from_left_to_right() -> None:
    """EURUSD is the price of one euro in dollars."""
    assert fx_pair("EUR", "USD") == "EURUSD"


def test_factors_are_sorted_by_name() -> None:
    """A stable order for hashes and reports."""
    first, second = RiskFactor("A", Shock.RELATIVE), RiskFactor("B", Shock.ABSOLUTE)
    assert sorted([second, first]) == [first, second]
    assert RiskFactor("A").shock is Shock.RELATIVE
