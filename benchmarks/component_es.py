"""Component ES of 500 positions over 1,000 scenarios, against Riskfolio-Lib and skfolio doing the same.

All three use the exact Acerbi–Tasche average of the worst losses. Both peers differentiate it numerically,
two evaluations of the portfolio for each position; here one weighting of the scenarios gives all derivatives.
What a caller could do once (imports, frames, the portfolio object, the covariance matrix that Riskfolio-Lib
does not need for ES) is left out of the time of the peers.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from measurement import Row, median_seconds
from plimsoll.risk.attribution import components
from plimsoll.risk.estimators import es_weights

__all__ = ["measure"]

POSITIONS, SCENARIOS, CONFIDENCE, GOAL = 500, 1_000, 0.975, 100
ALLOWED = 1e-5  # of the ES: what numerical differentiation of the peers leaves

Vector = NDArray[np.float64]


def measure() -> list[Row]:
    """Return the time of all components against each peer, after checking that the values agree."""
    generator = np.random.default_rng(1)
    returns = 0.01 * generator.standard_t(4, (SCENARIOS, POSITIONS)) + 0.005 * generator.standard_t(
        4, (SCENARIOS, 1)
    )
    weights = generator.dirichlet(np.ones(POSITIONS))
    pnl = np.ascontiguousarray((returns * weights).T)

    def ours() -> Vector:
        return components(pnl, es_weights(pnl.sum(axis=0), CONFIDENCE))

    expected = ours()
    seconds = median_seconds(ours, runs=51)
    rows = []
    for name, peer in (
        ("Riskfolio-Lib", _riskfolio(returns, weights)),
        ("skfolio", _skfolio(returns, weights)),
    ):
        error = float(np.abs(peer() - expected).max() / expected.sum())
        if error > ALLOWED:
            raise AssertionError(f"{name} differs by {error:.1e} of the ES")
        theirs = median_seconds(peer, runs=3)
        rows.append(
            Row(
                f"component ES of {POSITIONS} positions × {SCENARIOS:,} scenarios against {name}",
                f"{seconds * 1e3:.2f} ms",
                f"{name}: {theirs * 1e3:,.0f} ms",
                f"{theirs / seconds:,.0f}× faster; values agree to {error:.0e} of the ES",
                f"≥ {GOAL}×",
                theirs >= GOAL * seconds,
            )
        )
    return rows


def _riskfolio(returns: NDArray[np.float64], weights: Vector) -> Callable[[], Vector]:
    """Return Riskfolio-Lib's contribution to CVaR, central differences of step 1e-7."""
    import pandas as pd
    import riskfolio

    frame, column = pd.DataFrame(returns), pd.DataFrame(weights)
    unused = pd.DataFrame(np.eye(POSITIONS))

    def contribution() -> Any:
        return riskfolio.Risk_Contribution(column, frame, cov=unused, rm="CVaR", alpha=1 - CONFIDENCE)

    return contribution


def _skfolio(returns: NDArray[np.float64], weights: Vector) -> Callable[[], Vector]:
    """Return skfolio's contribution to CVaR, central differences of step 1e-5."""
    import pandas as pd
    from skfolio import Portfolio, RiskMeasure

    days = pd.date_range("2020-01-01", periods=SCENARIOS)
    frame = pd.DataFrame(returns, index=days, columns=[f"P{k}" for k in range(POSITIONS)])
    portfolio = Portfolio(frame, weights, cvar_beta=CONFIDENCE)

    def contribution() -> Any:
        return portfolio.contribution(RiskMeasure.CVAR)

    return contribution


if __name__ == "__main__":
    for row in measure():
        print(row)
