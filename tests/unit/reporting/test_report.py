"""The document type itself."""

import math
from dataclasses import FrozenInstanceError

import pytest

from plimsoll.reporting.report import RiskReport, Table


def test_the_example_keeps_the_laws_of_a_report(report: RiskReport) -> None:
    """Order, sums and shapes are as the document type promises them."""
    assert math.fsum(one.value for one in report.positions) == pytest.approx(report.value)
    assert math.fsum(abs(one.value) for one in report.positions) == pytest.approx(report.gross_value)
    assert math.fsum(one.component_es for one in report.positions) == pytest.approx(report.es.value)
    assert math.fsum(one.component_var for one in report.positions) == pytest.approx(report.var.value)
    components = [one.component_es for one in report.positions]
    assert components == sorted(components, reverse=True)
    assert len(report.scenario_labels) == len(report.pnl) == len(report.weights)
    assert report.weights.sum() == pytest.approx(1.0)
    assert report.book_dates.shape == report.book_values.shape
    assert report.book_values[-1] == pytest.approx(report.value)
    losses = [one.pnl for one in report.worst_scenarios]
    assert losses == sorted(losses)
    assert report.es.value >= report.var.value


def test_a_report_cannot_be_changed(report: RiskReport) -> None:
    """A figure of a report stays what it was."""
    with pytest.raises(FrozenInstanceError):
        report.value = 0.0  # type: ignore[misc]  # the point of the test


def test_a_table_keeps_types() -> None:
    """Text, number and None survive the way into a frame."""
    table = Table(("name", "value"), (("A", 1.5), ("B", None)))
    assert table.to_polars().rows() == [("A", 1.5), ("B", None)]
    assert table.to_pandas()["name"].tolist() == ["A", "B"]
