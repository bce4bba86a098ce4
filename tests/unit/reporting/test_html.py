"""The report as one self-contained page."""

import base64
import hashlib
import re
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from plimsoll.reporting import numbers
from plimsoll.reporting.html import to_html
from plimsoll.reporting.report import RiskReport

VOID = {"meta", "link", "br", "img", "input", "hr"}


class Outline(HTMLParser):
    """Collects elements, attributes and texts, and checks that elements are closed in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def of(self, tag: str) -> list[dict[str, str | None]]:
        """Return the attributes of all elements of one kind."""
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="module")
def page(report: RiskReport) -> str:
    """Give the example as a page."""
    return to_html(report)


def test_it_is_well_formed(page: str, cash: RiskReport, open_ended: RiskReport) -> None:
    """Every element is closed where it should be, with and without the optional parts."""
    for one in (page, to_html(cash), to_html(open_ended)):
        assert one.startswith("<!doctype html>")
        assert Outline(one).open == []


def test_it_asks_for_nothing(page: str) -> None:
    """No script, no link, no image, no address: nothing leaves or enters the page."""
    outline = Outline(page)
    assert not {tag for tag, _ in outline.elements} & {
        "script",
        "link",
        "img",
        "iframe",
        "object",
        "form",
        "a",
    }
    names = {name for _, attributes in outline.elements for name in attributes}
    assert not names & {"src", "href", "srcset", "action", "style"}
    assert not [name for name in names if name.startswith("on")]
    assert set(re.findall(r"https?://[^\"' <]*", page)) == {"http://www.w3.org/2000/svg"}
    assert "@import" not in page
    assert "url(" not in page


def test_the_policy_allows_its_own_style_only(page: str) -> None:
    """The hash in the content security policy is the one of the style in the page."""
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    policy = next(m["content"] for m in Outline(page).of("meta") if m.get("http-equiv"))
    assert policy is not None
    assert policy.startswith("default-src 'none'; ")
    assert f"style-src 'sha256-{digest}'" in policy


def test_hostile_texts_are_escaped_everywhere(hostile: RiskReport) -> None:
    """Markup in names, labels and messages is text in the page, also inside its charts."""
    page = to_html(hostile)
    outline = Outline(page)
    assert outline.open == []
    assert not outline.of("script")
    assert "<script" not in page
    assert "\x1b" not in page
    # symbol, names, attribute labels, messages … : each is shown, and shown as it was written
    assert sum('<script>alert("1")</script>&[red]' in text for text in outline.texts) >= 15


def test_everything_is_said(page: str, report: RiskReport) -> None:
    """Headline, intervals, nodes, positions, losses, failures, assumptions and identity are on the page."""
    text = " ".join(Outline(page).texts)
    assert numbers.interval(report.var) in text
    assert numbers.interval(report.es) in text
    for by, nodes in report.nodes.items():
        assert f"By {by}" in text
        assert all(node.name in text for node in nodes)
    for one in report.positions:
        assert one.symbol in text
        assert one.name in text
    assert all(one.label in text for one in report.worst_scenarios)
    assert all(one.message in text for one in report.failures)
    assert all(one.text in text for one in report.assumptions)
    assert report.run.run_id in text
    assert report.run.market in text


def test_every_chart_has_a_table(page: str) -> None:
    """Each figure holds a drawing with a role and a table that can be opened without a script."""
    figures = re.findall(r"<figure>.*?</figure>", page, re.DOTALL)
    assert len(figures) == 3
    for figure in figures:
        assert 'role="img"' in figure
        assert re.search(r"<details><summary>Table of .*?<table>", figure, re.DOTALL)


def test_open_bounds_and_missing_figures(open_ended: RiskReport) -> None:
    """An open side is called so, and a missing figure is a dash."""
    nodes = {
        by: tuple(replace(node, es=replace(node.es, high=None)) for node in nodes)
        for by, nodes in open_ended.nodes.items()
    }
    first = replace(open_ended.positions[0], marginal_es=None, row=None, quantity=0.12345678, price=0.00012)
    page = to_html(replace(open_ended, nodes=nodes, positions=(first, *open_ended.positions[1:])))
    assert "unbounded" in page
    assert "– open" in page
    assert "<td>—</td>" in page
    assert "0.123457" in page
    assert "0.000120" in page


def test_numbers_carry_a_true_minus(page: str) -> None:
    """A negative number in a cell starts with U+2212, never with a hyphen."""
    cells = re.findall(r"<td[^>]*>([^<]+)</td>", page)
    assert any(cell.startswith("−") for cell in cells)
    assert not any(re.match(r"-\d", cell) for cell in cells)


def test_a_cash_book_has_no_empty_parts(cash: RiskReport) -> None:
    """Without positions, history, failures and assumptions their sections are left out."""
    page = to_html(cash)
    assert page.count("<figure>") == 1
    assert "Risk by attribute" not in page
    assert "Left out of every number" not in page
    assert "What we assumed" not in page
    assert "100 % priced" in page


def test_a_book_that_cannot_lose(report: RiskReport, cash: RiskReport) -> None:
    """A negative VaR, one without any bound and a missing one still give a page."""
    gain = replace(report.var, value=-5.0, low=-9.0, high=-1.0)
    assert "−5.0" in to_html(replace(report, var=gain, es=gain))
    bare = replace(report.var, low=None, high=None)
    assert "no interval" in to_html(replace(report, var=bare, es=bare))
    missing = replace(report.var, value=float("nan"), low=None, high=None)
    assert "<figure>" not in to_html(replace(cash, var=missing, es=missing))


def test_no_scenarios_no_histogram(cash: RiskReport) -> None:
    """A report without a P&L vector has no chart at all."""
    assert "<figure>" not in to_html(
        replace(cash, pnl=cash.pnl[:0], weights=cash.weights[:0], scenario_labels=())
    )


def test_equal_reports_give_equal_bytes(report: RiskReport, page: str) -> None:
    """A second rendering is the same to the last byte, and the file stays small."""
    assert to_html(report).encode() == page.encode()
    assert len(page.encode()) < 120_000


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour as WCAG 2.2 defines it."""
    digits = colour.lstrip("#")
    digits = "".join(2 * digit for digit in digits) if len(digits) == 3 else digits
    channels = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_contrast(page: str) -> None:
    """Text reaches 4.5 to 1 and shapes 3 to 1 on both grounds, in light, dark and print (WCAG 2.2 AA)."""
    themes = re.findall(r":root \{(.*?)\}", page, re.DOTALL)
    assert len(themes) == 3
    for theme in themes:
        colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]+)", theme))
        for ground in ("paper", "raised"):
            for names, least in (("ink quiet warning whole link", 4.5), ("blue vermillion", 3.0)):
                for name in names.split():
                    pair = sorted((luminance(colours[name]), luminance(colours[ground])))
                    assert (pair[1] + 0.05) / (pair[0] + 0.05) >= least, (name, ground)


def test_heavy_packages_wait_until_they_are_needed() -> None:
    """The terminal and JSON forms load neither matplotlib nor Jinja nor a data-frame library."""
    program = (
        "import sys, plimsoll.reporting.terminal, plimsoll.reporting.json_document, plimsoll.reporting.html;"
        "print([name for name in ('matplotlib', 'jinja2', 'polars', 'pandas') if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
