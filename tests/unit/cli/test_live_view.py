"""Live risk for people, pipes and programs."""

import json
from io import StringIO

import pytest
from rich.console import Console

from plimsoll.cli.live_view import as_json, as_line, as_table
from plimsoll.workflows.live import LiveUpdate
from plimsoll.workflows.live_demo import live_demo


@pytest.fixture(scope="module")
def update() -> LiveUpdate:
    """Return the demo after ten days."""
    demo = live_demo(["desk", "book"])
    demo.advance(0.0)
    return demo.advance(10.0)


def test_the_table_has_a_row_for_each_node(update: LiveUpdate) -> None:
    """Indented by depth, with figures, an interval and what moved it."""
    text = StringIO()
    Console(file=text, width=100).print(as_table(update, ("desk", "book"), "USD", "Demo"))
    lines = text.getvalue().splitlines()
    assert lines[0].startswith("Demo   2022-01-")
    assert [line.split("  ")[0] for line in lines[1:3]] == ["desk / book", "total"]
    assert len(lines) == 2 + len(update.nodes) + 2
    assert f"{update.var.value:,.0f}" in lines[2]
    assert lines[-1].startswith(f"moved by {update.movers[0].name} ")


def test_the_line_says_what_matters_most(update: LiveUpdate) -> None:
    """Value, P&L with its sign, VaR and ES with their intervals."""
    line = as_line(update)
    low, high = update.var.low, update.var.high
    assert low is not None
    assert high is not None
    assert f"VaR {update.var.value:,.0f} [{low:,.0f}, {high:,.0f}]" in line
    assert f"P&L {update.nodes[0].pnl_since_run:+,.0f}" in line


def test_the_document_holds_everything(update: LiveUpdate) -> None:
    """Numbers keep every bit, nodes their paths."""
    document = json.loads(as_json(update, "USD"))
    assert document["var"]["value"] == update.var.value
    assert [tuple(node["path"]) for node in document["nodes"]] == [node.path for node in update.nodes]
    assert document["base_currency"] == "USD"
    assert document["at"] == update.at.isoformat()
    assert "\n" not in as_json(update, "USD")
