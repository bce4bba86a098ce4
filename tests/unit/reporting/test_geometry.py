"""What a chart needs beyond the figures of the report."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.reporting import geometry
from plimsoll.reporting.report import RiskReport


def test_bins_hold_every_scenario(report: RiskReport, open_ended: RiskReport) -> None:
    """Counts add up to the scenarios, probabilities to one, edges enclose the P&L."""
    for one in (report, open_ended):
        bins = geometry.histogram(one)
        assert bins.counts.sum() == len(one.pnl)
        assert bins.probability.sum() == pytest.approx(1.0)
        assert len(bins.edges) == len(bins.counts) + 1
        assert bins.edges[0] < one.pnl.min()
        assert one.pnl.max() <= bins.edges[-1]
        assert 15 <= len(bins.counts) <= 40


def test_the_tail_fills_whole_bins(report: RiskReport) -> None:
    """The bins at and below the negative of VaR hold exactly the scenarios of the tail."""
    bins = geometry.histogram(report)
    assert bins.counts[bins.edges[1:] <= -report.var.value].sum() == report.var.tail_count


def test_weights_count(report: RiskReport) -> None:
    """A scenario with all the weight makes one bin certain."""
    weights = np.zeros(len(report.pnl))
    weights[3] = 1.0
    bins = geometry.histogram(replace(report, weights=weights))
    assert sorted(bins.probability)[-2:] == [0.0, 1.0]


@pytest.mark.parametrize("value", [0.0, 12.5, float("nan")])
def test_equal_scenarios_make_one_bin(report: RiskReport, value: float) -> None:
    """P&L without any spread gives one bin, also where VaR is missing."""
    flat = replace(report, pnl=np.full(500, -12.5), var=replace(report.var, value=value))
    assert geometry.histogram(flat).counts.tolist() == [500]


def test_drawdown_against_a_plain_loop(report: RiskReport) -> None:
    """Depth is value less the highest value so far, as a loop finds it."""
    path = geometry.drawdown(report)
    highest, depths = -np.inf, []
    for value in report.book_values:
        highest = max(highest, value)
        depths.append(value - highest)
    np.testing.assert_array_equal(path.depths, depths)


def test_days_without_a_value_are_left_out(report: RiskReport) -> None:
    """A missing value is neither zero nor a drawdown."""
    values = report.book_values.copy()
    values[5] = np.nan
    path = geometry.drawdown(replace(report, book_values=values))
    assert len(path.dates) == len(values) - 1
    assert np.isfinite(path.depths).all()


def test_months_keep_the_deepest_point(report: RiskReport) -> None:
    """Months are in order, the last holds the last value, and the deepest of all is among them."""
    path = geometry.drawdown(report)
    months = path.months()
    assert [one.month for one in months] == sorted({one.month for one in months})
    assert months[-1].value == report.book_values[-1]
    assert min(one.deepest for one in months) == path.depths.min()


@given(st.floats(-1e9, 1e9), st.floats(1e-3, 1e9), st.integers(2, 8))
def test_round_ticks_lie_within(low: float, width: float, count: int) -> None:
    """Ticks lie within the bounds, evenly, and there are not more than asked for and one."""
    ticks = geometry.round_ticks(low, low + width, count)
    assert len(ticks) <= count + 1
    slack = 1e-9 * (abs(low) + width)
    assert ((ticks >= low - slack) & (ticks <= low + width + slack)).all()


@given(st.integers(1, 9000), st.integers(2, 6))
def test_month_ticks_are_few_and_inside(days: int, count: int) -> None:
    """Ticks are first days of months between the first and the last day, at most as many as asked for."""
    dates = np.arange(np.datetime64("1999-11-17"), np.datetime64("1999-11-17") + np.timedelta64(days, "D"))
    ticks = geometry.month_ticks(dates, count)
    assert len(ticks) <= count
    assert all(str(tick).endswith("-01") for tick in ticks)
    assert all(dates[0] <= tick <= dates[-1] for tick in ticks)
