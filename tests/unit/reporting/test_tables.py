"""The tables of a report as rows and columns."""

import math
from dataclasses import replace

import pytest

from plimsoll.reporting import tables
from plimsoll.reporting.report import RiskReport, Table


def test_every_table_becomes_frames(report: RiskReport) -> None:
    """Each table gives a polars and a pandas frame of its own shape and columns."""
    made = [
        tables.position_table(report),
        tables.node_table(report),
        tables.worst_scenario_table(report),
        tables.failure_table(report),
        tables.scenario_table(report),
        tables.book_table(report),
    ]
    for table in made:
        shape = (len(table.rows), len(table.columns))
        assert table.to_polars().shape == shape
        assert table.to_pandas().shape == shape
        assert tuple(table.to_polars().columns) == table.columns
        assert tuple(table.to_pandas().columns) == table.columns


def test_positions_keep_their_figures(report: RiskReport) -> None:
    """The column of component ES adds up to ES, and attributes are columns."""
    frame = tables.position_table(report).to_polars()
    assert math.fsum(frame["component_es"]) == pytest.approx(report.es.value)
    assert frame["sector"].to_list() == [one.attributes["sector"] for one in report.positions]


def test_attributes_never_hide_a_field(report: RiskReport) -> None:
    """An attribute called like a field has a column of its own; a position without it has None."""
    odd = replace(report.positions[0], attributes={"value": "deep"})
    table = tables.position_table(replace(report, positions=(odd, report.positions[1])))
    assert table.columns[-3:] == ("region", "sector", "attribute_value")
    assert table.rows[0][-3:] == (None, None, "deep")
    assert table.rows[1][-1] is None
    assert len(set(table.columns)) == len(table.columns)


def test_nodes_by_one_or_all_attributes(report: RiskReport) -> None:
    """One attribute gives its nodes, none given gives all, an unknown one is an error."""
    assert len(tables.node_table(report, "region").rows) == 2
    assert len(tables.node_table(report).rows) == sum(len(nodes) for nodes in report.nodes.values())
    with pytest.raises(KeyError):
        tables.node_table(report, "desk")


def test_worst_scenarios_without_names(report: RiskReport) -> None:
    """A loss without names keeps a row of its own."""
    bare = replace(report.worst_scenarios[0], largest=())
    table = tables.worst_scenario_table(replace(report, worst_scenarios=(bare,)))
    assert table.rows == ((1, bare.label, bare.pnl, bare.probability, None, None),)


def test_an_empty_table_is_a_table() -> None:
    """No rows give an empty frame with the right columns."""
    assert Table(("a", "b"), ()).to_polars().shape == (0, 2)
    assert Table(("a", "b"), ()).to_pandas().shape == (0, 2)
