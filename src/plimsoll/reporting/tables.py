"""The tables of a report as rows and columns, for data frames and spreadsheets; nothing is rounded."""

import datetime as dt
from typing import Any

from plimsoll.reporting.report import NodeRisk, RiskReport, Table

__all__ = [
    "book_table",
    "failure_table",
    "node_table",
    "position_table",
    "scenario_table",
    "worst_scenario_table",
]

_POSITION = (
    "symbol",
    "name",
    "kind",
    "currency",
    "quantity",
    "price",
    "price_date",
    "quality",
    "value",
    "weight",
    "var",
    "es",
    "component_var",
    "component_es",
    "marginal_var",
    "marginal_es",
    "row",
)
_NODE = (
    "attribute",
    "name",
    "value",
    "positions",
    *("var", "var_low", "var_high", "es", "es_low", "es_high"),
    *("component_var", "component_es", "incremental_var", "incremental_es"),
)


def position_table(report: RiskReport) -> Table:
    """Return one row for each position that is in the numbers.

    Parameters
    ----------
    report
        Any report.

    Returns
    -------
    Table
        The fields of :class:`~plimsoll.reporting.report.PositionRisk`, then one column for each attribute,
        sorted, None where a position lacks it. An attribute that bears the name of a field is called
        ``attribute_<name>``.
    """
    names = sorted({name for position in report.positions for name in position.attributes})
    columns = _POSITION + tuple(f"attribute_{name}" if name in _POSITION else name for name in names)
    rows = (
        tuple(getattr(position, field) for field in _POSITION)
        + tuple(position.attributes.get(name) for name in names)
        for position in report.positions
    )
    return Table(columns, tuple(rows))


def node_table(report: RiskReport, attribute: str | None = None) -> Table:
    """Return one row for each node.

    Parameters
    ----------
    report
        Any report.
    attribute
        One of ``report.nodes``; None for all of them under each other.

    Returns
    -------
    Table
        Columns attribute, name, value, positions, the estimates with their bounds, components and incremental
        figures. Money in base currency; a loss is positive.

    Raises
    ------
    KeyError
        If the report has no nodes by `attribute`.
    """
    wanted = report.nodes if attribute is None else {attribute: report.nodes[attribute]}
    rows = (_node_row(by, node) for by, nodes in wanted.items() for node in nodes)
    return Table(_NODE, tuple(rows))


def _node_row(attribute: str, node: NodeRisk) -> tuple[Any, ...]:
    return (
        attribute,
        node.name,
        node.value,
        node.positions,
        *(node.var.value, node.var.low, node.var.high),
        *(node.es.value, node.es.low, node.es.high),
        *(node.component_var, node.component_es),
        *(node.incremental_var, node.incremental_es),
    )


def worst_scenario_table(report: RiskReport) -> Table:
    """Return one row for each position named in each of the largest losses.

    Parameters
    ----------
    report
        Any report.

    Returns
    -------
    Table
        Columns rank (1 is the worst), label, pnl, probability, symbol and symbol_pnl; a scenario without
        names has one row with None.
    """
    columns = ("rank", "label", "pnl", "probability", "symbol", "symbol_pnl")
    rows = (
        (rank, worst.label, worst.pnl, worst.probability, symbol, pnl)
        for rank, worst in enumerate(report.worst_scenarios, 1)
        for symbol, pnl in worst.largest or ((None, None),)
    )
    return Table(columns, tuple(rows))


def failure_table(report: RiskReport) -> Table:
    """Return one row for each item that is in no number of the report.

    Parameters
    ----------
    report
        Any report.

    Returns
    -------
    Table
        Columns reason, item, message, row, column (None where none is to blame) and value.
    """
    columns = ("reason", "item", "message", "row", "column", "value")
    rows = (
        (
            failure.reason.value,
            failure.item,
            failure.message,
            failure.row,
            failure.column or None,
            failure.value,
        )
        for failure in report.failures
    )
    return Table(columns, tuple(rows))


def scenario_table(report: RiskReport) -> Table:
    """Return one row for each scenario, in the order of the scenario set.

    Parameters
    ----------
    report
        Any report.

    Returns
    -------
    Table
        Columns label, pnl (gain positive) and probability.
    """
    rows = zip(report.scenario_labels, report.pnl.tolist(), report.weights.tolist(), strict=True)
    return Table(("label", "pnl", "probability"), tuple(rows))


def book_table(report: RiskReport) -> Table:
    """Return the value of today's holdings over the window, oldest day first.

    Parameters
    ----------
    report
        Any report.

    Returns
    -------
    Table
        Columns date and value.
    """
    dates: list[dt.date] = report.book_dates.astype("datetime64[D]").astype(object).tolist()
    return Table(("date", "value"), tuple(zip(dates, report.book_values.tolist(), strict=True)))
