"""Euler components, marginal and incremental figures, proposed trades and diversification."""

from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.special import ndtr

from plimsoll.risk.attribution import (
    TradeImpact,
    components,
    diversification,
    incremental,
    marginal,
    measures_of,
    with_trade,
)
from plimsoll.risk.estimators import EsEstimator, VarEstimator, es_weights, tail_measures, var_weights
from plimsoll.risk.factors import RiskFactor
from plimsoll.risk.scenarios.parametric import from_covariance

Vector = NDArray[np.float64]
Weigh = Callable[[Vector], Vector]

GENERATOR = np.random.default_rng(11)
ROWS = GENERATOR.standard_t(4, (30, 400)) * GENERATOR.lognormal(0, 2, (30, 1))
TOTAL = ROWS.sum(axis=0)
DECAYING = 0.99 ** np.arange(400)[::-1]
DECAYING /= DECAYING.sum()
CONFIDENCE = 0.975
DEFAULT = partial(tail_measures, confidence=CONFIDENCE)


def weightings(probabilities: Vector | None) -> dict[str, Weigh]:
    """Return every estimator of VaR and ES as a function from a vector to its weights."""
    var: dict[str, Weigh] = {
        f"var {one}": partial(var_weights, confidence=CONFIDENCE, probabilities=probabilities, estimator=one)
        for one in VarEstimator
    }
    es: dict[str, Weigh] = {
        f"es {one}": partial(es_weights, confidence=CONFIDENCE, probabilities=probabilities, estimator=one)
        for one in EsEstimator
    }
    return var | es


def measured(weigh: Weigh, pnl: Vector) -> float:
    """Return the measure that a weighting stands for."""
    return -float(weigh(pnl) @ pnl)


@pytest.mark.parametrize("probabilities", [None, DECAYING], ids=["equal", "decaying"])
@pytest.mark.parametrize("name", weightings(None))
def test_components_add_up_to_the_measure(name: str, probabilities: Vector | None) -> None:
    """To 1e-12 relative, for every estimator, with equal and unequal scenario weights."""
    weigh = weightings(probabilities)[name]
    assert components(ROWS, weigh(TOTAL)).sum() == pytest.approx(measured(weigh, TOTAL), rel=1e-12)


@pytest.mark.parametrize("probabilities", [None, DECAYING], ids=["equal", "decaying"])
@pytest.mark.parametrize("name", ["es acerbi_tasche", "var order_statistic", "var normal", "es normal"])
def test_a_component_is_the_derivative_to_position_size(name: str, probabilities: Vector | None) -> None:
    """Central finite difference of the measure, each position one part in 1e6 larger and smaller."""
    weigh = weightings(probabilities)[name]
    found = components(ROWS, weigh(TOTAL))
    step = 1e-6
    slopes = [
        (measured(weigh, TOTAL + step * row) - measured(weigh, TOTAL - step * row)) / (2 * step)
        for row in ROWS
    ]
    np.testing.assert_allclose(found, slopes, rtol=1e-6, atol=1e-7 * np.abs(found).max())


@pytest.mark.parametrize("used", [1, 10, 400])
def test_few_or_many_scenarios_in_the_tail_give_the_plain_product(used: int) -> None:
    """Second implementation: minus the product of the matrix and the weights."""
    weights = np.zeros(400)
    weights[np.random.default_rng(used).permutation(400)[:used]] = 1 / used
    np.testing.assert_allclose(components(ROWS, weights), -(ROWS @ weights), rtol=1e-11, atol=1e-14)


def test_float32_rows_are_added_in_float64() -> None:
    """No digit is lost beyond those of the storage: a sum of 1,000 equal numbers is exact."""
    rows = np.full((700, 1000), 0.1, dtype=np.float32)
    expected = -np.float64(np.float32(0.1))
    np.testing.assert_allclose(components(rows, np.full(1000, 1e-3)), expected, rtol=1e-14)


def test_no_rows_have_no_components() -> None:
    """An empty book, and a book without scenario weights."""
    assert components(np.empty((0, 3)), np.ones(3)).shape == (0,)
    assert components(np.ones((2, 3)), np.zeros(3)).tolist() == [0.0, 0.0]


def test_marginal_times_value_is_the_component() -> None:
    """By definition, also of a short position; without value there is no ratio."""
    ratios = marginal(np.array([3.0, -1.0, 2.0, 1.0]), np.array([60.0, -20.0, -4.0, 0.0]))
    assert ratios == (0.05, 0.05, -0.5, None)


def test_marginal_of_next_to_nothing_is_a_number_or_nothing() -> None:
    """A position of 1e-322 shares has a finite ratio where a float can hold it, and none where it cannot."""
    ratios = marginal(np.array([5e-323, 1.0, -1.0]), np.array([1e-322, 1e-322, 5e-324]))
    assert ratios == (0.5, None, None)


@pytest.mark.parametrize("probabilities", [None, DECAYING], ids=["equal", "decaying"])
def test_incremental_is_the_total_less_the_total_without_the_item(probabilities: Vector | None) -> None:
    """Second implementation: one position at a time through the weights."""
    var, es = incremental(ROWS, TOTAL, partial(DEFAULT, probabilities=probabilities))
    weigh = weightings(probabilities)
    for estimator, found in (("var order_statistic", var), ("es acerbi_tasche", es)):
        one = weigh[estimator]
        expected = [measured(one, TOTAL) - measured(one, TOTAL - row) for row in ROWS]
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)


def test_incremental_works_through_blocks_of_any_storage() -> None:
    """2,000 float32 rows of 400 scenarios are more than one block; each equals its own calculation."""
    rows = np.random.default_rng(2).standard_normal((2000, 400)).astype(np.float32)
    total = rows.sum(axis=0, dtype=np.float64)
    var, es = incremental(rows, total, DEFAULT)
    for k in (0, 654, 655, 656, 1999):
        alone = incremental(rows[k : k + 1].astype(np.float64), total, DEFAULT)
        assert (var[k], es[k]) == (alone[0][0], alone[1][0])


def test_taking_everything_out_takes_the_whole_measure_out() -> None:
    """Incremental of the book itself is the measure of the book."""
    var, es = incremental(TOTAL[np.newaxis], TOTAL, DEFAULT)
    assert (var, es) == DEFAULT(TOTAL[np.newaxis])


def test_any_estimator_can_measure() -> None:
    """The default estimators through their weights give what their own kernel gives."""
    weigh = weightings(None)
    measure = measures_of(weigh["var order_statistic"], weigh["es acerbi_tasche"])
    np.testing.assert_allclose(measure(ROWS), DEFAULT(ROWS), rtol=1e-12)
    assert measure(np.empty((0, 400)))[0].shape == (0,)


def test_a_trade_changes_the_measures_by_what_it_adds() -> None:
    """Buying the book again doubles its risk, selling it ends it."""
    var, es = (float(one[0]) for one in DEFAULT(TOTAL[np.newaxis]))
    again = with_trade(TOTAL, TOTAL, DEFAULT)
    assert again == TradeImpact(var, 2 * var, es, 2 * es)
    assert (again.var_change, again.es_change) == (var, es)
    sold = with_trade(TOTAL, -TOTAL, DEFAULT)
    assert (sold.var_after, sold.es_after, sold.es_change) == (0.0, 0.0, -es)


def test_selling_an_item_undoes_its_increment() -> None:
    """The change by the opposite trade is minus the incremental figure."""
    var, es = incremental(ROWS, TOTAL, DEFAULT)
    sold = with_trade(TOTAL, -ROWS[3], DEFAULT)
    assert (sold.var_change, sold.es_change) == pytest.approx((-var[3], -es[3]))


@given(st.integers(0, 2**32 - 1), st.integers(1, 6))
def test_diversification_of_es_is_never_negative(seed: int, parts: int) -> None:
    """Sub-additivity (Acerbi and Tasche 2002)."""
    rows = np.random.default_rng(seed).standard_t(2, (parts, 60))
    _, alone = DEFAULT(rows)
    _, whole = DEFAULT(rows.sum(axis=0)[np.newaxis])
    assert diversification(alone, float(whole[0])) >= -1e-9 * alone.sum()


def test_two_assets_of_hull() -> None:
    """Hull, Options, Futures: 10m Microsoft at 2 % a day, 5m AT&T at 1 %, rho 0.3, 10 days, z = 2.33."""
    covariance = np.array([[0.02**2, 0.3 * 0.02 * 0.01], [0.3 * 0.02 * 0.01, 0.01**2]])
    factors = (RiskFactor("MSFT"), RiskFactor("T"))
    rows = np.array([[10e6], [5e6]]) * from_covariance(factors, covariance, horizon_days=10).shocks.T
    weigh = partial(var_weights, confidence=float(ndtr(2.33)), estimator=VarEstimator.NORMAL)
    alone = np.array([measured(weigh, row) for row in rows])
    whole = measured(weigh, rows.sum(axis=0))
    assert alone == pytest.approx([1_473_621, 368_405], abs=1)
    assert whole == pytest.approx(1_622_657, abs=1)
    assert diversification(alone, whole) == pytest.approx(219_369, abs=1)
    assert components(rows, weigh(rows.sum(axis=0))).sum() == pytest.approx(whole, rel=1e-12)
