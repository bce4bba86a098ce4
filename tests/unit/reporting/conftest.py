"""One example report for all tests of its forms: a long/short book of real names and invented moves."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import replace
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from numpy.typing import NDArray

from plimsoll.reporting.report import (
    Coverage,
    NodeRisk,
    PositionRisk,
    RiskReport,
    RunIdentity,
    WorstScenario,
)
from plimsoll.risk.assumptions import Assumption
from plimsoll.risk.failures import Failure, Reason
from plimsoll.risk.measures import Estimate

Vector = NDArray[np.float64]

# symbol, name, quantity, price, beta, sector, region
HOLDINGS = (
    ("AAPL", "Apple Inc.", 4200.0, 129.93, 1.2, "Technology", "US"),
    ("AMD", "Advanced Micro Devices, Inc.", 5100.0, 64.77, 1.9, "Technology", "US"),
    ("JPM", "JPMorgan Chase & Co.", 2600.0, 134.10, 1.1, "Financials", "US"),
    ("LLY", "Eli Lilly and Company", 900.0, 365.84, 0.6, "Health care", "US"),
    ("XOM", "Exxon Mobil Corporation", 2300.0, 110.30, 0.8, "Energy", "US"),
    ("RR", "Rolls-Royce Holdings plc", 160000.0, 1.13, 1.5, "Industrials", "UK"),
    ("KO", "The Coca-Cola Company", -3900.0, 63.61, 0.5, "Consumer staples", "US"),
    ("WMT", "Walmart Inc.", -1800.0, 141.79, 0.5, "Consumer staples", "US"),
    ("SHEL", "Shell plc", 4000.0, 28.48, 0.9, "Energy", "UK"),
)


def moves(scenarios: int) -> Vector:
    """Return invented daily returns, shape (positions, scenarios), the same ones each time."""
    random = np.random.default_rng(7)
    betas = np.array([holding[4] for holding in HOLDINGS])
    market = 0.009 * random.standard_t(4, scenarios)
    own = 0.011 * random.standard_t(5, (len(HOLDINGS), scenarios))
    returns: Vector = betas[:, None] * (market - market.mean() + 0.0003) + own
    return returns


def tail(pnl: Vector) -> NDArray[np.intp]:
    """Return the 1 % worst scenarios, the one at VaR last."""
    return np.argsort(pnl, kind="stable")[: max(1, len(pnl) // 100)]


def estimates(pnl: Vector, *, bounded: bool = True) -> tuple[Estimate, Estimate]:
    """Return VaR and ES at 99 % with plausible intervals."""
    ordered = np.sort(-pnl)[::-1]
    count = len(tail(pnl))
    var, es = float(ordered[count - 1]), float(ordered[:count].mean())
    low = float(ordered[2 * count + 1])
    high = float(ordered[0]) if bounded else None
    thin = f"{count} scenarios lie in the tail: the interval is known to be too narrow."
    note = "" if bounded else "250 scenarios cannot bound the 99 % loss from above."
    return (
        Estimate(
            var,
            low,
            high,
            0.99,
            1,
            "order_statistic",
            count,
            len(pnl),
            "exact binomial order statistics (sampling error)",
            0.95,
            note,
        ),
        Estimate(
            es, es * 0.82, es * 1.31, 0.99, 1, "acerbi_tasche", count, len(pnl), "bootstrap", 0.95, thin
        ),
    )


def node(name: str, members: list[int], values: Vector, pnl: Vector, worst: NDArray[np.intp]) -> NodeRisk:
    """Return the risk of some of the holdings."""
    own, rest = pnl[members].sum(axis=0), np.delete(pnl, members, axis=0).sum(axis=0)
    (var, es), (all_var, all_es) = estimates(own), estimates(pnl.sum(axis=0))
    rest_var, rest_es = estimates(rest)
    return NodeRisk(
        name=name,
        value=float(values[members].sum()),
        positions=len(members),
        var=var,
        es=es,
        component_var=float(-own[worst[-1]]),
        component_es=float(-own[worst].mean()),
        incremental_var=all_var.value - rest_var.value,
        incremental_es=all_es.value - rest_es.value,
    )


def nodes_by(column: int, values: Vector, pnl: Vector, worst: NDArray[np.intp]) -> tuple[NodeRisk, ...]:
    """Return the nodes by one column of the holdings, largest component ES first."""
    labels = sorted({str(holding[column]) for holding in HOLDINGS})
    nodes = (
        node(label, [i for i, h in enumerate(HOLDINGS) if h[column] == label], values, pnl, worst)
        for label in labels
    )
    return tuple(sorted(nodes, key=lambda one: -one.component_es))


def position(i: int, values: Vector, pnl: Vector, worst: NDArray[np.intp]) -> PositionRisk:
    """Return the risk of one holding."""
    symbol, name, quantity, price, _, sector, region = HOLDINGS[i]
    var, es = estimates(pnl[i])
    component_var, component_es = float(-pnl[i, worst[-1]]), float(-pnl[i, worst].mean())
    pence = symbol == "RR"
    return PositionRisk(
        symbol=symbol,
        name=name,
        kind="equity",
        currency="GBP" if pence else "USD",
        quantity=quantity,
        price=price,
        price_date=None if symbol == "SHEL" else dt.date(2022, 12, 30),
        quality="proxied" if symbol == "SHEL" else "observed",
        value=float(values[i]),
        weight=float(values[i] / np.abs(values).sum()),
        var=var.value,
        es=es.value,
        component_var=component_var,
        component_es=component_es,
        marginal_var=component_var / float(values[i]),
        marginal_es=component_es / float(values[i]),
        attributes={"sector": sector, "region": region},
        row=i + 2,
    )


def worst_scenario(j: int, labels: tuple[str, ...], pnl: Vector) -> WorstScenario:
    """Return one loss with the three holdings that lost most."""
    order = np.argsort(pnl[:, j])[:3]
    largest = tuple((HOLDINGS[i][0], float(pnl[i, j])) for i in order)
    return WorstScenario(labels[j], float(pnl[:, j].sum()), 1 / pnl.shape[1], largest)


def assumptions(scenarios: int) -> tuple[Assumption, ...]:
    """Return what the example takes for granted."""
    return (
        Assumption(
            "window", f"{scenarios} daily moves up to 30 Dec 2022 stand for tomorrow; each counts the same."
        ),
        Assumption("gaps", "Gaps of up to five days are bridged by the last price.", ("RR", "SHEL")),
        Assumption("proxy", "Missing history is taken from the sector's average move.", ("SHEL",)),
    )


def coverage() -> Coverage:
    """Return the coverage of the example: one of ten rows is left out."""
    return Coverage(
        positions=len(HOLDINGS) + 1,
        valued=len(HOLDINGS),
        proxied=1,
        stale=0,
        failed_value=41_250.0,
        failed_share=0.0164,
    )


def failures() -> tuple[Failure, ...]:
    """Return the one row that the example leaves out."""
    message = "no price history for XYZQ; add the symbol to the price file or correct it."
    return (Failure(Reason.UNKNOWN_SYMBOL, "XYZQ", message, row=11, column="symbol", value=41_250.0),)


def example_report(scenarios: int = 500, *, bounded: bool = True) -> RiskReport:
    """Return the example; `bounded` says whether the sample can bound VaR from above."""
    values = np.array([holding[2] * holding[3] for holding in HOLDINGS])
    pnl = values[:, None] * moves(scenarios)
    book = pnl.sum(axis=0)
    worst = tail(book)
    var, es = estimates(book, bounded=bounded)
    dates = np.busday_offset(np.datetime64("2022-12-30"), np.arange(-scenarios, 1), roll="backward")
    labels = tuple(str(date) for date in dates[1:])
    positions = tuple(position(i, values, pnl, worst) for i in range(len(HOLDINGS)))
    by: Mapping[str, int] = {"sector": 5, "region": 6}
    return RiskReport(
        portfolio="Long/short equity",
        as_of=dt.date(2022, 12, 30),
        base_currency="USD",
        prices="prices that come with the skfolio package, daily closes",
        method=f"historical simulation, {scenarios} daily moves, 2021-01-29 to 2022-12-30",
        confidence=0.99,
        horizon_days=1,
        value=float(values.sum()),
        gross_value=float(np.abs(values).sum()),
        var=var,
        es=es,
        volatility_daily=float(book.std(ddof=1)),
        diversification_var=sum(one.var for one in positions) - var.value,
        diversification_es=sum(one.es for one in positions) - es.value,
        nodes={name: nodes_by(column, values, pnl, worst) for name, column in by.items()},
        positions=tuple(sorted(positions, key=lambda one: -one.component_es)),
        worst_scenarios=tuple(worst_scenario(int(j), labels, pnl) for j in np.argsort(book)[:5]),
        scenario_labels=labels,
        pnl=book,
        weights=np.full(scenarios, 1 / scenarios),
        book_dates=dates,
        book_values=values.sum() - np.append(book[::-1].cumsum()[::-1], 0.0),
        failures=failures(),
        coverage=coverage(),
        assumptions=assumptions(scenarios),
        proxied_share_es=0.041,
        run=RunIdentity("9f2c" * 16, "1a" * 32, "2b" * 32, "3c" * 32, "0.1.0+4d4d4d4d4d4d", 1),
    )


@pytest.fixture(scope="session")
def read_svg() -> Callable[[str], ET.Element]:
    """Give a reader of our own drawings."""
    return ET.fromstring


@pytest.fixture(scope="session")
def report() -> RiskReport:
    """Give the example with all bounds known."""
    return example_report()


@pytest.fixture(scope="session")
def open_ended() -> RiskReport:
    """Give the example with 250 scenarios and a VaR without an upper bound."""
    return example_report(250, bounded=False)


@pytest.fixture(scope="session")
def hostile(report: RiskReport) -> RiskReport:
    """Give the example with markup and control codes in every text that a file can carry."""
    bad = '<script>alert("1")</script>&[red]\x1b[31m$\\frac{1}{0}$'
    first = replace(report.positions[0], symbol=bad, name=bad, attributes={"sector": bad, bad: bad})
    return replace(
        report,
        portfolio=bad,
        prices=bad,
        method=bad,
        nodes={bad: (replace(report.nodes["sector"][0], name=bad), *report.nodes["sector"][1:])},
        positions=(first, *report.positions[1:]),
        worst_scenarios=(replace(report.worst_scenarios[0], label=bad, largest=((bad, -1.0),)),),
        failures=(replace(report.failures[0], item=bad, message=bad, column=bad),),
        assumptions=(Assumption(bad, bad, (bad, bad)),),
        var=replace(report.var, note=bad, estimator=bad),
    )


@pytest.fixture(scope="session")
def cash(report: RiskReport) -> RiskReport:
    """Give a book of cash: no risk, no history, no nodes and nothing left out."""
    nothing = replace(report.var, value=0.0, low=0.0, high=0.0)
    whole = Coverage(positions=1, valued=1, proxied=0, stale=0, failed_value=0.0, failed_share=0.0)
    return replace(
        report,
        value=1000.0,
        gross_value=1000.0,
        var=nothing,
        es=nothing,
        volatility_daily=0.0,
        diversification_var=0.0,
        diversification_es=0.0,
        nodes={},
        positions=(),
        worst_scenarios=(),
        pnl=np.zeros(report.pnl.shape),
        book_dates=np.array([], dtype="datetime64[D]"),
        book_values=np.array([]),
        failures=(),
        coverage=whole,
        assumptions=(),
        proxied_share_es=0.0,
    )
