"""The report as one call, with options in plain Python."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from typing import Any

from plimsoll.data.importers.portfolio_csv import ImportedPortfolio
from plimsoll.data.price_table import PriceTable
from plimsoll.errors import UsageError
from plimsoll.reporting.notebook import NotebookReport
from plimsoll.risk.estimators import EsEstimator, VarEstimator
from plimsoll.risk.scenarios.monte_carlo import Distribution
from plimsoll.workflows.request import Method, ReportRequest
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
    try:
        request = ReportRequest(**_read(options))
    except TypeError as error:
        raise UsageError(f"an option is of the wrong type: {error}") from error
    return NotebookReport.of(risk_report(book, prices, request))


def _read(options: Mapping[str, Any]) -> dict[str, Any]:
    known = [field.name for field in fields(ReportRequest)]
    unknown = [name for name in options if name not in known]
    if unknown:
        raise UsageError(f"there is no option {_listed(unknown)}", remedy=f"Options are {_listed(known)}.")
    read = {}
    for name, value in options.items():
        try:
            read[name] = value if value is None else _READERS.get(name, _as_given)(value)
        except (ValueError, TypeError) as error:
            raise UsageError(f"{name}={value!r} is not understood: {error}") from error
    return read


def _date(value: Any) -> Any:
    if isinstance(value, str):
        return dt.date.fromisoformat(value)
    return value.date() if isinstance(value, dt.datetime) else value


def _as_given(value: Any) -> Any:
    return value


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "as_of": _date,
    "method": Method,
    "distribution": Distribution,
    "var_estimator": VarEstimator,
    "es_estimator": EsEstimator,
    "by": lambda value: tuple(name.lower() for name in ([value] if isinstance(value, str) else value)),
}
