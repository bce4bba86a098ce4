"""Simulate how often the intervals of VaR and ES cover the truth; rewrite docs/INTERVAL_COVERAGE.md.

Run it as `python benchmarks/interval_coverage.py [--samples 2000] [--seed 1]`; it takes a few minutes.
"""

import argparse
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import integrate, optimize, special, stats

from plimsoll.risk.intervals import binomial_ranks
from plimsoll.risk.measures import Estimate, expected_shortfall, value_at_risk

Array = NDArray[np.float64]

REPORT = Path(__file__).parents[1] / "docs" / "INTERVAL_COVERAGE.md"
SIZES = (250, 500, 1000, 2000)
CONFIDENCES = (0.975, 0.99)
NOMINAL = 0.95
RESAMPLES = 1000
CRASH_CHANCE, CRASH_SIZE = 0.005, 8.0


def _percent(share: float, digits: int = 1) -> str:
    """Return a fraction in words."""
    return f"{100 * share:.{digits}f} %"


@dataclass(frozen=True, slots=True)
class Law:
    """A distribution of daily losses whose ES is known."""

    name: str
    draw: Callable[[np.random.Generator, tuple[int, int]], Array]
    survival: Callable[[float], float]

    def quantile(self, confidence: float) -> float:
        """Return the true VaR."""
        return float(optimize.brentq(lambda x: self.survival(x) - 1.0 + confidence, 0.0, 100.0, xtol=1e-13))

    def shortfall(self, confidence: float) -> float:
        """Return the true ES: VaR plus the integral of the survival function beyond it."""
        var = self.quantile(confidence)
        near = integrate.quad(self.survival, var, var + 30.0, limit=500)[0]
        far = integrate.quad(self.survival, var + 30.0, math.inf, limit=500)[0]
        return float(var + (near + far) / (1.0 - confidence))


def _draw_normal(generator: np.random.Generator, shape: tuple[int, int]) -> Array:
    """Return standard normal losses."""
    return generator.standard_normal(shape)


def _draw_t4(generator: np.random.Generator, shape: tuple[int, int]) -> Array:
    """Return Student-t losses with four degrees of freedom."""
    return generator.standard_t(4.0, shape)


def _draw_crashes(generator: np.random.Generator, shape: tuple[int, int]) -> Array:
    """Return normal losses that are eight times as large on one day in 200."""
    scale = np.where(generator.random(shape) < CRASH_CHANCE, CRASH_SIZE, 1.0)
    return generator.standard_normal(shape) * scale


def _crash_survival(loss: float) -> float:
    """Return the chance of a loss beyond `loss` under :func:`_draw_crashes`."""
    calm, wild = stats.norm.sf(loss), stats.norm.sf(loss / CRASH_SIZE)
    return float((1.0 - CRASH_CHANCE) * calm + CRASH_CHANCE * wild)


NORMAL = Law("Normal", _draw_normal, lambda loss: float(stats.norm.sf(loss)))
T4 = Law("Student's t, 4 degrees of freedom", _draw_t4, lambda loss: float(stats.t.sf(loss, 4.0)))
OTHERS = (
    Law("Student's t, 3", lambda g, shape: g.standard_t(3.0, shape), lambda x: float(stats.t.sf(x, 3.0))),
    Law("Student's t, 6", lambda g, shape: g.standard_t(6.0, shape), lambda x: float(stats.t.sf(x, 6.0))),
    Law("Laplace", lambda g, shape: g.laplace(size=shape), lambda x: float(stats.laplace.sf(x))),
    Law(
        "lognormal, σ 0.5",
        lambda g, shape: g.lognormal(0.0, 0.5, shape),
        lambda x: float(stats.lognorm.sf(x, 0.5)),
    ),
)
CRASHES = Law("Normal, with one day in 200 eight times as wild", _draw_crashes, _crash_survival)


@dataclass(frozen=True, slots=True)
class Tally:
    """How often an interval covered the truth and missed it on either side, and its width over the truth."""

    below: float
    above: float
    width: float = math.nan

    @property
    def covered(self) -> float:
        """Share of samples whose interval holds the truth."""
        return 1.0 - self.below - self.above

    def __str__(self) -> str:
        """Return coverage (truth below the interval / above it)."""
        return f"{_percent(self.covered)} ({100 * self.below:.1f} / {100 * self.above:.1f})"


def _tallied(ends: Array, truth: float) -> Tally:
    """Return the tally of intervals of shape (samples, 2)."""
    below, above = np.mean(truth < ends[:, 0]), np.mean(truth > ends[:, 1])
    return Tally(float(below), float(above), float(np.mean(ends[:, 1] - ends[:, 0])) / truth)


def _with_error(worst: Array, in_tail: float, confidence: float) -> tuple[Array, Array]:
    """Return ES and its asymptotic standard error from the worst losses along the last axis.

    Manistre and Hancock (2005): variance of losses in the tail plus confidence · (ES - VaR)², over n · tail.
    """
    places = worst.shape[-1]
    shares = np.minimum(np.arange(1, places + 1), in_tail) - np.arange(places)
    shortfall = worst @ shares / in_tail
    spread = ((worst - shortfall[..., None]) ** 2) @ shares / max(in_tail - 1.0, 1.0)
    return shortfall, np.sqrt((spread + confidence * (shortfall - worst[..., -1]) ** 2) / in_tail)


def _in_tail(losses: Array, confidence: float) -> tuple[float, int]:
    """Return n · tail and the number of losses that it touches."""
    in_tail = losses.shape[1] * (1.0 - confidence)
    return in_tail, math.ceil(in_tail - 1e-9)


def asymptotic(losses: Array, confidence: float) -> Array:
    """Return ES plus and minus z asymptotic standard errors."""
    in_tail, places = _in_tail(losses, confidence)
    shortfall, error = _with_error(losses[:, :places], in_tail, confidence)
    reach = float(special.ndtri(0.5 + NOMINAL / 2)) * error
    return np.stack([shortfall - reach, shortfall + reach], axis=1)


def _resampled(count: int, places: int) -> NDArray[np.intp]:
    """Return where the worst losses of resamples lie among `count` sorted losses, (RESAMPLES, places).

    The worst of `count` uniform numbers are cumulative exponentials over their total, so only they are drawn.
    """
    generator = np.random.default_rng(0)
    steps = generator.exponential(size=(RESAMPLES, places + 1))
    steps[:, places] = generator.gamma(count + 1 - places, size=RESAMPLES)
    positions = np.cumsum(steps, axis=1)
    return np.asarray(positions[:, :places] / positions[:, -1:] * count, dtype=np.intp)


def _bootstrapped(losses: Array, confidence: float) -> Iterator[tuple[Array, Array]]:
    """Yield, for each sample, ES and asymptotic standard error of every resample."""
    in_tail, places = _in_tail(losses, confidence)
    chosen = _resampled(losses.shape[1], places)
    for row in losses:
        yield _with_error(row[chosen], in_tail, confidence)


def percentile_bootstrap(losses: Array, confidence: float) -> Array:
    """Return the 2.5 % and 97.5 % quantiles of ES over resamples."""
    levels = ((1.0 - NOMINAL) / 2, (1.0 + NOMINAL) / 2)
    return np.array([np.quantile(shortfall, levels) for shortfall, _ in _bootstrapped(losses, confidence)])


def bootstrap_t(losses: Array, confidence: float) -> Array:
    """Return the studentised bootstrap; a resample of one repeated loss has no error and is left out."""
    levels = ((1.0 + NOMINAL) / 2, (1.0 - NOMINAL) / 2)
    in_tail, places = _in_tail(losses, confidence)
    estimates, errors = _with_error(losses[:, :places], in_tail, confidence)
    ends = []
    resamples = _bootstrapped(losses, confidence)
    for estimate, error, (shortfall, resampled) in zip(estimates, errors, resamples, strict=True):
        usable = resampled > 1e-9 * error
        pivots = (shortfall[usable] - estimate) / resampled[usable]
        ends.append(estimate - np.quantile(pivots, levels) * error)
    return np.array(ends)


def _ends(estimate: Estimate) -> tuple[float, float]:
    """Return the ends of an interval, infinite where it is open."""
    low = -math.inf if estimate.low is None else estimate.low
    return low, math.inf if estimate.high is None else estimate.high


def fitted_tail(losses: Array, confidence: float) -> Array:
    """Return the interval that Plimsoll reports."""
    return np.array(
        [_ends(expected_shortfall(-row, confidence, interval_confidence=NOMINAL)) for row in losses]
    )


METHODS: Mapping[str, Callable[[Array, float], Array]] = {
    "fitted tail (default)": fitted_tail,
    "percentile bootstrap": percentile_bootstrap,
    "bootstrap-t": bootstrap_t,
    "asymptotic normal": asymptotic,
}


def shortfall_table(law: Law, samples: int, seed: int) -> Iterator[str]:
    """Yield the rows of the ES table of one law."""
    yield f"| n | level | tail points | {' | '.join(METHODS)} |"
    yield f"|--:|--:|--:|{'--:|' * len(METHODS)}"
    for count in SIZES:
        losses = -np.sort(-law.draw(np.random.default_rng([seed, count]), (samples, count)), axis=1)
        for confidence in CONFIDENCES:
            truth = law.shortfall(confidence)
            tallies = [_tallied(method(losses, confidence), truth) for method in METHODS.values()]
            cells = " | ".join(f"{tally}, {_percent(tally.width, 0)}" for tally in tallies)
            points = f"{count * (1 - confidence):.4g}"
            yield f"| {count} | {_percent(confidence)} | {points} | {cells} |"


def others_table(samples: int, seed: int) -> Iterator[str]:
    """Yield the rows of the table of the default interval under further laws."""
    yield "| law | level |" + "".join(f" n = {count} |" for count in SIZES)
    yield f"|---|--:|{'--:|' * len(SIZES)}"
    for law in OTHERS:
        for confidence in CONFIDENCES:
            truth, cells = law.shortfall(confidence), []
            for count in SIZES:
                losses = law.draw(np.random.default_rng([seed, count]), (samples, count))
                cells.append(str(_tallied(fitted_tail(losses, confidence), truth)))
            yield f"| {law.name} | {_percent(confidence)} | {' | '.join(cells)} |"


def var_table() -> Iterator[str]:
    """Yield the rows of the VaR table: exact, by enumeration, for every continuous law."""
    yield "| n | level | rank of low end | rank of high end | coverage (below / above) |"
    yield "|--:|--:|--:|--:|--:|"
    for count in SIZES:
        for confidence in CONFIDENCES:
            low, high = binomial_ranks(count, confidence, interval_confidence=NOMINAL)
            below = 0.0 if low is None else float(stats.binom.sf(low - 1, count, 1.0 - confidence))
            above = 0.0 if high is None else float(stats.binom.cdf(high - 1, count, 1.0 - confidence))
            ranks = f"{'open' if low is None else low} | {'open' if high is None else high}"
            yield f"| {count} | {_percent(confidence)} | {ranks} | {Tally(below, above)} |"


@dataclass(frozen=True, slots=True)
class Window:
    """Scenarios that count for less than their number: overlapping windows or age weights."""

    text: str
    days: int
    horizon: int
    decay: float

    def ends(self, confidence: float, samples: int, generator: np.random.Generator) -> tuple[Array, Array]:
        """Return the intervals of VaR and of ES of t4 samples, each (samples, 2)."""
        chances = self.decay ** np.arange(self.days)
        chances /= chances.sum()
        var, es = [], []
        for _ in range(samples):
            path = np.cumsum(generator.standard_t(4.0, self.days + self.horizon))
            pnl = path[self.horizon :] - path[: -self.horizon]
            count = self.observations
            var.append(_ends(value_at_risk(pnl, confidence, probabilities=chances, observations=count)))
            es.append(_ends(expected_shortfall(pnl, confidence, probabilities=chances, observations=count)))
        return np.array(var), np.array(es)

    @property
    def observations(self) -> float:
        """Independent observations: Kish's number over the horizon."""
        weights = self.decay ** np.arange(self.days)
        return float(weights.sum() ** 2 / (weights @ weights)) / self.horizon

    def truth(self, confidence: float, generator: np.random.Generator) -> tuple[float, float]:
        """Return the true VaR and ES; of ten days by a million draws."""
        if self.horizon == 1:
            return T4.quantile(confidence), T4.shortfall(confidence)
        pnl = generator.standard_t(4.0, (1_000_000, self.horizon)).sum(axis=1)
        return value_at_risk(pnl, confidence).value, expected_shortfall(pnl, confidence).value


WINDOWS = (
    Window("1,000 days, overlapping ten-day windows", 1000, 10, 1.0),
    Window("2,500 days, overlapping ten-day windows", 2500, 10, 1.0),
    Window("1,000 days, age weights λ = 0.995", 1000, 1, 0.995),
)


def window_table(samples: int, seed: int) -> Iterator[str]:
    """Yield the rows of the table of dependent and weighted scenarios."""
    yield "| scenarios | observations | level | VaR coverage (below / above) | ES coverage (below / above) |"
    yield "|---|--:|--:|--:|--:|"
    for window in WINDOWS:
        for confidence in CONFIDENCES:
            generator = np.random.default_rng([seed, window.days, window.horizon])
            var_truth, es_truth = window.truth(confidence, generator)
            var, es = window.ends(confidence, samples, generator)
            cells = f"{_tallied(var, var_truth)} | {_tallied(es, es_truth)}"
            yield f"| {window.text} | {window.observations:.0f} | {_percent(confidence)} | {cells} |"


def report(samples: int, seed: int) -> str:
    """Return docs/INTERVAL_COVERAGE.md."""
    error = math.sqrt(NOMINAL * (1.0 - NOMINAL) / samples)
    lines = [
        "# How often the intervals cover the truth",
        "",
        "Written by `python benchmarks/interval_coverage.py`; do not edit.",
        f"{samples:,} samples per cell, seed {seed}; at the nominal {_percent(NOMINAL, 0)} the Monte Carlo",
        f"standard error of a coverage is {100 * error:.1f} points. *Below / above*: percentage of samples",
        "with the truth below the low end and above the high end; the second hurts: risk was larger than the",
        "interval said. Width is the mean width over the true value.",
        "",
        "## VaR: exact binomial interval",
        "",
        "Holds for every continuous law of independent P&L; nothing is simulated. An open end never misses.",
        "",
        *var_table(),
        "",
        "## ES: coverage (below / above), width",
        "",
        f"`fitted tail` is what a report shows. Both bootstraps use {RESAMPLES:,} resamples; bootstrap-t and",
        "asymptotic normal use the variance of Manistre and Hancock (2005).",
    ]
    for law in (NORMAL, T4, CRASHES):
        lines += ["", f"### {law.name}", "", *shortfall_table(law, samples, seed)]
    lines += [
        "",
        "### The default under further laws: coverage (below / above)",
        "",
        *others_table(samples, seed),
    ]
    lines += [
        "",
        *READING,
        "",
        "## Fewer independent observations than scenarios (t, 4 degrees of freedom)",
        "",
    ]
    lines += [*window_table(samples // 4, seed), "", f"{samples // 4:,} samples per cell here.", ""]
    return "\n".join(lines)


READING = (
    "### What this means",
    "",
    "- On normal and t4 samples the fitted tail stays within three points of nominal everywhere, also with",
    "  2.5 tail points, where the percentile bootstrap and the asymptotic interval lose 20 to 40 points:",
    "  they cannot see beyond the worst loss. Bootstrap-t comes closer, at several times the width.",
    "- That is bought with an assumption: the tail goes on as the worst tenth of the sample began. The third",
    "  law breaks it on purpose: from 500 scenarios on the coverage falls to 78 to 88 %, nearly all misses",
    "  are above, and no other method is dependable either. Each interval says *if the tail is regular*;",
    "  with fewer than ten expected tail points a note adds that it rests on the fitted tail.",
    "- The threshold rule and the prior of the shape were settled on samples of these laws with other seeds.",
    "- Clustered volatility is not covered by any of them: they take days as independent.",
)


def main() -> None:
    """Write the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    REPORT.write_text(report(options.samples, options.seed), encoding="utf-8")
    print(f"wrote {REPORT}")


if __name__ == "__main__":
    main()
