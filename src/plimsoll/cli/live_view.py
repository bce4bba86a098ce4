"""Live risk in a terminal: a table that moves, a line for a pipe, a JSON document for a program."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import RenderableType

    from plimsoll.risk.measures import Estimate
    from plimsoll.wire import live as wire
    from plimsoll.wire.estimate import Estimate as WireEstimate
    from plimsoll.workflows.live import LiveUpdate

__all__ = ["as_json", "as_line", "as_table"]


def as_table(
    update: "LiveUpdate | wire.LiveUpdate", by: Sequence[str], currency: str, title: str
) -> "RenderableType":
    """Return the tree with value, P&L, VaR and ES of every node, and what moved it."""
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    table = Table(" / ".join(by) or "book", box=None, pad_edge=False, header_style="dim")
    for head in ("value", "P&L", "VaR", "ES"):
        table.add_column(head, justify="right")
    for node in update.nodes:
        name = "  " * len(node.path) + (node.path[-1] if node.path else "total")
        figures = (
            _money(node.value),
            _money(node.pnl_since_run, sign="+"),
            _money(node.var),
            _money(node.es),
        )
        table.add_row(Text(name), *figures, style=None if node.path else "bold")
    heading = f"{title}   {update.at:%Y-%m-%d %H:%M}   {currency}"
    tail = (
        f"VaR {update.var.confidence:.0%} {_interval(update.var)}   ES {_interval(update.es)}",
        f"moved by {_movers(update)}",
    )
    return Group(Text(heading, style="bold"), table, *(Text(line, style="dim") for line in tail))


def as_line(update: "LiveUpdate | wire.LiveUpdate") -> str:
    """Return what matters most, in one line."""
    root = update.nodes[0]
    return (
        f"{update.at:%Y-%m-%d %H:%M}  value {_money(root.value)}  P&L {_money(root.pnl_since_run, sign='+')}"
        f"  VaR {_interval(update.var)}  ES {_interval(update.es)}  {_movers(update)}"
    )


def as_json(update: "LiveUpdate", currency: str) -> str:
    """Return everything as one line of JSON; missing is null."""
    document = {
        **asdict(update),
        "at": update.at.isoformat(),
        "base_currency": currency,
        "findings": [{**asdict(finding), "at": finding.at.isoformat()} for finding in update.findings],
    }
    return json.dumps(document, ensure_ascii=False, allow_nan=False)


def _interval(estimate: "Estimate | WireEstimate") -> str:
    low, high = ("…" if bound is None else _money(bound) for bound in (estimate.low, estimate.high))
    return f"{_money(estimate.value)} [{low}, {high}]"


def _movers(update: "LiveUpdate | wire.LiveUpdate") -> str:
    shown = (f"{mover.name} {_money(mover.value_change, sign='+')}" for mover in update.movers[:3])
    return ", ".join(shown) or "nothing"


def _money(number: float | None, *, sign: str = "") -> str:
    return "—" if number is None else f"{number:{sign},.0f}"
