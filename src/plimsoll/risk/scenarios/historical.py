"""Historical simulation: what happened before may happen again tomorrow."""

from plimsoll.risk.market import MarketHistory
from plimsoll.risk.scenarios.moves import Moves, days_in_words, historical_moves
from plimsoll.risk.scenarios.scenario_set import ScenarioSet
from plimsoll.risk.scenarios.weights import age_weights, effective_number, weighting_in_words

__all__ = ["historical"]


def historical(
    history: MarketHistory,
    *,
    count: int = 500,
    horizon_days: int = 1,
    overlapping: bool = True,
    decay: float | None = None,
) -> ScenarioSet:
    """Return the newest `count` moves of the history as scenarios, oldest first.

    Parameters
    ----------
    history
        Levels of F factors on T dates; a date is a trading day.
    count
        Most scenarios to return; fewer where the history is shorter.
    horizon_days
        Trading days that a scenario spans.
    overlapping
        True starts a window on every day; False takes windows that share no day, the newest ending on the
        last date. It makes no difference to one-day windows.
    decay
        Exponential age weight per trading day, see :func:`~plimsoll.risk.scenarios.weights.age_weights`;
        None for equal weights.

    Returns
    -------
    ScenarioSet
        Its `observations` are Kish's effective number, divided by the horizon where windows overlap (windows
        that share days are not independent), and at least one.

    Raises
    ------
    ValueError
        If the history holds no complete move, a move is not a finite number, or an argument makes no sense.

    Examples
    --------
    >>> import numpy as np
    >>> from plimsoll.risk.factors import RiskFactor
    >>> history = MarketHistory(
    ...     dates=np.array(["2008-10-13", "2008-10-14", "2008-10-15"], dtype="datetime64[D]"),
    ...     factors=(RiskFactor("ABC"),),
    ...     levels=np.array([[100.0], [110.0], [99.0]]),
    ...     quality=np.zeros((3, 1), np.uint8),
    ... )
    >>> scenarios = historical(history)
    >>> scenarios.labels, scenarios.shocks[:, 0].round(4).tolist()
    (('2008-10-14', '2008-10-15'), [0.1, -0.1])
    >>> scenarios.method
    'historical simulation, 2 one-day scenarios, equal weights'
    """
    moves = historical_moves(history, count=count, horizon_days=horizon_days, overlapping=overlapping)
    weights = age_weights(len(moves.labels), decay, days_apart=moves.days_apart)
    shared_days = horizon_days if moves.overlapping else 1
    return ScenarioSet(
        factors=moves.factors,
        shocks=moves.values,
        weights=weights,
        labels=moves.labels,
        horizon_days=horizon_days,
        method=f"historical simulation, {_windows_in_words(moves)}, {weighting_in_words(decay)}",
        observations=max(1.0, effective_number(weights) / shared_days),
        overlapping=moves.overlapping,
    )


def _windows_in_words(moves: Moves) -> str:
    """Return how many windows there are and whether they share days."""
    sharing = "" if moves.horizon_days == 1 else "overlapping " if moves.overlapping else "non-overlapping "
    noun = "scenario" if len(moves.labels) == 1 else "scenarios"
    return f"{len(moves.labels):,} {sharing}{days_in_words(moves.horizon_days)} {noun}"
