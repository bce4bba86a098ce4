"""The live demo: a real book on real closes, from the first figure to the last."""

import pytest

from plimsoll.data.importers.portfolio_csv import read_portfolio
from plimsoll.data.prices import read_prices
from plimsoll.data.sources.demo_books import demo_books
from plimsoll.errors import UsageError
from plimsoll.workflows.live_demo import live_demo
from plimsoll.workflows.request import ReportRequest
from plimsoll.workflows.risk_report import calculate


def test_the_replay_goes_from_the_report_of_its_start_to_the_prices_of_its_end() -> None:
    """VaR of the first update is that of a report; the value of the last one too, as all closes have come."""
    demo = live_demo(["desk"])
    imported = read_portfolio(demo_books()[1].file)
    prices = read_prices("demo")
    start = calculate(imported, prices, ReportRequest(as_of=demo.portfolio.book.snapshot.as_of)).report
    end = calculate(imported, prices, ReportRequest()).report
    first = demo.advance(0.0)
    assert (first.var, first.es) == (start.var, start.es)
    half = demo.advance(126.0)
    assert not demo.finished
    last = demo.advance(252.0)
    assert demo.finished
    assert last.nodes[0].value == pytest.approx(end.value, rel=1e-12)
    assert half.applied + last.applied == 252 * len(demo.portfolio.book.names)
    assert (last.rejected, last.stale) == ({}, ())
    assert str(last.at.date()) == str(end.as_of)


def test_an_attribute_that_the_book_lacks_is_refused() -> None:
    """As everywhere, by name."""
    with pytest.raises(UsageError, match="no position has the attribute trader"):
        live_demo(["trader"])
