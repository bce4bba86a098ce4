"""What a notebook shows for a report, and the frames that it gives."""

import pytest

from plimsoll.reporting import numbers
from plimsoll.reporting.html import to_html
from plimsoll.reporting.json_document import to_json
from plimsoll.reporting.notebook import NotebookReport
from plimsoll.reporting.report import RiskReport, Table


def _shown(report: RiskReport) -> str:
    return NotebookReport.of(report)._repr_html_()


def test_headline_and_nodes(report: RiskReport, open_ended: RiskReport) -> None:
    """VaR and ES with their intervals, every node and the notes are in the fragment."""
    fragment = _shown(report)
    assert numbers.interval(report.var) in fragment
    assert numbers.interval(report.es) in fragment
    assert all(node.name in fragment for nodes in report.nodes.values() for node in nodes)
    assert "98.4 % priced" in fragment
    assert "cannot bound" in _shown(open_ended)


def test_it_is_a_small_safe_fragment(report: RiskReport, hostile: RiskReport) -> None:
    """No page, no script, no style, no address; hostile texts are escaped; equal reports, equal text."""
    fragment = _shown(hostile)
    for part in ("<html", "<script", "<style", "style=", "http", "\x1b"):
        assert part not in fragment
    assert "&lt;script&gt;" in fragment
    assert _shown(report) == _shown(report)
    assert len(_shown(report)) < 8_000


def test_a_book_without_nodes(cash: RiskReport) -> None:
    """A headline alone is a fragment too."""
    assert "USD 1,000" in _shown(cash)


def test_in_a_line_it_says_what_it_is(report: RiskReport) -> None:
    """Printed, a report is a sentence, not pages of numbers."""
    text = repr(NotebookReport.of(report))
    assert report.portfolio in text
    assert len(text) < 200


def test_every_table_becomes_a_frame(report: RiskReport) -> None:
    """Each table comes as a polars and as a pandas frame of the same shape; positions are the default."""
    held = NotebookReport.of(report)
    for name in (*report.nodes, "positions", "worst_scenarios", "scenarios", "path", "failures"):
        assert held.to_polars(name).shape == held.to_pandas(name).shape == _shape(held.table(name))
    assert held.to_polars().height == len(report.positions)


def test_an_unknown_table_is_named(report: RiskReport) -> None:
    """A name that is no table says which there are."""
    with pytest.raises(KeyError, match=r"there are .*positions"):
        NotebookReport.of(report).table("colour")


def test_the_other_forms_are_those_of_the_report(report: RiskReport) -> None:
    """Page and document are the ones that the command line writes."""
    held = NotebookReport.of(report)
    assert (held.to_html(), held.to_json()) == (to_html(report), to_json(report))


def _shape(table: Table) -> tuple[int, int]:
    return len(table.rows), len(table.columns)
