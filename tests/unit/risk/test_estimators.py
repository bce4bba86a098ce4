"""Estimators of VaR and ES against published numbers, second implementations and the laws they must keep."""

import csv
import gzip
import importlib.util
import itertools
import random
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import integrate, stats

from plimsoll.risk.estimators import (
    EsEstimator,
    VarEstimator,
    es_weights,
    tail_measures,
    var_weights,
)
from plimsoll.risk.worst_first import worst_first

Array = NDArray[np.float64]

CONFIDENCES = (0.9, 0.95, 0.975, 0.99)
TRANSLATING_VAR = [estimator for estimator in VarEstimator if estimator is not VarEstimator.NORMAL]
TRANSLATING_ES = [estimator for estimator in EsEstimator if estimator is not EsEstimator.NORMAL]
WEIGHTED_EXACTLY = (EsEstimator.ACERBI_TASCHE, EsEstimator.TAIL_MEAN)

amounts = st.integers(-(10**6), 10**6).map(lambda cents: cents / 100)
levels = st.sampled_from(CONFIDENCES)
masses = st.integers(1, 50)


def var(pnl: Array, confidence: float, estimator: VarEstimator, probabilities: Array | None = None) -> float:
    """Return VaR from the weights of an estimator."""
    return -float(var_weights(pnl, confidence, probabilities=probabilities, estimator=estimator) @ pnl)


def shortfall(
    pnl: Array,
    confidence: float,
    estimator: EsEstimator = EsEstimator.ACERBI_TASCHE,
    probabilities: Array | None = None,
) -> float:
    """Return ES from the weights of an estimator."""
    return -float(es_weights(pnl, confidence, probabilities=probabilities, estimator=estimator) @ pnl)


@st.composite
def weighted_pnl(draw: st.DrawFn, rows: int = 1) -> tuple[Array, Array]:
    """Draw P&L of shape (rows, S) and probabilities of shape (S,)."""
    size = draw(st.integers(2, 40))
    pnl = [draw(st.lists(amounts, min_size=size, max_size=size)) for _ in range(rows)]
    mass = np.array(draw(st.lists(masses, min_size=size, max_size=size)), dtype=np.float64)
    return np.array(pnl), mass / mass.sum()


# Losses of OpenGamma Strata's QuantileCalculationMethodTest (Apache-2.0), as P&L.
STRATA_123 = -np.array(
    [
        0.0538, 0.6766, 0.5142, 0.8477, 0.7511, 0.6085, 0.6417, 0.6349, 0.5921, 0.9024, 0.1734, 0.3315,
        0.9148, 0.2984, 0.0592, 0.3017, 0.8261, 0.6726, 0.7391, 0.3419, 0.3201, 0.6232, 0.1063, 0.2776,
        0.4875, 0.8716, 0.4922, 0.4168, 0.9042, 0.3934, 0.1802, 0.5549, 0.6252, 0.0608, 0.4315, 0.8589,
        0.0786, 0.2501, 0.5051, 0.8886, 0.5517, 0.2929, 0.7101, 0.2107, 0.8944, 0.8768, 0.0871, 0.5534,
        0.5254, 0.5004, 0.9218, 0.2087, 0.8199, 0.8685, 0.9313, 0.4431, 0.4837, 0.6797, 0.6221, 0.0044,
        0.5711, 0.5997, 0.0221, 0.4212, 0.3942, 0.3433, 0.7092, 0.6855, 0.6872, 0.6918, 0.8244, 0.0833,
        0.0396, 0.9643, 0.5443, 0.3836, 0.7923, 0.9274, 0.3068, 0.3448, 0.3037, 0.3839, 0.9425, 0.5025,
        0.7341, 0.7071, 0.7421, 0.5065, 0.2737, 0.4062, 0.4087, 0.8532, 0.0422, 0.3997, 0.7884, 0.7164,
        0.7266, 0.0515, 0.2518, 0.7296, 0.3953, 0.1802, 0.6052, 0.9827, 0.8149, 0.1921, 0.4538, 0.2133,
        0.0431, 0.2061, 0.0076, 0.1505, 0.0182, 0.5426, 0.4236, 0.2362, 0.3676, 0.2273, 0.9142, 0.5008,
        0.6784, 0.2271, 0.0132,
    ]
)  # fmt: skip

# Losses of the exponentially weighted test in the same place; the first is the most recent, decay 0.995.
STRATA_AGED = -np.array(
    [
        0.1746, 0.9716, 0.1963, 0.1982, 0.202, 0.2155, 0.2222, 0.4534, 0.469, 0.3717, 0.0286, 0.0363,
        0.0379, 0.0582, 0.0611, 0.0622, 0.9368, 0.0776, 0.0779, 0.0822, 0.8053, 0.8075, 0.819, 0.819,
        0.8216, 0.8234, 0.8399, 0.8421, 0.8557, 0.8914, 0.6243, 0.8631, 0.1544, 0.1674, 0.174, 0.2401,
        0.2413, 0.2582, 0.2666, 0.962, 0.5807, 0.6278, 0.7532, 0.7543, 0.2936, 0.2979, 0.2998, 0.3,
        0.9524, 0.3028, 0.3057, 0.3076, 0.3461, 0.3508, 0.9157, 0.3781, 0.4011, 0.4157, 0.4197, 0.8814,
        0.887, 0.4285, 0.4463, 0.9077, 0.915, 0.4481, 0.4863, 0.4878, 0.4908, 0.4942, 0.5029, 0.5083,
        0.5108, 0.5212, 0.5224, 0.529, 0.5578, 0.578, 0.5803, 0.6325, 0.0849, 0.0916, 0.1055, 0.9275,
        0.1358, 0.1474, 0.9731, 0.96, 0.5921, 0.6174, 0.6343, 0.6416, 0.6423, 0.6694, 0.6748, 0.6763,
        0.6793, 0.6804, 0.6859, 0.8483, 0.8511, 0.646, 0.6495, 0.6504, 0.657, 0.957, 0.6666, 0.6862,
        0.7136, 0.7145, 0.7289, 0.7291, 0.9813, 0.736, 0.7444, 0.7602, 0.7714, 0.7768, 0.8024, 0.1841,
        0.8963, 0.9198, 0.3734,
    ]
)  # fmt: skip


@pytest.mark.parametrize(
    ("estimator", "expected"),
    [
        (VarEstimator.ORDER_STATISTIC, 0.9148),
        (VarEstimator.NEAREST, 0.9148),
        (VarEstimator.TYPE_4, 0.91471),
        (VarEstimator.TYPE_5, 0.91725),
        (VarEstimator.TYPE_6, 0.9204),
        (VarEstimator.TYPE_7, 0.91474),
    ],
)
def test_var_has_the_values_of_strata(estimator: VarEstimator, expected: float) -> None:
    """Index-above, nearest, sample, midway, sample-plus-one and Excel conventions give Strata's numbers."""
    assert var(STRATA_123, 0.95, estimator) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("confidence", CONFIDENCES)
@pytest.mark.parametrize("size", [10, 123, 250])
@pytest.mark.parametrize(
    ("estimator", "method"),
    [
        (VarEstimator.NEAREST, "closest_observation"),
        (VarEstimator.TYPE_4, "interpolated_inverted_cdf"),
        (VarEstimator.TYPE_5, "hazen"),
        (VarEstimator.TYPE_6, "weibull"),
        (VarEstimator.TYPE_7, "linear"),
        (VarEstimator.TYPE_8, "median_unbiased"),
        (VarEstimator.TYPE_9, "normal_unbiased"),
    ],
)
def test_types_agree_with_numpy(estimator: VarEstimator, method: Any, size: int, confidence: float) -> None:
    """Hyndman and Fan's types are those of numpy.quantile on losses."""
    pnl = np.random.default_rng(size).standard_normal(size)
    expected = np.quantile(-pnl, confidence, method=method)
    assert var(pnl, confidence, estimator) == pytest.approx(float(expected), abs=1e-12)


@pytest.mark.parametrize("confidence", CONFIDENCES)
def test_harrell_davis_agrees_with_scipy(confidence: float) -> None:
    """VaR is scipy's Harrell-Davis quantile of losses; ES is its average over the tail."""
    pnl = np.random.default_rng(3).standard_normal(120)
    expected = float(stats.mstats.hdquantiles(-pnl, prob=[confidence])[0])
    assert var(pnl, confidence, VarEstimator.HARRELL_DAVIS) == pytest.approx(expected, rel=1e-10)
    midpoints = confidence + (1 - confidence) * (np.arange(400) + 0.5) / 400
    average = float(stats.mstats.hdquantiles(-pnl, prob=midpoints).mean())
    assert shortfall(pnl, confidence, EsEstimator.HARRELL_DAVIS) == pytest.approx(average, rel=1e-5)


@pytest.mark.parametrize("confidence", CONFIDENCES)
def test_kernel_smooths_the_quantile_function(confidence: float) -> None:
    """VaR weighs the quantile function with a normal density cut off to [0, 1], here by scipy's truncnorm."""
    pnl = np.random.default_rng(4).standard_normal(60)
    tail = 1 - confidence
    width = np.sqrt(tail * confidence / 61)

    def smoothed(level: float) -> float:
        law = stats.truncnorm(-level / width, (1 - level) / width, loc=level, scale=width)
        return float(np.diff(law.cdf(np.arange(61) / 60)) @ -np.sort(pnl))

    assert var(pnl, confidence, VarEstimator.KERNEL) == pytest.approx(smoothed(tail), rel=1e-9)
    average = integrate.quad(smoothed, 0.0, tail)[0] / tail
    assert shortfall(pnl, confidence, EsEstimator.KERNEL) == pytest.approx(average, rel=1e-7)


def apple_returns() -> Array:
    """Return simple daily returns of AAPL, 1990 to 2022, from the prices that come with skfolio."""
    found = importlib.util.find_spec("skfolio")
    assert found is not None
    assert found.origin is not None
    path = Path(found.origin).parent / "datasets" / "data" / "sp500_dataset.csv.gz"
    with gzip.open(path, "rt") as file:
        rows = list(csv.DictReader(file))
    prices = np.array([float(row["AAPL"]) for row in rows])
    return np.asarray(prices[1:] / prices[:-1] - 1)


def test_apple_has_the_values_of_skfolio() -> None:
    """VaR, CVaR and naive tail mean at 95 % are those of skfolio's test-suite (BSD-3), by our defaults."""
    returns = apple_returns()
    assert returns.size == 8312
    assert var(returns, 0.95, VarEstimator.ORDER_STATISTIC) == pytest.approx(0.039568345, abs=5e-10)
    assert shortfall(returns, 0.95) == pytest.approx(0.059240073, abs=5e-10)
    assert shortfall(returns, 0.95, EsEstimator.TAIL_MEAN) == pytest.approx(0.0592212, abs=5e-8)


def test_two_assets_have_the_values_of_hull() -> None:
    """Normal ten-day VaR of Microsoft and AT&T at 99 % is Hull's, from P&L with exactly his covariance."""
    deviations = np.array([200_000.0, 50_000.0])
    root = np.linalg.cholesky(np.array([[1.0, 0.3], [0.3, 1.0]])) * deviations[:, None]
    pnl = np.sqrt(10 * 2) * np.hstack([root, -root])
    rounded, exact = 2.33, float(stats.norm.ppf(0.99))
    for row, expected in ((pnl[0], 1_473_621), (pnl[1], 368_405), (pnl.sum(axis=0), 1_622_657)):
        reported = var(row, 0.99, VarEstimator.NORMAL) * rounded / exact
        assert reported == pytest.approx(expected, rel=1e-5)


def test_shortfall_has_a_fraction_of_the_boundary() -> None:
    """At 99 % of 250 scenarios ES is (L1 + L2 + L3 / 2) / 2.5."""
    pnl = np.random.default_rng(5).standard_normal(250)
    first, second, third = -np.sort(pnl)[:3]
    assert shortfall(pnl, 0.99) == pytest.approx((first + second + third / 2) / 2.5, rel=1e-12)


def test_a_whole_tail_leaves_nothing_to_its_neighbour() -> None:
    """At 99 % of 500 scenarios five weigh a fifth each, and the sixth weighs nothing at all."""
    weights = es_weights(np.arange(500.0), 0.99)
    assert weights[:5].tolist() == pytest.approx([0.2] * 5, rel=1e-12)
    assert not weights[5:].any()


def test_normal_is_a_multiple_of_the_deviation() -> None:
    """VaR is z and ES is phi(z) / (1 - c) times the root of sum(p * pnl²), by scipy's normal law."""
    pnl, chances = np.array([3.0, -1.0, -4.0]), np.array([0.2, 0.5, 0.3])
    sigma = np.sqrt(chances @ pnl**2)
    z = stats.norm.ppf(0.99)
    assert var(pnl, 0.99, VarEstimator.NORMAL, chances) == pytest.approx(z * sigma)
    density = stats.norm.pdf(z) / 0.01
    assert shortfall(pnl, 0.99, EsEstimator.NORMAL, chances) == pytest.approx(density * sigma)
    flat = np.zeros(3)
    assert var_weights(flat, 0.99, estimator=VarEstimator.NORMAL).tolist() == [0.0, 0.0, 0.0]


def slow_tail(pnl: Array, chances: Array, tail: float) -> tuple[float, float]:
    """Return VaR and ES by walking down the losses one by one."""
    left, value, total = tail, 0.0, 0.0
    for gain, chance in sorted(zip(pnl.tolist(), chances.tolist(), strict=True)):
        value = -gain
        total += min(chance, left) * -gain
        left -= chance
        if left <= 1e-12:
            break
    return value, total / tail


def test_aged_scenarios_follow_the_plain_walk() -> None:
    """With decay 0.995 the weighted defaults equal the sum taken scenario by scenario."""
    ages = 0.995 ** np.arange(STRATA_AGED.size)
    chances = ages / ages.sum()
    for confidence in CONFIDENCES:
        value, average = slow_tail(STRATA_AGED, chances, 1 - confidence)
        assert var(STRATA_AGED, confidence, VarEstimator.ORDER_STATISTIC, chances) == value
        reported = shortfall(STRATA_AGED, confidence, EsEstimator.ACERBI_TASCHE, chances)
        assert reported == pytest.approx(average, rel=1e-12)


@given(weighted_pnl(), levels)
def test_shortfall_solves_rockafellar_and_uryasev(drawn: tuple[Array, Array], confidence: float) -> None:
    """ES is the minimum over a of a + E[max(loss - a, 0)] / (1 - c), which a loss of the sample attains."""
    (pnl,), chances = drawn
    objective = [bound + float(chances @ np.maximum(-pnl - bound, 0.0)) / (1 - confidence) for bound in -pnl]
    reported = shortfall(pnl, confidence, probabilities=chances)
    assert reported == pytest.approx(min(objective), rel=1e-9, abs=1e-6)


@given(st.lists(st.tuples(amounts, st.integers(1, 5)), min_size=2, max_size=20), levels)
def test_a_weight_is_a_repetition(pairs: list[tuple[float, int]], confidence: float) -> None:
    """Scenarios of weight k / n give what k copies among n equal scenarios give."""
    pnl, repeats = np.array([pair[0] for pair in pairs]), np.array([pair[1] for pair in pairs])
    chances = repeats / repeats.sum()
    copies = np.repeat(pnl, repeats)
    order = VarEstimator.ORDER_STATISTIC
    assert var(pnl, confidence, order, chances) == var(copies, confidence, order)
    for estimator in WEIGHTED_EXACTLY:
        reported = shortfall(pnl, confidence, estimator, chances)
        assert reported == pytest.approx(shortfall(copies, confidence, estimator), rel=1e-9, abs=1e-6)


@given(weighted_pnl(), levels)
def test_shortfall_is_never_below_its_var(drawn: tuple[Array, Array], confidence: float) -> None:
    """Each ES estimator is at least the VaR that it averages, with and without weights."""
    (pnl,), chances = drawn
    for estimator in EsEstimator:
        for probabilities in (None, chances):
            average = shortfall(pnl, confidence, estimator, probabilities)
            value = var(pnl, confidence, estimator.partner, probabilities)
            assert average >= value - 1e-9 * (1 + abs(value))


@given(weighted_pnl(), levels, amounts)
def test_weights_add_up_to_one(drawn: tuple[Array, Array], confidence: float, shift: float) -> None:
    """Weights are not negative and add up to one, so that a sure gain lowers each measure by itself."""
    (pnl,), chances = drawn
    for probabilities in (None, chances):
        curves = [
            *(
                var_weights(pnl, confidence, probabilities=probabilities, estimator=e)
                for e in TRANSLATING_VAR
            ),
            *(es_weights(pnl, confidence, probabilities=probabilities, estimator=e) for e in TRANSLATING_ES),
        ]
        for weights in curves:
            assert weights.sum() == pytest.approx(1.0, abs=1e-9)
            assert weights.min() >= -1e-12
        moved = shortfall(pnl + shift, confidence, probabilities=probabilities)
        assert moved == pytest.approx(
            shortfall(pnl, confidence, probabilities=probabilities) - shift, abs=1e-6
        )


@given(weighted_pnl(), levels, st.floats(0.01, 100))
def test_measures_scale_with_the_position(
    drawn: tuple[Array, Array], confidence: float, factor: float
) -> None:
    """Twice the position has twice the VaR and ES, by every estimator."""
    (pnl,), chances = drawn
    for estimator in VarEstimator:
        expected = factor * var(pnl, confidence, estimator, chances)
        assert var(factor * pnl, confidence, estimator, chances) == pytest.approx(
            expected, rel=1e-9, abs=1e-6
        )
    for average in EsEstimator:
        expected = factor * shortfall(pnl, confidence, average, chances)
        reported = shortfall(factor * pnl, confidence, average, chances)
        assert reported == pytest.approx(expected, rel=1e-9, abs=1e-6)


@given(weighted_pnl(rows=2), levels)
def test_shortfall_is_subadditive(drawn: tuple[Array, Array], confidence: float) -> None:
    """ES of a sum is at most the sum of ES, for the default and for the normal estimator, also weighted."""
    (first, second), chances = drawn
    for probabilities in (None, chances):
        for estimator in (EsEstimator.ACERBI_TASCHE, EsEstimator.NORMAL):
            apart = shortfall(first, confidence, estimator, probabilities)
            apart += shortfall(second, confidence, estimator, probabilities)
            together = shortfall(first + second, confidence, estimator, probabilities)
            assert together <= apart + 1e-6


@given(weighted_pnl(), levels, st.randoms(use_true_random=False))
def test_the_order_of_scenarios_is_irrelevant(
    drawn: tuple[Array, Array], confidence: float, shuffler: random.Random
) -> None:
    """Shuffled scenarios give the same measures, also with ties and unequal weights."""
    (pnl,), chances = drawn
    places = list(range(pnl.size))
    shuffler.shuffle(places)
    for estimator in VarEstimator:
        expected = var(pnl, confidence, estimator, chances)
        reported = var(pnl[places], confidence, estimator, chances[places])
        assert reported == pytest.approx(expected, rel=1e-9, abs=1e-6)
    for average in EsEstimator:
        expected = shortfall(pnl, confidence, average, chances)
        reported = shortfall(pnl[places], confidence, average, chances[places])
        assert reported == pytest.approx(expected, rel=1e-9, abs=1e-6)


@given(weighted_pnl(), levels)
def test_equal_weights_change_no_bit(drawn: tuple[Array, Array], confidence: float) -> None:
    """Probabilities of 1 / n give the very same weights as none."""
    (pnl,), _ = drawn
    equal = np.full(pnl.size, 1 / pnl.size)
    for estimator in VarEstimator:
        plain = var_weights(pnl, confidence, estimator=estimator)
        assert (var_weights(pnl, confidence, probabilities=equal, estimator=estimator) == plain).all()
    for average in EsEstimator:
        plain = es_weights(pnl, confidence, estimator=average)
        assert (es_weights(pnl, confidence, probabilities=equal, estimator=average) == plain).all()


def test_ties_at_var_are_all_in_the_tail_mean() -> None:
    """Losses equal to VaR count in full: the mean of 4, 2, 2 and not of 4, 2."""
    assert shortfall(np.array([-2.0, 0.0, -4.0, -2.0]), 0.6, EsEstimator.TAIL_MEAN) == pytest.approx(8 / 3)


@given(weighted_pnl(rows=3), levels)
def test_rows_at_once_equal_rows_one_by_one(drawn: tuple[Array, Array], confidence: float) -> None:
    """For every estimator, with ties and with weights, the rows have the measures that each has alone."""
    rows, chances = drawn
    pairs = zip(VarEstimator, itertools.cycle(EsEstimator), strict=False)
    for (estimator, average), probabilities in itertools.product(pairs, (None, chances)):
        found = tail_measures(
            rows,
            confidence,
            probabilities=probabilities,
            var_estimator=estimator,
            es_estimator=average,
        )
        values = [var(row, confidence, estimator, probabilities) for row in rows]
        averages = [shortfall(row, confidence, average, probabilities) for row in rows]
        np.testing.assert_allclose(found, (values, averages), rtol=1e-9, atol=1e-6)


@given(st.integers(1, 300_000), st.floats(0.5, 0.9999, exclude_min=True))
@example(250_000, 0.9899999999999)
@example(500, 0.99)
@example(1, 0.9999)
def test_rows_and_vectors_agree_on_the_boundary(size: int, confidence: float) -> None:
    """VaR of rows is the very loss that the weights of a vector pick out, however close the call."""
    pnl = np.arange(float(size))
    (value,), _ = tail_measures(pnl[np.newaxis], confidence)
    assert value == 0.0 - float(pnl[var_weights(pnl, confidence).argmax()])


@pytest.mark.parametrize("confidence", [0.5, 0.99991, 0.9999999999999, 0.999999999999999, 1.0])
def test_confidence_out_of_range_is_refused_everywhere(confidence: float) -> None:
    """The same error from weights and from rows, with any number of scenarios."""
    for estimator in (VarEstimator.ORDER_STATISTIC, VarEstimator.NORMAL):
        with pytest.raises(ValueError, match="confidence must be above"):
            var_weights([1.0, 2.0], confidence, estimator=estimator)
    for average in (EsEstimator.KERNEL, EsEstimator.NORMAL):
        with pytest.raises(ValueError, match="confidence must be above"):
            es_weights([1.0, 2.0], confidence, estimator=average)
    with pytest.raises(ValueError, match="confidence must be above"):
        tail_measures([[1.0, 2.0]], confidence)


def test_the_highest_confidence_takes_the_worst_scenario() -> None:
    """At 99.99 % of three scenarios VaR and ES are the largest loss: the rank is at least one."""
    pnl = np.array([3.0, -5.0, 1.0])
    assert var_weights(pnl, 0.9999).tolist() == es_weights(pnl, 0.9999).tolist() == [0.0, 1.0, 0.0]
    assert [one.tolist() for one in tail_measures([pnl, -pnl], 0.9999)] == [[5.0, 3.0], [5.0, 3.0]]


def test_estimators_of_the_same_name_are_kept_apart() -> None:
    """Harrell-Davis VaR and ES are equal as strings but differ as measures, whichever comes first."""
    pnl = np.random.default_rng(8).standard_normal(77)
    for _ in range(2):
        value = var(pnl, 0.95, VarEstimator.HARRELL_DAVIS)
        average = shortfall(pnl, 0.95, EsEstimator.HARRELL_DAVIS)
        assert average > 1.1 * value


def test_scenarios_lined_up_have_the_weights_of_their_vector() -> None:
    """One sort serves every estimator, to the bit, with equal and unequal probabilities."""
    pnl = np.random.default_rng(9).standard_normal(90)
    aged = 0.98 ** np.arange(90.0)
    for probabilities in (None, aged / aged.sum()):
        scenarios = worst_first(pnl, probabilities)
        for estimator in VarEstimator:
            expected = var_weights(pnl, 0.95, probabilities=probabilities, estimator=estimator)
            assert (var_weights(scenarios, 0.95, estimator=estimator) == expected).all()
        for average in EsEstimator:
            expected = es_weights(pnl, 0.95, probabilities=probabilities, estimator=average)
            assert (es_weights(scenarios, 0.95, estimator=average) == expected).all()


def test_rows_are_sorted_in_blocks() -> None:
    """32 MB of rows are measured within 12 MB, and rows where one block meets the next as they are alone."""
    rows = np.random.default_rng(10).standard_normal((4000, 1000))
    tail_measures(rows[:2], 0.99)
    tracemalloc.start()
    values, averages = tail_measures(rows, 0.99)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 12e6
    for k in (0, 261, 262, 263, 3999):
        alone = tail_measures(rows[k : k + 1], 0.99)
        assert (values[k], averages[k]) == (alone[0][0], alone[1][0])


def test_float32_rows_are_summed_in_float64() -> None:
    """ES of float32 rows is that of the same numbers in float64."""
    rows = np.random.default_rng(6).standard_normal((4, 1000)).astype(np.float32)
    value, average = tail_measures(rows, 0.975)
    assert average.dtype == value.dtype == np.float64
    np.testing.assert_allclose(average, tail_measures(rows.astype(np.float64), 0.975)[1], rtol=1e-14)


@pytest.mark.parametrize("rows", [[1.0], [[]], [[float("nan")]]])
def test_rows_that_are_no_finite_matrix_are_refused(rows: list[float]) -> None:
    """Vectors, empty rows and NaN are errors."""
    with pytest.raises(ValueError, match="finite matrix"):
        tail_measures(rows, 0.99)
