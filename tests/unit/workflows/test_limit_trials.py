"""How often a limit would have been reached, against a plain loop over the days."""

import datetime as dt
import math
from dataclasses import replace
from uuid import UUID

import numpy as np
import pytest

from plimsoll.data.store.database import Database
from plimsoll.errors import ConflictError
from plimsoll.risk.limits import Bound, Limit, LimitMeasure, Unit, node_of
from plimsoll.workflows.finished_runs import RunInputs, read_inputs
from plimsoll.workflows.limit_trials import try_limit, try_on
from plimsoll.workflows.request import Method, ReportRequest
from plimsoll.workflows.runs import start_run
from small_book import DATES, share, small_market
from stored_book import stored_portfolio, stored_prices, stored_run

pytestmark = pytest.mark.anyio

WINDOW, DAYS = 60, 100
BOOK = (share("AAA", 10.0, desk="Growth"), share("BBB", -7.0, "EUR", desk="Value"))
REQUEST = ReportRequest(days=WINDOW, confidence=0.95)


@pytest.fixture
async def inputs(database: Database, tenant: UUID) -> RunInputs:
    """Return what a run of the small book was made of."""
    run = await stored_run(database, tenant, BOOK, REQUEST)
    async with database.session(tenant) as session:
        return await read_inputs(session, run.id)


def _vectors() -> tuple[np.ndarray, np.ndarray]:
    """Return P&L of both positions by day, at today's levels."""
    aaa, bbb, eur = small_market().prices.T
    moves = [column[1:] / column[:-1] for column in (aaa, bbb, eur)]
    return 10.0 * aaa[-1] * (moves[0] - 1), -7.0 * bbb[-1] * eur[-1] * (moves[1] * moves[2] - 1)


def _tail(pnl: np.ndarray, confidence: float) -> tuple[float, float]:
    losses, reach = sorted((-pnl).tolist(), reverse=True), len(pnl) * (1 - confidence)
    place = math.ceil(reach - 1e-9) - 1
    return losses[place], (sum(losses[:place]) + (reach - place) * losses[place]) / reach


async def test_each_day_is_a_risk_run_of_that_day(inputs: RunInputs) -> None:
    """VaR, ES, incremental VaR, volatility and worst loss of each window, computed one by one."""
    growth, value = _vectors()
    total = growth + value
    plain: dict[LimitMeasure, list[float]] = {}
    for end in range(len(total) - DAYS + 1, len(total) + 1):
        node, whole = growth[end - WINDOW : end], total[end - WINDOW : end]
        worst = int(np.argsort(whole, kind="stable")[math.ceil(WINDOW * 0.1 - 1e-9) - 1])
        one = {
            LimitMeasure.VAR: _tail(node, 0.9)[0],
            LimitMeasure.ES: _tail(node, 0.9)[1],
            LimitMeasure.INCREMENTAL_VAR: _tail(whole, 0.9)[0] - _tail(whole - node, 0.9)[0],
            LimitMeasure.INCREMENTAL_ES: _tail(whole, 0.9)[1] - _tail(whole - node, 0.9)[1],
            LimitMeasure.COMPONENT_VAR: -float(node[worst]),
            LimitMeasure.VOLATILITY: float(np.std(node, ddof=1)),
            LimitMeasure.WORST_LOSS: float(max(-node)),
        }
        for measure, number in one.items():
            plain.setdefault(measure, []).append(number)
    for measure, wanted in plain.items():
        hard = float(np.quantile(wanted, 0.7))
        limit = Limit(measure=measure, node=node_of({"desk": "Growth"}), hard=hard, confidence=0.9)
        found = try_on(inputs, limit, DAYS)
        assert found.values == pytest.approx(np.array(wanted), rel=1e-9), measure
        beyond = np.array(wanted) >= hard - 1e-9
        assert found.count.fired == int(beyond[0]) + int(np.count_nonzero(beyond[1:] & ~beyond[:-1])), measure
        assert found.dates == tuple(date.astype(dt.date) for date in DATES[-DAYS:])
        assert f"{WINDOW} scenarios" in found.estimator


async def test_values_are_those_of_todays_positions(inputs: RunInputs) -> None:
    """Value, gross value, shares and P&L of the day at the prices of each day."""
    aaa, bbb, eur = small_market().prices[-DAYS - 1 :].T
    growth, value = 10.0 * aaa, -7.0 * bbb * eur
    gross = growth - value
    node = node_of({"desk": "Growth"})
    cases = [
        (LimitMeasure.VALUE, Unit.CURRENCY, growth[1:]),
        (LimitMeasure.GROSS_VALUE, Unit.CURRENCY, growth[1:]),
        (LimitMeasure.SHARE, Unit.FRACTION, (growth / gross)[1:]),
        (LimitMeasure.LARGEST_SHARE, Unit.FRACTION, (growth / gross)[1:]),
        (LimitMeasure.DAY_PNL, Unit.CURRENCY, np.diff(growth)),
        (LimitMeasure.VALUE, Unit.FRACTION, (growth / (growth + value))[1:]),
    ]
    for measure, unit, wanted in cases:
        limit = Limit(measure=measure, node=node, unit=unit, hard=1e12)
        assert try_on(inputs, limit, DAYS).values == pytest.approx(wanted, rel=1e-9), measure


async def test_a_short_history_gives_fewer_days(inputs: RunInputs) -> None:
    """Where the prices do not reach back, the days that there are count."""
    found = try_on(inputs, Limit(measure=LimitMeasure.VAR, hard=1.0), 1000)
    assert len(found.dates) == len(DATES) - WINDOW
    assert found.count.fired == 1
    short = replace(inputs, request=replace(REQUEST, days=5000, method=Method.PARAMETRIC))
    assert len(try_on(short, Limit(measure=LimitMeasure.VAR, hard=1.0), 250).dates) == 1


async def test_stored_runs_are_asked_as_well(database: Database, tenant: UUID) -> None:
    """Where runs of those days measured the same, the limit is held against their figures too."""
    await stored_prices(database, tenant, small_market())
    portfolio = (await stored_portfolio(database, tenant, BOOK)).id
    figures = []
    for day in (-3, -2, -1):
        request = replace(REQUEST, as_of=DATES[day].astype(dt.date))
        run = await start_run(database, tenant, portfolio_id=portfolio, request=request, created_by="me")
        figures.append(run)
    hard = max(run.var for run in figures)
    limit = Limit(measure=LimitMeasure.VAR, hard=hard, confidence=0.95)
    found = await try_limit(database, tenant, portfolio, limit, days=30)
    assert found.run_count is not None
    assert (found.run_days, found.run_count.fired) == (3, 1)
    fraction = Limit(measure=LimitMeasure.VALUE, unit=Unit.FRACTION, bound=Bound.LOWER, hard=1.0)
    found = await try_limit(database, tenant, portfolio, fraction, days=30)
    assert found.run_count is not None
    assert (found.run_days, found.run_count.fired) == (3, 1)
    for other in (replace(limit, confidence=0.9), replace(limit, node=node_of({"desk": "Growth"}))):
        assert (await try_limit(database, tenant, portfolio, other, days=30)).run_days == 0
    with pytest.raises(ConflictError, match="no run"):
        await try_limit(database, tenant, portfolio, replace(limit, horizon_days=7))
