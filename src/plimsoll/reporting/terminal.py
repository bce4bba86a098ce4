"""The report for a terminal: 80 columns, plain when piped, readable without colour and without UTF-8."""

from collections.abc import Iterable, Sequence

from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table as Grid
from rich.text import Text

from plimsoll.reporting import numbers, phrases
from plimsoll.reporting.encoded import Encoded
from plimsoll.reporting.numbers import Scale
from plimsoll.reporting.printable import printable
from plimsoll.reporting.report import NodeRisk, PositionRisk, RiskReport
from plimsoll.risk.measures import Estimate

__all__ = ["WIDTH", "render"]

WIDTH = 80

_BLUE, _VERMILLION = "#0072B2", "#D55E00"
_BAR_WIDTH = 8
_NODES_SHOWN = 20
_FAILURES_SHOWN = 20


def render(report: RiskReport, console: Console) -> None:
    """Print the report.

    Parameters
    ----------
    report
        Any report.
    console
        Where to print. At most 80 of its columns are used. Colour, and the character set of its file, are
        respected: what the set lacks is written with its nearest ASCII sign.

    Notes
    -----
    Texts of the portfolio file are printed as they are, never as markup, and without control codes.
    """
    clean = printable(report)
    sections = [_title(clean), _headline(clean), _facts(clean)]
    sections += [_nodes(clean, by, nodes) for by, nodes in clean.nodes.items()]
    sections += _positions(clean)
    sections += [*_worst(clean), _coverage(clean), *_assumptions(clean), _run(clean)]
    body = Group(*(Padding(section, (0, 0, 1, 0)) for section in sections[:-1]), sections[-1])
    encoding = getattr(console.file, "encoding", None) or console.encoding
    console.print(Encoded(body, encoding), width=min(WIDTH, console.width))


def _section(title: str, *body: RenderableType, remark: str = "") -> RenderableType:
    heading = Text.assemble((title, "bold"), (f"  {remark}" if remark else "", "dim"))
    return Group(heading, *(Padding(part, (0, 0, 0, 2)) for part in body))


def _figure_grid(first: str, *heads: str) -> Grid:
    """Return an empty table without lines: one column of words, then columns of figures."""
    grid = Grid(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    grid.add_column(first, no_wrap=True, overflow="ellipsis", ratio=1)
    for head in heads:
        grid.add_column(head, justify="right", no_wrap=True, min_width=cell_len(head))
    grid.expand = True
    return grid


def _lines(rows: Iterable[tuple[str, str]]) -> Grid:
    """Return words with their explanations; long explanations go on below themselves."""
    grid = Grid.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="dim", no_wrap=True, max_width=24, overflow="ellipsis")
    grid.add_column(overflow="fold")
    for word, explanation in rows:
        grid.add_row(Text(word), Text(explanation))
    return grid


def _title(report: RiskReport) -> RenderableType:
    date = f"  as of {numbers.day(report.as_of)}, in {report.base_currency}"
    return Text.assemble((report.portfolio, "bold"), (date, "dim"))


def _headline(report: RiskReport) -> RenderableType:
    currency, gross = report.base_currency, report.gross_value
    step = phrases.shared_step(report)

    def of_gross(amount: float) -> str:
        return f"{numbers.percent(phrases.share(amount, gross), 2)} of gross value"

    def estimated(estimate: Estimate) -> tuple[str, str, str]:
        figure = numbers.money(estimate.value, currency, step=step)
        remark = f"{numbers.interval(estimate)}, {of_gross(estimate.value)}"
        return figure, remark, phrases.basis(estimate)

    net_and_gross = f"{numbers.exact(report.value)} net, {numbers.exact(gross)} gross"
    rows = {
        "Value": (numbers.money(report.value, currency), net_and_gross, ""),
        "VaR": estimated(report.var),
        "ES": estimated(report.es),
        "Volatility": (
            numbers.money(report.volatility_daily, currency),
            f"one day, {of_gross(report.volatility_daily)}",
            "",
        ),
        "Diversified": (
            numbers.money(report.diversification_es, currency),
            "less ES than the positions have one by one",
            "",
        ),
    }
    width = max(len(figure) for figure, _, _ in rows.values())
    grid = Grid.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for name, (figure, remark, basis) in rows.items():
        grid.add_row(name, Text.assemble((figure.rjust(width), "bold"), f"  {remark}"))
        if basis:
            grid.add_row("", Text(basis, style="dim"))
    return Group(grid, _lines([("Note", note) for note in phrases.interval_notes(report)]))


def _facts(report: RiskReport) -> RenderableType:
    return _lines((("Method", report.method), ("Prices", report.prices)))


def _nodes(report: RiskReport, by: str, nodes: Sequence[NodeRisk]) -> RenderableType:
    total = phrases.totals(report)
    shown = [*nodes[:_NODES_SHOWN], total]
    scale = numbers.common_scale(
        figure for node in shown for figure in (node.var.value, node.es.value, node.component_es)
    )
    grid = _figure_grid(by, "Value", "VaR", "ES", "Comp. VaR", "Comp. ES", "Share")
    for node in shown:
        grid.add_row(*_node_cells(node, scale, report.es.value), style="bold" if node is total else "")
    left = len(nodes) - _NODES_SHOWN
    more = [Text(f"and {left:,} more, in the HTML and JSON forms", style="dim")] if left > 0 else []
    return _section(f"By {by}", grid, *more, remark=scale.words(report.base_currency))


def _node_cells(node: NodeRisk, scale: Scale, total: float) -> list[Text]:
    figures = (node.value, node.var.value, node.es.value, node.component_var, node.component_es)
    share = numbers.percent(phrases.share(node.component_es, total), 1)
    return [Text(node.name), *(Text(scale.number(figure)) for figure in figures), Text(share)]


def _positions(report: RiskReport) -> list[RenderableType]:
    lists = (
        ("Top contributors", phrases.contributors(report)),
        ("Hedges and diversifiers", phrases.diversifiers(report)),
    )
    everyone = [position for _, positions in lists for position in positions]
    scale = numbers.common_scale(f for p in everyone for f in (p.es, p.component_es))
    largest = max((abs(position.component_es) for position in everyone), default=0.0)
    remark = scale.words(report.base_currency)
    return [
        _section(title, _position_grid(positions, scale, report.es.value, largest), remark=remark)
        for title, positions in lists
        if positions
    ]


def _position_grid(positions: Sequence[PositionRisk], scale: Scale, total: float, largest: float) -> Grid:
    grid = _figure_grid("position", "Value", "ES", "Comp. VaR", "Comp. ES", "Share")
    grid.add_column("", no_wrap=True, width=_BAR_WIDTH)
    for one in positions:
        remark = f" ({phrases.quality(one)})" if phrases.quality(one) else ""
        figures = (one.value, one.es, one.component_var, one.component_es)
        grid.add_row(
            Text.assemble((one.symbol, "bold"), remark, "  ", (one.name, "dim")),
            *(Text(scale.number(figure)) for figure in figures),
            Text(numbers.percent(phrases.share(one.component_es, total), 1)),
            _bar(one.component_es, largest),
        )
    return grid


def _bar(value: float, largest: float) -> Text:
    length = round(_BAR_WIDTH * abs(value) / largest)
    return Text("█" * max(1, length), style=_VERMILLION if value > 0 else _BLUE)


def _worst(report: RiskReport) -> list[RenderableType]:
    if not report.worst_scenarios:
        return []
    shown = report.worst_scenarios[:5]
    scale = numbers.common_scale(pnl for one in shown for pnl in (one.pnl,))
    grid = Grid(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    grid.add_column("scenario", no_wrap=True, overflow="ellipsis", max_width=26)
    grid.add_column("P&L", justify="right", no_wrap=True)
    grid.add_column("of gross", justify="right", no_wrap=True)
    grid.add_column("lost most", overflow="fold")
    for one in shown:
        names = ", ".join(f"{symbol} {scale.number(pnl)}" for symbol, pnl in one.largest)
        of_gross = numbers.percent(phrases.share(one.pnl, report.gross_value), 2)
        grid.add_row(Text(one.label), Text(scale.number(one.pnl)), of_gross, Text(names))
    remark = scale.words(report.base_currency)
    return [_section(f"{phrases.count_word(len(shown))} largest losses", grid, remark=remark)]


def _coverage(report: RiskReport) -> RenderableType:
    failures = report.failures[:_FAILURES_SHOWN]
    rows = [(phrases.failure_place(one), f"{one.item}: {one.message}") for one in failures]
    left = len(report.failures) - len(failures)
    if left > 0:
        rows.append(("", f"and {left:,} more, in the HTML and JSON forms"))
    return _section("Coverage", Text(phrases.reliance(report)), _lines(rows))


def _assumptions(report: RiskReport) -> list[RenderableType]:
    if not report.assumptions:
        return []
    rows = (
        (one.topic, f"{one.text} ({phrases.with_more(one.items)})" if one.items else one.text)
        for one in report.assumptions
    )
    return [_section("What we assumed", _lines(rows))]


def _run(report: RiskReport) -> RenderableType:
    identity = f"Run {phrases.short_run_id(report)}, code {report.run.code}, seed {report.run.seed}"
    return Text(
        f"{identity}\nMore: --html report.html for a page with charts, --json for all figures", style="dim"
    )
