"""The posterior of the generalised Pareto tail against a plain one, and its laws."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from plimsoll.risk.tail_fit import shortfall_quantiles
from plimsoll.risk.worst_first import worst_first

LEVELS = (0.025, 0.5, 0.975)
Array = NDArray[np.float64]


def quantiles(pnl: Array, tail: float, observations: float | None = None) -> Array:
    """Return the posterior quantiles of ES of equal scenarios."""
    found = shortfall_quantiles(worst_first(pnl), tail, observations or float(pnl.size), LEVELS)
    assert found is not None
    return found


def plain_posterior(pnl: Array, tail: float, beyond: int) -> Array:
    """Return the same quantiles by scipy's generalised Pareto law on a wide grid and by random rates."""
    losses = -np.sort(pnl)
    threshold, sizes = losses[beyond], losses[:beyond] - losses[beyond]
    shapes = np.linspace(-0.75, 0.9, 111)
    shapes = shapes[np.abs(shapes) > 1e-9]
    scales = sizes.mean() * np.exp(np.linspace(-1.5, 1.5, 201))
    height = np.empty((shapes.size, scales.size))
    for row, shape in enumerate(shapes):
        law = stats.genpareto(shape, scale=scales[:, None])
        height[row] = law.logpdf(sizes).sum(axis=1) + stats.norm(0.1, 0.2).logpdf(shape)
    mass = np.exp(height - height.max()).ravel()
    generator = np.random.default_rng(1)
    drawn = generator.choice(mass.size, size=400_000, p=mass / mass.sum())
    shape, scale = shapes[drawn // scales.size], scales[drawn % scales.size]
    rate = generator.beta(beyond + 1, pnl.size - beyond, size=drawn.size)
    var = threshold + scale / shape * ((tail / rate) ** -shape - 1)
    shortfall = (var + scale - shape * threshold) / (1 - shape)
    return np.asarray(np.quantile(shortfall, LEVELS))


@pytest.mark.parametrize(
    ("size", "beyond", "tail"), [(250, 25, 0.025), (250, 25, 0.01), (1000, 63, 0.025), (2000, 100, 0.01)]
)
@pytest.mark.parametrize("freedom", [4.0, 1e6])
def test_the_posterior_agrees_with_a_plain_one(size: int, beyond: int, tail: float, freedom: float) -> None:
    """Quantiles differ from brute force (McNeil, Frey and Embrechts 5.2.3) by at most 3 % of the interval."""
    pnl = np.random.default_rng(size).standard_t(freedom, size)
    expected = plain_posterior(pnl, tail, beyond)
    np.testing.assert_allclose(quantiles(pnl, tail), expected, atol=0.03 * (expected[2] - expected[0]))


def test_large_samples_close_in_on_the_truth() -> None:
    """With 200,000 exponential losses the interval is narrow and holds the true ES, 1 + ln 40 at 97.5 %."""
    low, middle, high = quantiles(-np.random.default_rng(2).exponential(size=200_000), 0.025)
    truth = 1 + np.log(40.0)
    assert low < truth < high
    assert middle == pytest.approx(truth, rel=0.01)
    assert high - low < 0.03 * truth


def test_the_posterior_moves_and_scales_with_pnl() -> None:
    """ES of a + b * pnl is b times ES, less a."""
    pnl = np.random.default_rng(3).standard_t(4.0, 500)
    np.testing.assert_allclose(quantiles(5 + 1e6 * pnl, 0.01), 1e6 * quantiles(pnl, 0.01) - 5, rtol=1e-9)


def test_fewer_observations_widen_the_interval() -> None:
    """The same scenarios that count for a fifth say less."""
    pnl = np.random.default_rng(4).standard_normal(1000)
    alone, shared = quantiles(pnl, 0.025), quantiles(pnl, 0.025, 200.0)
    assert shared[2] - shared[0] > 1.5 * (alone[2] - alone[0])


def test_scenarios_of_no_probability_change_nothing() -> None:
    """A scenario with probability zero is as good as absent, however large its loss."""
    pnl = np.random.default_rng(5).standard_normal(500)
    probabilities = np.append(np.full(500, 1 / 500), 0.0)
    padded = shortfall_quantiles(worst_first(np.append(pnl, -1e3), probabilities), 0.025, 500.0, LEVELS)
    assert padded is not None
    np.testing.assert_allclose(padded, quantiles(pnl, 0.025), rtol=1e-9)


def test_a_tail_thinner_than_asked_rests_on_the_threshold() -> None:
    """Of 1,000 scenarios 985 lose nothing: at 97.5 % ES is near the sum of the 15 losses over 25."""
    losses = np.append(np.zeros(985), np.random.default_rng(6).exponential(size=15))
    low, _, high = quantiles(-losses, 0.025)
    assert 0.0 < low < losses.sum() / 25 < high


@pytest.mark.parametrize("pnl", [np.arange(12.0), np.append(np.zeros(300), [-1.0, -2.0, -3.0])])
def test_too_few_losses_fit_no_tail(pnl: Array) -> None:
    """A short sample and one that is mostly constant give nothing."""
    assert shortfall_quantiles(worst_first(pnl), 0.01, float(pnl.size), LEVELS) is None


def test_losses_at_the_edge_of_floats_fit_no_tail() -> None:
    """Where the mean excess is too small for a float there is nothing to scale by, and nothing warns."""
    losses = np.zeros(400)
    losses[:40] = 5e-324
    probabilities = np.full(400, 0.5 / 360)
    probabilities[:40] = 0.5 / 40
    scenarios = worst_first(-losses, probabilities)
    assert shortfall_quantiles(scenarios, 0.01, 30.0, LEVELS) is None
