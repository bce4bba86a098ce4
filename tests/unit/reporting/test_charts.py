"""The charts of a report."""

import re
from dataclasses import replace
from html import unescape

import numpy as np
import pytest

from plimsoll.reporting import charts
from plimsoll.reporting.report import RiskReport
from plimsoll.reporting.svg import Colour


def texts(svg: str) -> list[str]:
    """Return the texts drawn."""
    return [unescape(text) for text in re.findall(r"<text[^>]*>([^<]*)</text>", svg)]


def filled(svg: str, colour: str) -> int:
    """Return how many shapes are filled with a colour."""
    return len(re.findall(f'<path[^>]* fill="{colour}"', svg))


def test_pnl_names_var_and_es(report: RiskReport, open_ended: RiskReport) -> None:
    """Both lines are labelled where they stand, with the digits that their intervals support."""
    drawn = texts(charts.pnl_chart(report))
    assert {"VaR 73k", "ES 92k"} <= set(drawn)
    assert any(text.startswith("VaR") for text in texts(charts.pnl_chart(open_ended)))


def test_pnl_colours_the_tail(report: RiskReport) -> None:
    """Bars of the tail are vermillion, all others blue; no bar is lost."""
    svg = charts.pnl_chart(report)
    assert filled(svg, Colour.VERMILLION) >= 1
    assert filled(svg, Colour.BLUE) > 10


def test_an_interval_without_any_bound_spans_the_chart(report: RiskReport) -> None:
    """A measure without bounds can still be drawn."""
    bare = replace(report, var=replace(report.var, low=None, high=None))
    assert "VaR 72.6k" in texts(charts.pnl_chart(bare))


def test_contributions_carry_signs(report: RiskReport) -> None:
    """What adds risk is vermillion with a plus, what relieves is blue with a true minus."""
    svg = charts.contribution_chart(report)
    drawn = texts(svg)
    adding = sum(one.component_es > 0 for one in report.positions)
    assert filled(svg, Colour.VERMILLION) == adding == sum(text.startswith("+") for text in drawn)
    assert filled(svg, Colour.BLUE) == 9 - adding == sum(text.startswith("−") for text in drawn)
    assert [text for text in drawn if text in {one.symbol for one in report.positions}] == [
        one.symbol for one in charts.charted_positions(report)
    ]


def test_contributions_by_attribute(report: RiskReport) -> None:
    """Nodes can be drawn too; long names are shortened; an unknown attribute is an error."""
    drawn = texts(charts.contribution_chart(report, "sector"))
    assert {"Technology", "Consumer staples"} <= set(drawn)
    long = replace(report.nodes["sector"][0], name="A name that is too long for a chart")
    drawn = texts(charts.contribution_chart(replace(report, nodes={"x": (long,)}), "x"))
    assert "A name that…or a chart" in drawn
    with pytest.raises(KeyError):
        charts.contribution_chart(report, "desk")


def test_contributions_of_one_sign_or_none(report: RiskReport, cash: RiskReport) -> None:
    """Only hedges, only zeros and nothing at all can be drawn."""
    hedges = replace(report, positions=tuple(one for one in report.positions if one.component_es < 0))
    assert filled(charts.contribution_chart(hedges), Colour.VERMILLION) == 0
    zero = replace(report.nodes["sector"][0], component_es=0.0)
    assert "0" in texts(charts.contribution_chart(replace(report, nodes={"x": (zero,)}), "x"))
    assert charts.contribution_chart(cash)


def test_drawdown_names_its_deepest_point(report: RiskReport) -> None:
    """The label gives the depth and the day of the lowest point."""
    labels = [text for text in texts(charts.drawdown_chart(report)) if text.startswith("−") and "," in text]
    depth = float((report.book_values - np.maximum.accumulate(report.book_values)).min())
    assert labels[0].startswith(f"−{round(-depth / 1000)}k")


def test_a_book_that_only_rises_and_one_without_risk(report: RiskReport, cash: RiskReport) -> None:
    """No drawdown and no spread are drawn as flat lines and one bar."""
    values = np.arange(1.0, len(report.book_dates) + 1)
    assert charts.drawdown_chart(replace(report, book_values=values))
    assert charts.drawdown_chart(replace(report, book_values=values[::-1].copy()))
    assert charts.pnl_chart(cash)


def test_charts_are_small_equal_and_safe(report: RiskReport, hostile: RiskReport) -> None:
    """Two calls give the same bytes, each chart stays small, and hostile texts stay texts."""
    for chart in (charts.pnl_chart, charts.contribution_chart, charts.drawdown_chart):
        assert chart(report) == chart(report)
        assert len(chart(report)) < 20_000
        assert "<script" not in chart(hostile)
