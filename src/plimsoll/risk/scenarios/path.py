"""Today's market moved back to each day of its past: for the path of a book that did not trade."""

import numpy as np

from plimsoll.risk.factors import move
from plimsoll.risk.market import MarketHistory, MarketSnapshot
from plimsoll.risk.scenarios.scenario_set import ScenarioSet

__all__ = ["past_levels"]


def past_levels(history: MarketHistory, snapshot: MarketSnapshot) -> ScenarioSet:
    """Return one scenario for each date of `history`: the shocks from today's levels to those of that date.

    A cube over it holds, for every position, its value on that date less its value now, revalued in full.

    Parameters
    ----------
    history
        T dates of F risk factors.
    snapshot
        The market in which the book is valued, a quote for each factor.

    Returns
    -------
    ScenarioSet
        T scenarios in the order of the dates.
    """
    columns = [
        move(np.array(snapshot.quotes[factor.name].level), history.levels[:, j], factor.shock)
        for j, factor in enumerate(history.factors)
    ]
    count = len(history.dates)
    return ScenarioSet(
        factors=history.factors,
        shocks=np.column_stack(columns) if columns else np.empty((count, 0)),
        weights=np.full(count, 1.0 / count),
        labels=[str(date) for date in history.dates],
        horizon_days=0,
        method="levels of the past",
        observations=float(count),
    )
