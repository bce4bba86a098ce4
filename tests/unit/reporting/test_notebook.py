"""What a notebook shows for a report."""

from plimsoll.reporting import numbers
from plimsoll.reporting.notebook import notebook_html
from plimsoll.reporting.report import RiskReport


def test_headline_and_nodes(report: RiskReport, open_ended: RiskReport) -> None:
    """VaR and ES with their intervals, every node and the notes are in the fragment."""
    fragment = notebook_html(report)
    assert numbers.interval(report.var) in fragment
    assert numbers.interval(report.es) in fragment
    assert all(node.name in fragment for nodes in report.nodes.values() for node in nodes)
    assert "98.4 % priced" in fragment
    assert "cannot bound" in notebook_html(open_ended)


def test_it_is_a_small_safe_fragment(report: RiskReport, hostile: RiskReport) -> None:
    """No page, no script, no style, no address; hostile texts are escaped; equal reports, equal text."""
    fragment = notebook_html(hostile)
    for part in ("<html", "<script", "<style", "style=", "http", "\x1b"):
        assert part not in fragment
    assert "&lt;script&gt;" in fragment
    assert notebook_html(report) == notebook_html(report)
    assert len(notebook_html(report)) < 8_000


def test_a_book_without_nodes(cash: RiskReport) -> None:
    """A headline alone is a fragment too."""
    assert "USD 1,000" in notebook_html(cash)
