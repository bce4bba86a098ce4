"""The report as a notebook holds it: it shows itself and hands itself over to data frames."""

from collections.abc import Callable
from dataclasses import fields
from typing import TYPE_CHECKING

from plimsoll.reporting import tables
from plimsoll.reporting.html import render_template, to_html
from plimsoll.reporting.json_document import to_json
from plimsoll.reporting.phrases import in_words
from plimsoll.reporting.printable import printable
from plimsoll.reporting.report import RiskReport, Table

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

__all__ = ["NotebookReport"]

_TABLES: dict[str, Callable[[RiskReport], Table]] = {
    "positions": tables.position_table,
    "worst_scenarios": tables.worst_scenario_table,
    "scenarios": tables.scenario_table,
    "path": tables.book_table,
    "failures": tables.failure_table,
}


class NotebookReport(RiskReport):
    """A risk report with the conveniences of a notebook; every figure is that of the report."""

    @classmethod
    def of(cls, report: RiskReport) -> "NotebookReport":
        """Return `report` as a notebook holds it."""
        return cls(**{field.name: getattr(report, field.name) for field in fields(report)})

    def table(self, name: str = "positions") -> Table:
        """Return one of the tables of the report.

        Parameters
        ----------
        name
            An attribute that the report is cut by (``sector``), or ``positions``, ``worst_scenarios``,
            ``scenarios``, ``path`` (value of today's holdings by date) or ``failures``.

        Raises
        ------
        KeyError
            If there is no such table; the message names those that there are.
        """
        if name in self.nodes:
            return tables.node_table(self, name)
        if name not in _TABLES:
            raise KeyError(f"no table {name!r}; there are {', '.join([*self.nodes, *_TABLES])}")
        return _TABLES[name](self)

    def to_polars(self, name: str = "positions") -> "pl.DataFrame":
        """Return a table of :meth:`table` as a polars frame."""
        return self.table(name).to_polars()

    def to_pandas(self, name: str = "positions") -> "pd.DataFrame":
        """Return a table of :meth:`table` as a pandas frame; needs ``plimsoll-risk[pandas]``."""
        return self.table(name).to_pandas()

    def to_html(self) -> str:
        """Return the report as one self-contained page."""
        return to_html(self)

    def to_json(self) -> str:
        """Return the report as one JSON document."""
        return to_json(self)

    def __repr__(self) -> str:
        """Say in one line what a notebook without HTML would otherwise fill pages with."""
        return f"<{self.portfolio}, {self.as_of}: {in_words(self)}>"

    def _repr_html_(self) -> str:
        return render_template("notebook.html.j2", printable(self))
