"""Runs are held against limits in the transaction that stores them."""

import asyncio
import datetime as dt
import json
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from plimsoll.data.store import alerts, breaches, events, limit_checks
from plimsoll.data.store.breaches import BreachRecord, BreachStatus
from plimsoll.data.store.database import Database
from plimsoll.data.store.limits import LimitRecord
from plimsoll.data.store.runs import RunRecord
from plimsoll.risk.limits import Limit, LimitMeasure, State, node_of
from plimsoll.workflows.limit_checks import active_limits
from plimsoll.workflows.request import Method, ReportRequest
from plimsoll.workflows.runs import get_report, start_run
from small_book import DATES, share, small_market
from stored_book import stored_portfolio, stored_positions, stored_prices
from stored_limits import limit_changed, limit_in_force, var_limit

pytestmark = pytest.mark.anyio

BOOK = (share("AAA", 10.0, desk="Growth"), share("BBB", -7.0, desk="Value"))
REQUEST = ReportRequest(days=60, by=("desk",))
EARLIER = DATES[200].astype(dt.date)


@pytest.fixture
async def portfolio(database: Database, tenant: UUID) -> UUID:
    """Return the id of a portfolio with prices to run on."""
    await stored_prices(database, tenant, small_market())
    return (await stored_portfolio(database, tenant, BOOK)).id


async def _run(
    database: Database, tenant: UUID, portfolio: UUID, size: float | None = None, **options: Any
) -> RunRecord:
    """Run the portfolio, after its positions were multiplied."""
    if size is not None:
        book = [replace(one, quantity=one.quantity * size) for one in BOOK]
        await stored_positions(database, tenant, portfolio, book)
    known_at = options.pop("known_at", None)
    return await start_run(
        database,
        tenant,
        portfolio_id=portfolio,
        request=replace(REQUEST, **options),
        created_by="me",
        known_at=known_at,
    )


async def _breach(database: Database, tenant: UUID) -> BreachRecord | None:
    async with database.session(tenant) as session:
        found = await breaches.page(session, after=None, limit=1)
    return found[0] if found else None


async def _states(database: Database, tenant: UUID, run: RunRecord) -> list[str]:
    async with database.session(tenant) as session:
        return [check.state.state.value for check in await limit_checks.of_run(session, run.id)]


async def test_a_breach_opens_escalates_eases_and_closes(
    database: Database, tenant: UUID, portfolio: UUID
) -> None:
    """It follows the runs through both levels, keeps its peak, and closes below the band alone."""
    var = (await _run(database, tenant, portfolio)).var
    limit = var_limit(hard=1.5 * var, soft=0.9 * var, hysteresis=0.2)
    await limit_in_force(database, tenant, portfolio, limit)
    sizes = (0.5, 1.0, 2.0, 1.3, 1.0, 0.75, 0.5, 0.8)
    seen = []
    for size in sizes:
        run = await _run(database, tenant, portfolio, size)
        found = await _breach(database, tenant)
        seen.append((await _states(database, tenant, run))[0])
        if size == 2.0:
            assert found is not None
            assert (found.peak_value, found.value, found.level) == (run.var, run.var, 1.5 * var)
            assert found.utilisation == run.var / (1.5 * var)
    assert seen == ["ok", "warning", *["breached"] * 2, *["warning"] * 2, "ok", "ok"]
    assert found is not None
    assert (found.status, found.severity.value) == (BreachStatus.CLOSED, "soft")
    assert found.peak_value == pytest.approx(2 * var)
    async with database.session(tenant) as session:
        told = await breaches.events(session, found.id)
        assert len(await breaches.page(session, after=None, limit=9)) == 1
    assert [one.kind.value for one in told] == ["opened", "escalated", "eased", "closed"]
    assert [one.severity.value for one in told] == ["soft", "hard", "soft", "soft"]
    assert {one.by for one in told} == {"plimsoll"}
    assert all(one.run_id is not None for one in told)


async def test_each_measure_is_that_of_the_report(database: Database, tenant: UUID, portfolio: UUID) -> None:
    """Measures of the book and of a desk are the figures of the report, checked against every one."""
    measures = [LimitMeasure(name) for name in ("var", "es", "component_es", "incremental_var", "value")]
    for measure in measures:
        limit = Limit(measure=measure, node=node_of({"desk": "Growth"}), hard=1e9)
        await limit_in_force(database, tenant, portfolio, limit, name=measure.value)
    run = await _run(database, tenant, portfolio)
    report = json.loads(await get_report(database, tenant, run.id))
    (desk,) = [node for node in report["nodes"]["desk"] if node["name"] == "Growth"]
    async with database.session(tenant) as session:
        checks = await limit_checks.of_run(session, run.id)
    wanted = [desk[measure.value] for measure in measures]
    wanted = [one["value"] if isinstance(one, dict) else one for one in wanted]
    found = [check.state.value for check in checks]
    assert found == pytest.approx(wanted, rel=1e-12)
    assert {check.state.state for check in checks} == {State.OK}


async def test_what_could_not_be_valued_is_a_data_incident(
    database: Database, tenant: UUID, portfolio: UUID
) -> None:
    """A position without prices makes a limit unknown: a data alert and no breach, until it is gone."""
    known = await limit_in_force(database, tenant, portfolio, var_limit(1e9))
    await stored_positions(database, tenant, portfolio, [*BOOK, share("ZZZ", 1.0, desk="Value")])
    run = await _run(database, tenant, portfolio)
    assert await _states(database, tenant, run) == ["unknown"]
    assert await _breach(database, tenant) is None
    async with database.session(tenant) as session:
        alert = await alerts.latest(session, f"limit/{known.id}/data")
        assert alert is not None
        assert (alert.kind.value, alert.status.value) == ("data", "open")
        assert "ZZZ" in alert.detail
    assert await _states(database, tenant, await _run(database, tenant, portfolio, 1.0)) == ["ok"]
    async with database.session(tenant) as session:
        alert = await alerts.latest(session, f"limit/{known.id}/data")
        assert alert is not None
        assert alert.status.value == "resolved"


async def test_a_breach_raises_one_alert(database: Database, tenant: UUID, portfolio: UUID) -> None:
    """Runs beyond the limit raise one alert, which is resolved with the breach; each step is an event."""
    known = await limit_in_force(database, tenant, portfolio, var_limit(1e-3))
    for _ in range(2):
        await _run(database, tenant, portfolio)
    async with database.session(tenant) as session:
        alert = await alerts.latest(session, f"limit/{known.id}")
        assert alert is not None
        assert (alert.kind.value, alert.severity.value, alert.count) == ("risk", "critical", 2)
    await limit_changed(database, tenant, known, var_limit(1e9))
    await _run(database, tenant, portfolio)
    async with database.session(tenant) as session:
        alert = await alerts.latest(session, f"limit/{known.id}")
        await events.settle(session)
        kinds = [one.kind for one in await events.after(session, 0, limit=99)]
    assert alert is not None
    assert alert.status.value == "resolved"
    assert [kind for kind in kinds if kind.startswith("breach")] == [
        "breach.opened",
        "breach.updated",
        "breach.closed",
    ]


async def test_runs_that_say_nothing_about_now_are_passed_over(
    database: Database, tenant: UUID, portfolio: UUID
) -> None:
    """Another horizon, another method, an earlier date and earlier knowledge check nothing."""
    limit = var_limit(1e-3, method="historical")
    await limit_in_force(database, tenant, portfolio, limit)
    for options in ({"horizon_days": 5}, {"method": Method.PARAMETRIC}):
        run = await _run(database, tenant, portfolio, **options)
        assert await _states(database, tenant, run) == []
    past = await _run(database, tenant, portfolio, known_at=dt.datetime.now(dt.UTC))
    assert await _states(database, tenant, past) == []
    assert await _states(database, tenant, await _run(database, tenant, portfolio)) == ["breached"]
    assert await _states(database, tenant, await _run(database, tenant, portfolio, as_of=EARLIER)) == []


async def test_a_limit_that_ends_closes_its_breach(database: Database, tenant: UUID, portfolio: UUID) -> None:
    """From the first run on for which a limit is not in force, its breach is over."""
    known = await limit_in_force(database, tenant, portfolio, var_limit(1e-3))
    await _run(database, tenant, portfolio, as_of=EARLIER)
    last = DATES[-1].astype(dt.date)
    await limit_changed(database, tenant, known, var_limit(1e9), valid_from=last)
    await _run(database, tenant, portfolio, as_of=EARLIER)
    breach = await _breach(database, tenant)
    assert breach is not None
    assert breach.status is BreachStatus.OPEN
    await _run(database, tenant, portfolio)
    breach = await _breach(database, tenant)
    assert breach is not None
    assert breach.status is BreachStatus.CLOSED
    async with database.session(tenant) as session:
        levels = [one.limit for one in await active_limits(session, portfolio, as_of=EARLIER)]
    assert levels == [var_limit(1e-3)]


async def test_runs_at_once_open_one_breach(database: Database, tenant: UUID, portfolio: UUID) -> None:
    """Four runs of a portfolio at the same time are checked one after the other."""
    await limit_in_force(database, tenant, portfolio, var_limit(1e-3))
    await asyncio.gather(*(_run(database, tenant, portfolio) for _ in range(4)))
    async with database.session(tenant) as session:
        (breach,) = await breaches.page(session, after=None, limit=9)
    assert (breach.version, breach.status) == (4, BreachStatus.OPEN)


@pytest.mark.parametrize("order", range(3))
async def test_a_limit_change_races_a_breach(
    database: Database, tenant: UUID, portfolio: UUID, order: int
) -> None:
    """Whoever comes first, each run is checked against the version in force when it was stored.

    The check and the breach agree with the level of the version that they name, whichever it was.
    """
    known = await limit_in_force(database, tenant, portfolio, var_limit(1e-3))
    levels = {1: 1e-3, 2: 1e9}

    async def change() -> LimitRecord:
        await asyncio.sleep(0.02 * order)
        return await limit_changed(database, tenant, known, var_limit(levels[2]))

    racing = [_run(database, tenant, portfolio) for _ in range(3)]
    found, changed = await asyncio.gather(asyncio.gather(*racing), change())
    assert changed.version == 2
    async with database.session(tenant) as session:
        checks = [(await limit_checks.of_run(session, run.id))[0] for run in found]
        story = await breaches.page(session, after=None, limit=9)
    assert len(checks) == 3
    for check in checks:
        assert check.state.state is (State.BREACHED if check.version == 1 else State.OK)
    last = max(checks, key=lambda check: check.id)
    live = [one for one in story if one.status is not BreachStatus.CLOSED]
    assert len(story) == (1 if any(check.version == 1 for check in checks) else 0)
    assert len(live) == (1 if last.version == 1 else 0)
    assert all(one.limit_version == last.version for one in story)
