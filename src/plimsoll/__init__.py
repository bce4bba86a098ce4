"""Plimsoll: how much can a portfolio lose, with an error bar, and where does it come from.

Five lines from a file to VaR:

>>> import plimsoll
>>> book = plimsoll.read_portfolio("examples/portfolios/long_only.csv")
>>> prices = plimsoll.read_prices("demo")
>>> report = plimsoll.report(book, prices, confidence=0.99)
>>> report.var.estimator
'order_statistic'
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from plimsoll.data.importers.portfolio_csv import read_portfolio
    from plimsoll.data.prices import read_prices
    from plimsoll.workflows.notebook import report

__all__ = ["read_portfolio", "read_prices", "report"]

_HOMES = {
    "read_portfolio": "plimsoll.data.importers.portfolio_csv",
    "read_prices": "plimsoll.data.prices",
    "report": "plimsoll.workflows.notebook",
}


def __dir__() -> list[str]:
    """List the public names, so that a notebook completes them."""
    return __all__


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that ``import plimsoll`` stays instant."""
    if name not in _HOMES:
        raise AttributeError(f"module 'plimsoll' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
