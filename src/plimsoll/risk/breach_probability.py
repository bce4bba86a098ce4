"""How likely a measure lies beyond a level, from the estimate and its interval alone."""

import scipy

__all__ = ["exceedance_probability"]


def exceedance_probability(
    level: float, value: float, low: float | None, high: float | None, *, interval_confidence: float = 0.95
) -> float | None:
    """Return the confidence that the true measure is at or above a level that lies inside the interval.

    Parameters
    ----------
    level, value, low, high
        The level, the estimate and the ends of its interval, all in one unit; None where the sample does not
        bound that side.
    interval_confidence
        Nominal coverage of the interval, half of the rest on each side; above 0 and below 1.

    Returns
    -------
    float or None
        A fraction; one half at the estimate, `(1 - interval_confidence) / 2` at `high`. None where the level
        is not strictly inside the interval, or the interval is open on the side where the level lies.

    Raises
    ------
    ValueError
        If the interval does not hold the estimate or the coverage is out of range.

    Notes
    -----
    With z the normal quantile of `(1 + interval_confidence) / 2`, the probability is
    ``Phi(z (value - level) / (high - value))`` above the estimate and
    ``Phi(z (value - level) / (value - low))`` below it: the confidence distribution (Schweder and Hjort) that
    meets both ends of the interval and has its median at the estimate, normal on each side with its own
    scale. It is a statement about the estimator in repeated samples, not a forecast of tomorrow's loss; the
    tests hold it against the exact binomial one of an order statistic.

    References
    ----------
    T. Schweder and N. L. Hjort, Confidence, Likelihood, Probability (2016), chapter 3.
    K. F. Wallis, The two-piece normal, binormal, or double Gaussian distribution: its origin and
    rediscoveries, Statistical Science 29 (2014).

    Examples
    --------
    >>> exceedance_probability(100.0, 100.0, 80.0, 140.0)
    0.5
    >>> round(exceedance_probability(120.0, 100.0, 80.0, 140.0), 3)
    0.164
    """
    if not 0.0 < interval_confidence < 1.0:
        raise ValueError(f"coverage must be between 0 and 1; got {interval_confidence}")
    if (low is not None and low > value) or (high is not None and high < value):
        raise ValueError(f"the interval from {low} to {high} does not hold the estimate {value}")
    if level == value:
        return 0.5 if low != high else None
    end = high if level > value else low
    if end is None or not min(value, end) < level < max(value, end):
        return None
    deviations = (
        float(scipy.special.ndtri((1.0 + interval_confidence) / 2.0)) * (value - level) / abs(end - value)
    )
    return float(scipy.special.ndtr(deviations))
