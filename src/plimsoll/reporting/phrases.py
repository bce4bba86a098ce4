"""Sentences that the forms of a report share, so that all of them say the same."""

import math
from collections.abc import Sequence

from plimsoll.reporting import numbers
from plimsoll.reporting.report import Coverage, NodeRisk, PositionRisk, RiskReport
from plimsoll.risk.failures import Failure
from plimsoll.risk.measures import Estimate

__all__ = [
    "basis",
    "contributors",
    "count_word",
    "coverage",
    "diversifiers",
    "failure_place",
    "in_words",
    "interval_notes",
    "quality",
    "reliance",
    "share",
    "shared_step",
    "short_run_id",
    "totals",
    "window",
    "with_more",
]

_ESTIMATORS = {
    "acerbi_tasche": "Acerbi–Tasche average",
    "harrell_davis": "Harrell–Davis",
    "kernel": "kernel average",
    "normal": "zero-mean normal",
}


def basis(estimate: Estimate) -> str:
    """Return what a tail number stands on.

    Parameters
    ----------
    estimate
        VaR or ES.

    Returns
    -------
    str
        Horizon, confidence, estimator, scenarios and tail count.

    Examples
    --------
    >>> basis(Estimate(1.0, None, None, 0.99, 1, "order_statistic", 5, 500, ""))
    '1 day, 99 %, order statistic, 500 scenarios, 5 in the tail'
    """
    return ", ".join(
        (
            numbers.plural(estimate.horizon_days, "day"),
            numbers.percent(estimate.confidence),
            _ESTIMATORS.get(estimate.estimator, estimate.estimator.replace("_", " ")),
            numbers.plural(estimate.scenarios, "scenario"),
            f"{estimate.tail_count:,} in the tail",
        )
    )


def in_words(report: RiskReport) -> str:
    """Return VaR and ES of a report as a sentence for everybody.

    Parameters
    ----------
    report
        Any report.

    Returns
    -------
    str
        How often, how much, and how much then on average.
    """
    span = "day" if report.horizon_days == 1 else f"{report.horizon_days} days"
    tail = 1.0 - report.confidence
    often = f"one {span} in {round(1 / tail):,}" if tail > 1e-9 else f"the worst {span}"
    if report.horizon_days > 1:
        often = f"one period of {span} in {round(1 / tail):,}" if tail > 1e-9 else often
    step = shared_step(report)
    var = numbers.money(report.var.value, report.base_currency, step=step)
    es = numbers.money(report.es.value, report.base_currency, step=step)
    return f"On about {often} this book loses {var} or more; when it does, it loses {es} on average."


def shared_step(report: RiskReport) -> float:
    """Return the step to which VaR and ES are rounded side by side, so that rounding never turns their order.

    Parameters
    ----------
    report
        Any report.

    Returns
    -------
    float
        The finer of the steps that their intervals support.
    """
    return min(numbers.supported_step(report.var), numbers.supported_step(report.es))


def count_word(count: int) -> str:
    """Return a small count as a word at the start of a title, a larger one in digits.

    Parameters
    ----------
    count
        How many.

    Returns
    -------
    str
        With a capital.

    Examples
    --------
    >>> count_word(5), count_word(12)
    ('Five', '12')
    """
    words = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten")
    return words[count] if count < len(words) else f"{count:,}"


def coverage(book: Coverage) -> str:
    """Return how much of the book is in the numbers.

    Parameters
    ----------
    book
        Coverage of a report.

    Returns
    -------
    str
        Share priced by value where it is known, otherwise by count; then proxied, stale and excluded ones.

    Examples
    --------
    >>> coverage(Coverage(12, 11, 3, 0, 500.0, 0.028))
    '97.2 % priced, 3 proxied, 1 excluded'
    """
    if book.failed_share is not None:
        parts = [f"{numbers.percent(1.0 - book.failed_share, 1 if book.failed_share else 0)} priced"]
    else:
        parts = [f"{book.valued:,} of {numbers.plural(book.positions, 'position')} priced"]
    excluded = book.positions - book.valued
    unknown = " of unknown value" if book.failed_share is None else ""
    counts = ((book.proxied, "proxied"), (book.stale, "stale"), (excluded, f"excluded{unknown}"))
    return ", ".join(parts + [f"{count:,} {word}" for count, word in counts if count])


def failure_place(failure: Failure) -> str:
    """Return where in the portfolio file a failure comes from.

    Parameters
    ----------
    failure
        Any failure.

    Returns
    -------
    str
        ``row 7, column price``, or a dash.
    """
    row = f"row {failure.row}" if failure.row is not None else ""
    column = f"column {failure.column}" if failure.column else ""
    return ", ".join(part for part in (row, column) if part) or numbers.MISSING


def interval_notes(report: RiskReport) -> tuple[str, ...]:
    """Return what must be known about the intervals of VaR and ES.

    Parameters
    ----------
    report
        Any report.

    Returns
    -------
    tuple of str
        One sentence for each estimate that carries a note; equal notes once.
    """
    notes: dict[str, list[str]] = {}
    for name, estimate in (("VaR", report.var), ("ES", report.es)):
        if estimate.note:
            notes.setdefault(estimate.note, []).append(name)
    return tuple(f"{' and '.join(names)}: {note}" for note, names in notes.items())


def contributors(report: RiskReport, count: int = 10) -> tuple[PositionRisk, ...]:
    """Return the positions that add most to ES.

    Parameters
    ----------
    report
        Any report.
    count
        At most so many.

    Returns
    -------
    tuple of PositionRisk
        Those with a component above zero, largest first.
    """
    return tuple(position for position in report.positions if position.component_es > 0)[:count]


def diversifiers(report: RiskReport, count: int = 5) -> tuple[PositionRisk, ...]:
    """Return the positions that take most away from ES.

    Parameters
    ----------
    report
        Any report.
    count
        At most so many.

    Returns
    -------
    tuple of PositionRisk
        Those with a component below zero, the largest relief first.
    """
    return tuple(position for position in reversed(report.positions) if position.component_es < 0)[:count]


def quality(position: PositionRisk) -> str:
    """Return what weakens the numbers of a position.

    Parameters
    ----------
    position
        Any position.

    Returns
    -------
    str
        ``filled``, ``proxied`` or ``stale``; empty where all is observed.
    """
    return "" if position.quality == "observed" else position.quality


def reliance(report: RiskReport) -> str:
    """Return the coverage of a report, and how much of its ES rests on data that was not observed.

    Parameters
    ----------
    report
        Any report.

    Returns
    -------
    str
        The second part only where there is any such data.
    """
    text = coverage(report.coverage)
    if not report.proxied_share_es > 0.0:
        return text
    leaning = numbers.percent(report.proxied_share_es, 1)
    return f"{text}; {leaning} of ES rests on proxied, filled or stale prices"


def share(part: float, total: float) -> float | None:
    """Return a part as a fraction of its total.

    Parameters
    ----------
    part, total
        Amounts of one currency.

    Returns
    -------
    float or None
        None where the total is zero or a number is missing.

    Examples
    --------
    >>> share(1.0, 4.0), share(1.0, 0.0)
    (0.25, None)
    """
    if total == 0.0 or not math.isfinite(part) or not math.isfinite(total):
        return None
    return part / total


def short_run_id(report: RiskReport) -> str:
    """Return enough of the run's identity to tell runs apart.

    Parameters
    ----------
    report
        Any report.

    Returns
    -------
    str
        Its first twelve digits.
    """
    return report.run.run_id[:12]


def totals(report: RiskReport) -> NodeRisk:
    """Return the whole book as the last row of a table of nodes.

    Parameters
    ----------
    report
        Any report.

    Returns
    -------
    NodeRisk
        Its components are VaR and ES of the book; so are its incremental figures, as without it nothing is
        left.
    """
    return NodeRisk(
        name="Total",
        value=report.value,
        positions=len(report.positions),
        var=report.var,
        es=report.es,
        component_var=report.var.value,
        component_es=report.es.value,
        incremental_var=report.var.value,
        incremental_es=report.es.value,
    )


def window(report: RiskReport) -> str:
    """Return the days that the history of the book spans.

    Parameters
    ----------
    report
        Any report.

    Returns
    -------
    str
        First and last day; empty where there is no history.
    """
    if len(report.book_dates) == 0:
        return ""
    first, last = (report.book_dates[i].astype("datetime64[D]").item() for i in (0, -1))
    return f"{numbers.day(first)} to {numbers.day(last)}"


def with_more(items: Sequence[str], count: int = 6) -> str:
    """Return the first `count` of `items` and how many are left.

    Parameters
    ----------
    items
        Names.
    count
        How many to spell out.

    Returns
    -------
    str
        Separated by commas.

    Examples
    --------
    >>> with_more(("A", "B", "C"), 2)
    'A, B and 1 more'
    """
    shown = ", ".join(items[:count])
    return f"{shown} and {len(items) - count:,} more" if len(items) > count else shown
