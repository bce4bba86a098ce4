"""A live portfolio: the risk of now is what a run on today's prices would say, and it can be rebuilt."""

import datetime as dt
from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from plimsoll.data.store.database import Database
from plimsoll.errors import ConflictError, NotFoundError, UsageError
from plimsoll.risk.portfolio import Portfolio, Position
from plimsoll.workflows.ground import ground_from
from plimsoll.workflows.live import LivePortfolio, LiveUpdate
from plimsoll.workflows.live_ticks import Rejection, Tick
from plimsoll.workflows.request import Method, ReportRequest
from plimsoll.workflows.risk_report import calculate
from random_books import option
from small_book import book, cash, share, small_market
from stored_book import stored_run

NOW = dt.datetime(2024, 10, 28, 12, tzinfo=dt.UTC)
BOOK = (
    share("AAA", 10.0, desk="one", row=2),
    share("BBB", -7.0, desk="two", row=3),
    option(95.0, 2.0, desk="two"),
    cash("EUR", 100.0, desk="one"),
)
REQUESTS = (
    ReportRequest(days=60),
    ReportRequest(days=60, decay=0.98, horizon_days=3),
    ReportRequest(days=60, method=Method.PARAMETRIC),
    ReportRequest(days=60, method=Method.MONTE_CARLO, draws=300),
)


def live(request: ReportRequest, *positions: Position, by: tuple[str, ...] = ("desk",)) -> LivePortfolio:
    """Return a live portfolio of a calculation that is not stored, at noon of the day after."""
    imported = book(*(positions or BOOK))
    calculation = calculate(imported, small_market(), request)
    ground = ground_from(imported, small_market(), request)
    held = Portfolio("small", calculation.cube.positions)
    return LivePortfolio(held, ground, calculation.tail, by=by, clock=lambda: NOW)


def tick(symbol: str, price: float, seconds: float = 0.0) -> Tick:
    """Return a tick some seconds before noon."""
    return Tick(symbol, price, NOW - dt.timedelta(seconds=seconds), "test")


def figures(update: LiveUpdate) -> object:
    """Return all that is calculated from levels."""
    return update.nodes, update.var, update.es


@pytest.mark.parametrize("request_", REQUESTS)
def test_before_any_tick_the_figures_are_those_of_the_run(request_: ReportRequest) -> None:
    """VaR and ES with their intervals, value and slices, by every method: the same bits."""
    report = calculate(book(*BOOK), small_market(), request_).report
    found = live(request_).update()
    assert (found.var, found.es) == (report.var, report.es)
    assert found.nodes[0].value == pytest.approx(report.value, rel=1e-14)
    slices = {node.name: (node.var.value, node.es.value) for node in report.nodes["desk"]}
    for node in found.nodes[1:]:
        assert (node.var, node.es) == pytest.approx(slices[node.path[0]], rel=1e-12)
    assert {node.pnl_since_run for node in found.nodes} == {0.0}
    assert (found.sequence, found.applied, found.rejected, found.movers) == (1, 0, {}, ())


@pytest.mark.parametrize("request_", REQUESTS)
def test_after_ticks_only_what_is_touched_changes(request_: ReportRequest) -> None:
    """A share of one desk, held by the other as an underlying; both move, cash in euros with its rate."""
    portfolio = live(request_)
    before = portfolio.update()
    level = portfolio.gate.last["BBB"].price
    assert portfolio.apply([tick("BBB", level * 1.01)]) == 1
    after = portfolio.update()
    assert after.nodes[1] == before.nodes[1]
    assert after.nodes[2] != before.nodes[2]
    assert after.nodes[0].pnl_since_run == pytest.approx(after.value_change)
    assert after.var_change == after.var.value - before.var.value
    assert after.es_change == after.es.value - before.es.value
    assert [mover.name for mover in after.movers] == ["BBB"]
    assert after.movers[0].value_change == pytest.approx(after.value_change)


def test_a_tick_takes_the_place_of_a_stated_price() -> None:
    """Before it the value is that of the run; the change is the factor's, though its level is the old one."""
    stated = replace(share("AAA", 10.0), price=90.0)
    portfolio, other = live(REQUESTS[0], stated, by=()), live(REQUESTS[0], stated, by=())
    assert portfolio.update().nodes[0].value == 900.0
    level = portfolio.gate.last["AAA"].price
    portfolio.apply([tick("AAA", 0.0, 5), tick("AAA", level)])
    found = portfolio.update()
    assert found.nodes[0].pnl_since_run == pytest.approx(10.0 * level - 900.0)
    assert [mover.name for mover in found.movers] == ["AAA"]
    other.restore(portfolio.state())
    assert figures(other.update()) == figures(found)


def test_a_refused_tick_leaves_a_rebuilt_portfolio_as_it_was() -> None:
    """The stated price stands in both."""
    portfolio, other = (live(REQUESTS[0], replace(share("AAA", 10.0), price=90.0), by=()) for _ in "12")
    portfolio.apply([tick("AAA", -1.0)])
    found = portfolio.update()
    assert found.nodes[0].value == 900.0
    other.restore(portfolio.state())
    assert figures(other.update()) == figures(found)


def test_movers_are_the_factors_behind_the_change_the_largest_first() -> None:
    """Their changes add up to the change of value where no position has two of them."""
    portfolio = live(REQUESTS[0])
    portfolio.update()
    levels = {name: last.price for name, last in portfolio.gate.last.items()}
    portfolio.apply([tick("AAA", levels["AAA"] * 1.03), tick("EURUSD", levels["EURUSD"] * 0.99)])
    found = portfolio.update()
    assert [mover.name for mover in found.movers] == ["AAA", "EURUSD"]
    assert sum(mover.value_change for mover in found.movers) == pytest.approx(found.value_change)
    assert portfolio.update().movers == ()


def test_wrong_ticks_change_nothing_but_their_counts() -> None:
    """Unknown, old, far off; and a price that the engine refuses is taken back."""
    portfolio = live(REQUESTS[0])
    before = portfolio.update()
    wrong = [tick("ZZZ", 1.0), tick("AAA", 1e6), tick("AAA", float("nan")), tick("AAA", 0.0)]
    assert portfolio.apply(wrong) == 1
    after = portfolio.update()
    assert figures(after) == figures(before)
    assert after.rejected == {
        Rejection.UNKNOWN_SYMBOL: 1,
        Rejection.JUMP: 1,
        Rejection.NOT_A_PRICE: 2,
    }
    assert [finding.symbol for finding in after.findings] == ["AAA"] * 3
    assert portfolio.update().findings == ()
    assert portfolio.gate.last["AAA"].price == portfolio.book.snapshot.quotes["AAA"].level


def test_factors_without_ticks_grow_stale() -> None:
    """The oldest first, by name and age; the day of its price counts where none has come."""
    portfolio = live(REQUESTS[0])
    level = portfolio.gate.last["AAA"].price
    portfolio.apply([tick("AAA", level, 90), tick("EURUSD", 1.1, 30)])
    stale = portfolio.update().stale
    assert [one.name for one in stale] == ["BBB", "AAA"]
    assert stale[1].age_seconds == 90.0
    assert stale[0].age_seconds > 3600


@pytest.mark.parametrize("request_", REQUESTS)
def test_a_rebuilt_portfolio_is_equal_bit_for_bit(request_: ReportRequest) -> None:
    """State, restore, and both say the same now and after further ticks."""
    one, other = live(request_), live(request_)
    one.apply([tick("AAA", 101.0, 9), tick("EURUSD", 1.2, 8)])
    one.update()
    one.apply([tick("BBB", 52.0, 7), tick("AAA", 99.0, 6)])
    other.restore(one.state())
    assert other.state() == one.state()
    for ticks in ([], [tick("AAA", 103.0, 2)]):
        one.apply(ticks)
        other.apply(ticks)
        mine, theirs = one.update(), other.update()
        assert figures(mine) == figures(theirs)
        assert mine.sequence == theirs.sequence


def test_the_state_of_another_run_is_refused() -> None:
    """Its levels would be mixed with other positions."""
    other = live(REQUESTS[0])
    other.run = uuid4()
    with pytest.raises(ConflictError, match="is that of run"):
        live(REQUESTS[0]).restore(other.state())


def test_an_unknown_attribute_is_refused() -> None:
    """The message names those that there are."""
    with pytest.raises(UsageError, match="no position has the attribute strategy"):
        live(REQUESTS[0], by=("strategy",))


@pytest.mark.anyio
async def test_a_stored_run_goes_live(database: Database, tenant: UUID, other_tenant: UUID) -> None:
    """Its figures are those of the run; nobody else's run does."""
    run = await stored_run(database, tenant, BOOK, REQUESTS[0])
    portfolio = await LivePortfolio.from_run(database, tenant, run.id, ["desk"])
    found = portfolio.update()
    assert portfolio.run == run.id
    assert (found.var.value, found.es.value) == (run.var, run.es)
    assert [node.path for node in found.nodes] == [(), ("one",), ("two",)]
    with pytest.raises(NotFoundError):
        await LivePortfolio.from_run(database, other_tenant, run.id, ["desk"])
