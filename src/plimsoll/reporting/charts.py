"""The charts of a report as SVG text: P&L, contributions and drawdown."""

import math

import numpy as np

from plimsoll.reporting import geometry, numbers, phrases
from plimsoll.reporting.report import PositionRisk, RiskReport
from plimsoll.reporting.svg import Colour, Drawing
from plimsoll.risk.measures import Estimate

__all__ = ["charted_positions", "contribution_chart", "drawdown_chart", "pnl_chart"]

_WIDTH, _HEIGHT = 400, 280
_BAR_HEIGHT = 24
_LABEL_LENGTH = 22
_CONTRIBUTORS, _DIVERSIFIERS = 7, 3


def _short(value: float) -> str:
    return numbers.typographic(numbers.money(value))


def _tick(value: float) -> str:
    """Return a round number without the zeros that rounding to three digits would add."""
    step = 10.0 ** math.floor(math.log10(abs(value)) + 1e-9) if value else 1.0
    return numbers.typographic(numbers.money(value, step=step if value % step == 0 else step / 10))


def pnl_chart(report: RiskReport) -> str:
    """Return the histogram of the book's P&L, with VaR, ES and their intervals.

    Parameters
    ----------
    report
        With at least one scenario and printable texts.

    Returns
    -------
    str
        SVG; bars of the tail are vermillion, the others blue.
    """
    bins = geometry.histogram(report)
    with Drawing(
        _WIDTH,
        _HEIGHT,
        (42, 6, 8, 42),
        f"Profit and loss of {report.portfolio} in {len(report.pnl):,} scenarios",
        phrases.in_words(report),
    ) as drawing:
        axes = drawing.axes
        tail = bins.edges[1:] <= -report.var.value
        axes.bar(
            bins.edges[:-1],
            bins.probability,
            width=np.diff(bins.edges) * 0.9,
            align="edge",
            color=np.where(tail, Colour.VERMILLION, Colour.BLUE).tolist(),
        )
        highest = float(bins.probability.max()) / 0.74
        axes.set_ylim(0.0, highest)
        axes.set_xlim(*_pnl_limits(report, bins))
        ticks = geometry.round_ticks(0.0, 0.74 * highest, 4)
        drawing.y_ticks(ticks, [numbers.percent(float(tick), None) for tick in ticks])
        places = geometry.round_ticks(*axes.get_xlim(), 6)
        drawing.x_ticks(places, [_tick(float(place)) for place in places])
        step = phrases.shared_step(report)
        _tail_mark(drawing, "VaR", report.var, step, strip=0.87, anchor="left")
        _tail_mark(drawing, "ES", report.es, step, strip=0.81, anchor="right")
        axes.axhline(0.0, color=Colour.INK, linewidth=1)
        axes.set_xlabel(
            drawing.label(f"P&L, {report.base_currency}; height: share of scenarios"),
            color=Colour.INK,
            fontsize=12,
        )
        return drawing.svg()


def _pnl_limits(report: RiskReport, bins: geometry.Histogram) -> tuple[float, float]:
    """Return limits that leave room for the label left of ES."""
    low, high = float(bins.edges[0]), float(bins.edges[-1])
    bounds = [-bound for bound in (report.var.high, report.es.high) if bound is not None]
    low = min([low, *(bound for bound in bounds if math.isfinite(bound))])
    return min(low, -report.es.value - 0.2 * (high - low)), high


def _tail_mark(
    drawing: Drawing, name: str, estimate: Estimate, step: float, *, strip: float, anchor: str
) -> None:
    """Draw the line of a measure with its label, and its interval as a strip; open where it has no bound."""
    axes = drawing.axes
    left, right = axes.get_xlim()
    low = left if estimate.high is None else max(left, -estimate.high)
    high = right if estimate.low is None else min(right, -estimate.low)
    axes.axvspan(low, high, ymin=strip - 0.02, ymax=strip + 0.02, color=Colour.INK, alpha=0.3, linewidth=0)
    axes.plot(
        [-estimate.value, -estimate.value],
        [0.0, 0.98],
        color=Colour.INK,
        linewidth=1.5,
        linestyle="-" if name == "VaR" else (0, (4, 3)),
        transform=axes.get_xaxis_transform(),
    )
    gap = 0.015 * (right - left) * (1 if anchor == "left" else -1)
    figure = numbers.money(estimate.value, step=step)
    drawing.text(-estimate.value + gap, 0.95, f"{name} {figure}", anchor=anchor, bold=True, over=True)


def contribution_chart(report: RiskReport, by: str | None = None) -> str:
    """Return component ES as bars: what adds to the risk of the book and what takes away from it.

    Parameters
    ----------
    report
        With at least one position and printable texts.
    by
        One of ``report.nodes``; None for positions, the seven that add most and the three that relieve most.

    Returns
    -------
    str
        SVG; what adds is vermillion with a plus, what relieves is blue with a minus.

    Raises
    ------
    KeyError
        If the report has no nodes by `by`.
    """
    items = _contributions(report, by)
    height = _BAR_HEIGHT * max(len(items), 1) + 34
    names = [_shortened(name) for name, _ in items]
    left = min(_LABEL_LENGTH, max((len(name) for name in names), default=0)) * 7 + 16
    subject = f"by {by}" if by is not None else "of positions"
    most = f"The largest is {items[0][0]}." if items else ""
    with Drawing(
        _WIDTH, height, (left, 2, 8, 32), f"Component expected shortfall {subject}", most
    ) as drawing:
        axes = drawing.axes
        values = [value for _, value in items]
        scale = numbers.common_scale(values)
        colours = [Colour.VERMILLION if value > 0 else Colour.BLUE for value in values]
        axes.barh(range(len(items)), values, height=0.62, color=colours)
        low, high = min([0.0, *values]), max([0.0, *values])
        high = high if high > low else 1.0
        room = 0.27 * (high - low)
        axes.set_xlim(low - (room if low < 0 else 0.0), high + (room if high > 0 else 0.0))
        axes.set_ylim(max(len(items), 1) - 0.5, -0.5)
        drawing.y_ticks(range(len(items)), names, grid=False)
        gap = 0.03 * (high - low)
        for row, value in enumerate(values):
            figure = numbers.typographic(f"{scale.number(value, sign=True)}{scale.suffix}")
            drawing.text(
                value + math.copysign(gap, value), row, figure, anchor="left" if value > 0 else "right"
            )
        axes.axvline(0.0, color=Colour.INK, linewidth=1)
        drawing.caption(f"component ES, {report.base_currency}")
        return drawing.svg()


def _contributions(report: RiskReport, by: str | None) -> list[tuple[str, float]]:
    if by is not None:
        return [(node.name, node.component_es) for node in report.nodes[by]]
    return [(position.symbol, position.component_es) for position in charted_positions(report)]


def charted_positions(report: RiskReport) -> tuple[PositionRisk, ...]:
    """Return the positions that :func:`contribution_chart` shows, from top to bottom.

    Parameters
    ----------
    report
        Any report.

    Returns
    -------
    tuple of PositionRisk
        The seven that add most to ES and the three that relieve it most.
    """
    relief = phrases.diversifiers(report, _DIVERSIFIERS)
    return (*phrases.contributors(report, _CONTRIBUTORS), *reversed(relief))


def _shortened(name: str) -> str:
    """Return a name that fits, with both its ends: strikes and dates of options come last."""
    half = _LABEL_LENGTH // 2
    return name if len(name) <= _LABEL_LENGTH else f"{name[:half]}…{name[1 - half :]}"


def drawdown_chart(report: RiskReport) -> str:
    """Return the drawdown of today's holdings over the window, in base currency.

    Parameters
    ----------
    report
        With a value on at least two days, and printable texts.

    Returns
    -------
    str
        SVG, with the deepest point labelled.
    """
    path = geometry.drawdown(report)
    deepest = int(path.depths.argmin())
    date = path.dates[deepest].astype("datetime64[D]").item()
    label = f"{_short(float(path.depths[deepest]))}, {numbers.day(date)}"
    with Drawing(
        _WIDTH,
        _HEIGHT,
        (52, 10, 8, 42),
        f"Drawdown of {report.portfolio}",
        f"Today's holdings over the window; the deepest point is {label}.",
    ) as drawing:
        axes = drawing.axes
        days = path.dates.astype("datetime64[D]").astype(float)
        axes.fill(
            np.concatenate(([days[0]], days, [days[-1]])),
            np.concatenate(([0.0], path.depths, [0.0])),
            color=Colour.VERMILLION,
            alpha=0.22,
            linewidth=0,
        )
        axes.plot(days, path.depths, color=Colour.VERMILLION, linewidth=1.25)
        bottom = float(path.depths.min()) * 1.16 or -1.0
        axes.set_ylim(bottom, 0.0)
        axes.set_xlim(float(days[0]), float(days[-1]))
        ticks = geometry.round_ticks(float(path.depths.min()) or bottom, 0.0, 5)
        drawing.y_ticks(ticks, [_tick(float(tick)) for tick in ticks])
        months = geometry.month_ticks(path.dates, 4)
        drawing.x_ticks(months.astype(float), [numbers.day(month.item())[2:] for month in months])
        middle = float(days[0] + days[-1]) / 2
        anchor = "left" if days[deepest] < middle else "right"
        drawing.text(float(days[deepest]), bottom * 0.95, label, anchor=anchor, bold=True)
        axes.axhline(0.0, color=Colour.INK, linewidth=1)
        axes.set_xlabel(
            drawing.label(f"{report.base_currency} below the highest value so far"),
            color=Colour.INK,
            fontsize=12,
        )
        return drawing.svg()
