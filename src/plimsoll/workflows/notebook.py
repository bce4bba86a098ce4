"""The report as one call, with options in plain Python."""

from dataclasses import replace
from typing import Any

from plimsoll.data.importers.portfolio_csv import ImportedPortfolio
from plimsoll.data.price_table import PriceTable
from plimsoll.reporting.notebook import NotebookReport
from plimsoll.workflows.request_document import from_document
from plimsoll.workflows.risk_report import risk_report

__all__ = ["report"]


def report(book: ImportedPortfolio, prices: PriceTable, **options: Any) -> NotebookReport:
    """Return the risk report of a portfolio.

    Parameters
    ----------
    book
        From ``plimsoll.read_portfolio``.
    prices
        From ``plimsoll.read_prices``.
    **options
        Fields of :class:`~plimsoll.workflows.request.ReportRequest`; dates and the names of methods and of
        estimators may be plain text: ``report(book, prices, method="monte-carlo", by=["sector"])``.

    Raises
    ------
    UsageError
        If an option is unknown or makes no sense.
    DataError
        If not one position can be valued or the history is too short.
    """
    request = from_document(options)
    lower = None if request.by is None else tuple(name.lower() for name in request.by)
    return NotebookReport.of(risk_report(book, prices, replace(request, by=lower)))
