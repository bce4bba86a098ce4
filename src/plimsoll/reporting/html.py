"""The report as one self-contained HTML page: no request, no script, light and dark, screen and paper."""

import base64
import hashlib
import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from plimsoll.reporting import charts, geometry, numbers, phrases
from plimsoll.reporting.numbers import Scale
from plimsoll.reporting.printable import printable
from plimsoll.reporting.report import RiskReport
from plimsoll.risk.measures import Estimate

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["render_template", "to_html"]


def to_html(report: RiskReport) -> str:
    """Return the report as a page.

    Parameters
    ----------
    report
        Any report.

    Returns
    -------
    str
        HTML in one file, to be written as UTF-8. It asks for nothing from anywhere and says so in a content
        security policy. All texts of the report are escaped. Equal reports give equal text.
    """
    clean = printable(report)
    return render_template("report.html.j2", clean, figures=_figures(clean))


def render_template(name: str, report: RiskReport, **more: Any) -> str:
    """Return a packaged template filled with a report.

    Parameters
    ----------
    name
        File name among the templates of this package.
    report
        With printable texts.
    **more
        Further names for the template.

    Returns
    -------
    str
        HTML, escaped.
    """
    environment = _environment()
    style = environment.get_template("report.css").render()
    return environment.get_template(name).render(
        report=report,
        style=style,
        style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
        total=phrases.totals(report),
        phrases=phrases,
        **more,
    )


def _environment() -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

    environment = Environment(
        loader=PackageLoader("plimsoll.reporting"),
        autoescape=select_autoescape(enabled_extensions=("html", "j2"), default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(
        money=_typographic(numbers.money),
        exact=_typographic(numbers.exact),
        percent=_typographic(numbers.percent),
        scaled=_typographic(_scaled),
        interval=_typographic(numbers.interval),
        bounds=_typographic(_bounds),
        per_hundred=_typographic(_per_hundred),
        quantity=_typographic(_quantity),
        price=_typographic(_price),
        plural=numbers.plural,
        day=numbers.day,
    )
    environment.globals.update(bar=_bar, strip=_strip, scale=_scale, missing=numbers.MISSING)
    return environment


def _typographic(function: Callable[..., str]) -> Callable[..., str]:
    return lambda *arguments, **options: numbers.typographic(function(*arguments, **options))


def _scaled(value: float | None, scale: Scale, *, sign: bool = False) -> str:
    return scale.number(value, sign=sign)


def _bounds(estimate: Estimate, scale: Scale) -> str:
    """Return the interval of an estimate for a cell of a table."""
    low, high = ("open" if side is None else scale.number(side) for side in (estimate.low, estimate.high))
    return f"{low} – {high}"


def _per_hundred(value: float | None) -> str:
    return Scale(0.01, "", 2).number(value)


def _quantity(value: float) -> str:
    decimals = next(places for places in range(7) if places == 6 or value == round(value, places))
    return Scale(1.0, "", decimals).number(value)


def _price(value: float) -> str:
    return Scale(1.0, "", 2 if abs(value) >= 1.0 else 6).number(value)


def _scale(things: Sequence[Any], *fields: str) -> Scale:
    """Return the common scale of some fields of some rows; an estimate counts with its value."""
    found = (getattr(thing, field) for thing in things for field in fields)
    return numbers.common_scale(one.value if isinstance(one, Estimate) else one for one in found)


def _bar(value: float, values: Sequence[float]) -> dict[str, str]:
    """Return start, width and zero of a bar among bars for `values`, in percent of the column."""
    low, high = min(0.0, *values), max(0.0, *values)
    span = (high - low) or 1.0
    zero, end = -low / span * 100.0, (value - low) / span * 100.0
    return {
        "x": f"{min(zero, end):.1f}",
        "width": f"{abs(end - zero):.1f}",
        "zero": f"{zero:.1f}",
        "kind": "more" if value > 0 else "less",
    }


def _strip(estimate: Estimate, *others: Estimate) -> dict[str, str]:
    """Return start and width of an interval and the place of its estimate, on a common scale from zero."""
    tops = [one.high if one.high is not None else 1.3 * one.value for one in (estimate, *others)]
    full = max([*tops, *(one.value for one in others), estimate.value, 0.0]) or 1.0
    low = max(0.0, (estimate.low or 0.0) / full * 100.0)
    high = 100.0 if estimate.high is None else max(0.0, estimate.high / full * 100.0)
    return {
        "x": f"{low:.1f}",
        "width": f"{max(0.0, high - low):.1f}",
        "at": f"{max(0.0, estimate.value / full * 100.0):.1f}",
    }


def _figures(report: RiskReport) -> dict[str, Any]:
    """Return the charts with the rows of their tables; a chart without anything to show is left out."""
    figures: dict[str, Any] = {}
    if len(report.pnl) and math.isfinite(report.var.value) and math.isfinite(report.es.value):
        bins = geometry.histogram(report)
        rows = list(zip(bins.edges[:-1], bins.edges[1:], bins.counts, bins.probability, strict=True))
        figures["pnl"] = {"svg": charts.pnl_chart(report), "rows": rows}
    charted = charts.charted_positions(report)
    if charted:
        figures["contributions"] = {
            "svg": charts.contribution_chart(report),
            "rows": charted,
        }
    path = geometry.drawdown(report)
    if len(path.dates) > 1:
        figures["drawdown"] = {"svg": charts.drawdown_chart(report), "rows": path.months()}
    return figures
