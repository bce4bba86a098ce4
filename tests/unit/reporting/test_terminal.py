"""The report for a terminal."""

import io
from dataclasses import replace

import pytest
from rich.cells import cell_len
from rich.console import Console

from plimsoll.reporting import numbers
from plimsoll.reporting.report import Coverage, RiskReport
from plimsoll.reporting.terminal import WIDTH, render


def printed(report: RiskReport, *, width: int = 80, encoding: str = "utf-8") -> str:
    """Return what a pipe of this width and encoding receives."""
    raw = io.BytesIO()
    file = io.TextIOWrapper(raw, encoding=encoding, errors="strict", newline="")
    render(report, Console(file=file, width=width))
    file.flush()
    return raw.getvalue().decode(encoding)


@pytest.mark.parametrize("width", [40, 60, 80, 200])
def test_no_line_is_too_wide(report: RiskReport, open_ended: RiskReport, width: int) -> None:
    """No line exceeds the console, nor 80 columns on a wide one."""
    for one in (report, open_ended):
        lines = printed(one, width=width).splitlines()
        assert max(cell_len(line) for line in lines) <= min(width, WIDTH)


def test_figures_are_never_cut_at_80_columns(report: RiskReport) -> None:
    """Books of any size keep every digit in the tables: only names may be shortened."""
    for factor in (1e-4, 1.0, 1e6):
        nodes = {
            by: tuple(
                replace(
                    node,
                    value=node.value * factor * 50,
                    component_es=node.component_es * factor,
                    component_var=node.component_var * factor,
                    var=replace(node.var, value=node.var.value * factor),
                    es=replace(node.es, value=node.es.value * factor),
                )
                for node in nodes
            )
            for by, nodes in report.nodes.items()
        }
        text = printed(replace(report, nodes=nodes, var=replace(report.var, value=0.0)))
        table = text[text.index("By region") : text.index("Top contributors")]
        assert "…" not in table


def test_all_sections_are_there(report: RiskReport) -> None:
    """Headline with interval, tables, worst days, coverage, failures and identity are printed."""
    text = printed(report)
    assert "Long/short equity  as of 30 Dec 2022, in USD" in text
    assert numbers.interval(report.var) in text
    assert "1 day, 99 %, order statistic, 500 scenarios, 5 in the tail" in text
    for title in ("By sector", "By region", "Top contributors", "Hedges and diversifiers"):
        assert title in text
    assert "Five largest losses" in text
    assert report.worst_scenarios[0].label in text
    assert "98.4 % priced, 1 proxied, 1 excluded" in text
    assert "row 11, column symbol" in text
    assert "the interval is known to be too narrow" in text
    assert "SHEL (proxied)" in text
    assert "Run 9f2c9f2c9f2c" in text
    assert "--html" in text


def test_unbounded_is_said(open_ended: RiskReport) -> None:
    """An interval that the sample cannot close says so."""
    assert "unbounded" in printed(open_ended)


def test_a_pipe_gets_plain_text_without_blanks_at_line_ends(report: RiskReport) -> None:
    """No escape code and no trailing blank reaches a file."""
    text = printed(report)
    assert "\x1b" not in text
    assert all(line == line.rstrip() for line in text.splitlines())


def test_no_color_is_respected(report: RiskReport) -> None:
    """NO_COLOR leaves no colour even on a terminal; without it bars are coloured."""
    for environ, coloured in (({"NO_COLOR": "1"}, False), ({}, True)):
        file = io.StringIO()
        console = Console(
            file=file, width=80, force_terminal=True, color_system="truecolor", _environ=environ
        )
        render(report, console)
        assert ("38;2;213;94;0" in file.getvalue()) is coloured


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_poor_character_sets(report: RiskReport, hostile: RiskReport, encoding: str) -> None:
    """A file that is not Unicode gets every line, with the nearest signs."""
    assert "95 % CI" in printed(report, encoding=encoding)
    assert printed(report, encoding=encoding).count("\n") == printed(report).count("\n")
    assert "?" in printed(hostile, encoding=encoding)


def test_the_console_encoding_counts_where_the_file_has_none(report: RiskReport) -> None:
    """A file without an encoding is taken at the console's word."""
    file = io.StringIO()
    render(report, Console(file=file, width=80))
    assert "–" in file.getvalue()


def test_hostile_texts_are_only_text(hostile: RiskReport) -> None:
    """Markup is printed as it stands, and no control code reaches the terminal."""
    text = printed(hostile)
    assert "\x1b" not in text
    assert "[red]" in text
    assert max(cell_len(line) for line in text.splitlines()) <= WIDTH


def test_a_book_without_risk(cash: RiskReport) -> None:
    """Cash alone has a headline, full coverage and no empty tables."""
    text = printed(cash)
    assert "USD 1,000" in text
    assert "100 % priced" in text
    assert "contributors" not in text
    assert "largest losses" not in text
    assert "assumed" not in text


def test_long_lists_say_what_they_leave_out(report: RiskReport) -> None:
    """More than twenty nodes or failures end with how many are left."""
    node, failure = report.nodes["sector"][0], report.failures[0]
    long = replace(
        report,
        nodes={"book": tuple(replace(node, name=f"book {i}") for i in range(23))},
        failures=tuple(replace(failure, item=f"X{i}") for i in range(24)),
        coverage=Coverage(34, 10, 0, 0, 0.0, None),
    )
    text = printed(long)
    assert "and 3 more, in the HTML and JSON forms" in text
    assert "and 4 more, in the HTML and JSON forms" in text
    assert "24 excluded of unknown value" in text
