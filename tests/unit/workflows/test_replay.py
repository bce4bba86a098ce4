"""Replay to the bit, and differences that are exactly those that were made."""

import json
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID, uuid4

import numpy as np
import pytest

from plimsoll.data.price_table import PriceTable
from plimsoll.data.store import portfolios
from plimsoll.data.store.database import Database
from plimsoll.errors import ConflictError, NotFoundError
from plimsoll.reporting.html import to_html
from plimsoll.risk.portfolio import Position
from plimsoll.workflows.cube_store import from_bytes, to_bytes
from plimsoll.workflows.replay import RunDiff, diff, replay, report_page
from plimsoll.workflows.request import Method, ReportRequest
from plimsoll.workflows.risk_report import risk_report
from plimsoll.workflows.runs import start_run
from random_books import option
from small_book import book, cash, share, small_market
from stored_book import documents, stored_again, stored_positions, stored_prices, stored_run

pytestmark = pytest.mark.anyio

BOOK = (share("AAA", 10.0, desk="one"), share("BBB", -7.0, desk="two"), cash("USD", 3.0), option(90.0, 2.0))
REQUEST = ReportRequest(days=60)
OTHER_CODE = "0.0.9+00000000"


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"decay": 0.97, "horizon_days": 5},
        {"method": Method.PARAMETRIC, "by": ("desk",)},
        {"method": Method.MONTE_CARLO, "draws": 500, "seed": 2**62},
    ],
    ids=lambda options: str(options.get("method", "historical")),
)
async def test_a_replay_is_identical(database: Database, tenant: UUID, options: dict[str, object]) -> None:
    """Every method gives the same document and the same vectors again, bit for bit."""
    request = ReportRequest(**{"days": 60, **options})  # type: ignore[arg-type]  # options of the test
    run = await stored_run(database, tenant, BOOK, request)
    again = await replay(database, tenant, run.id)
    assert (again.identical, again.differences) == (True, ())


async def test_later_imports_names_and_prices_leave_a_replay_as_it_was(
    database: Database, tenant: UUID
) -> None:
    """History is never overwritten: what came after a run does not reach it."""
    run = await stored_run(database, tenant, BOOK, REQUEST)
    async with database.session(tenant) as session:
        await portfolios.update(session, run.portfolio_id, expected_version=1, name="renamed")
    await stored_positions(database, tenant, run.portfolio_id, [share("AAA", 99.0)])
    await stored_prices(database, tenant, small_market(AAA=120.0))
    assert (await replay(database, tenant, run.id)).identical


async def test_another_code_version_alone_is_no_difference(database: Database, tenant: UUID) -> None:
    """A document that only names other code, and so another run id, is identical."""
    run = await stored_run(database, tenant, BOOK, REQUEST)
    report, _ = await documents(database, tenant, run)
    code = json.loads(report)["run"]["code"]
    other = report.replace(code.encode(), OTHER_CODE.encode()).replace(run.run_id.encode(), b"f" * 64)
    rewritten = await stored_again(database, tenant, run, report=other)
    assert (await replay(database, tenant, rewritten.id)).identical


async def test_what_other_code_changed_is_found(database: Database, tenant: UUID) -> None:
    """One figure in the document and one in the vectors are each named, and nothing else."""
    run = await stored_run(database, tenant, BOOK, REQUEST)
    report, vectors = await documents(database, tenant, run)
    document = json.loads(report)
    document["volatility_daily"] = 1.0
    text = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
    cube = from_bytes(vectors)
    pnl = cube.pnl.copy()
    pnl[1, 0] = np.nextafter(pnl[1, 0], 1e9)
    moved = to_bytes(replace(cube, pnl=pnl))
    rewritten = await stored_again(database, tenant, run, report=text.encode(), vectors=moved)
    found = await replay(database, tenant, rewritten.id)
    true = json.loads(report)["volatility_daily"]
    assert found.differences == (
        f"volatility_daily: 1.0 became {true!r}",
        f"vectors: other P&L of {cube.positions[1].instrument.symbol}",
    )
    assert not found.identical


async def test_the_page_is_that_of_the_report(database: Database, tenant: UUID) -> None:
    """The HTML page made again equals the page of the report when it was made."""
    run = await stored_run(database, tenant, BOOK, REQUEST)
    expected = to_html(risk_report(book(*BOOK), small_market(), REQUEST))
    assert await report_page(database, tenant, run.id) == expected


async def test_no_page_contradicts_its_run(database: Database, tenant: UUID) -> None:
    """A run whose figures this code does not give has no page."""
    run = await stored_run(database, tenant, BOOK, REQUEST)
    report, _ = await documents(database, tenant, run)
    other = report.replace(b'"stale": 0', b'"stale": 1')
    rewritten = await stored_again(database, tenant, run, report=other)
    with pytest.raises(ConflictError, match="other figures"):
        await report_page(database, tenant, rewritten.id)


async def _two(
    database: Database,
    tenant: UUID,
    *,
    positions: Sequence[Position] = (),
    prices: PriceTable | None = None,
    request: ReportRequest = REQUEST,
) -> RunDiff:
    """Run the book, run again with other positions, prices or options, and compare."""
    one = await stored_run(database, tenant, BOOK, REQUEST)
    price_set_id = one.price_set_id
    if positions:
        await stored_positions(database, tenant, one.portfolio_id, positions)
    if prices:
        price_set_id = (await stored_prices(database, tenant, prices)).id
    two = await start_run(
        database,
        tenant,
        portfolio_id=one.portfolio_id,
        price_set_id=price_set_id,
        request=request,
        created_by="x",
    )
    found = await diff(database, tenant, one.id, two.id)
    pairs = (found.value, one.value, two.value), (found.var, one.var, two.var), (found.es, one.es, two.es)
    for change, before, after in pairs:
        assert (change.before, change.after) == (before, after)
        assert change.change in (after - before, None)
    return found


async def test_the_same_again_has_no_difference(database: Database, tenant: UUID) -> None:
    """Two runs of the same inputs differ in nothing."""
    found = await _two(database, tenant)
    assert (found.changed, found.options) == ((), {})
    assert (found.added, found.removed, found.altered) == ((), (), ())
    assert (found.value.change, found.var.change, found.es.change) == (0.0, 0.0, 0.0)


async def test_changed_positions_are_named(database: Database, tenant: UUID) -> None:
    """One added, one removed and one altered position are told apart; the market stays what it was."""
    positions = [share("AAA", 12.0, desk="one"), cash("USD", 3.0), cash("EUR", 5.0), option(90.0, 2.0)]
    found = await _two(database, tenant, positions=positions)
    assert found.changed == ("positions",)
    assert [change.symbol for change in found.added] == ["EUR"]
    assert [change.symbol for change in found.removed] == ["BBB"]
    (altered,) = found.altered
    assert (altered.before, altered.after) == (BOOK[0], positions[0])


async def test_changed_prices_are_the_market(database: Database, tenant: UUID) -> None:
    """Other prices of what is held change the market and nothing else."""
    found = await _two(database, tenant, prices=small_market(AAA=111.0))
    assert found.changed == ("market",)
    assert found.value.change is not None
    assert found.value.change != 0.0


async def test_changed_options_are_named(database: Database, tenant: UUID) -> None:
    """Each option that differs is told with both values; the seed is a change of its own."""
    found = await _two(database, tenant, request=replace(REQUEST, confidence=0.95, days=50))
    assert (found.changed, found.options) == (
        ("configuration",),
        {"confidence": (0.99, 0.95), "days": (60, 50)},
    )


async def test_a_changed_seed_is_only_a_seed(database: Database, tenant: UUID) -> None:
    """Another seed is no other configuration."""
    found = await _two(database, tenant, request=replace(REQUEST, seed=2))
    assert (found.changed, found.options) == (("seed",), {"seed": (1, 2)})


async def test_other_currencies_have_no_difference_in_money(database: Database, tenant: UUID) -> None:
    """Figures in two currencies stand beside each other and are not subtracted."""
    found = await _two(database, tenant, request=replace(REQUEST, base_currency="EUR"))
    assert found.changed == ("configuration",)
    assert (found.value.change, found.var.change, found.es.change) == (None, None, None)


async def test_other_code_is_named(database: Database, tenant: UUID) -> None:
    """A run of the same inputs by other code differs in the code alone."""
    run = await stored_run(database, tenant, BOOK, REQUEST)
    report, _ = await documents(database, tenant, run)
    code = json.loads(report)["run"]["code"]
    rewritten = report.replace(code.encode(), OTHER_CODE.encode())
    other = await stored_again(database, tenant, run, report=rewritten)
    assert (await diff(database, tenant, run.id, other.id)).changed == ("code",)


async def test_runs_of_another_tenant_are_not_there(
    database: Database, tenant: UUID, other_tenant: UUID
) -> None:
    """A foreign or unknown run is replayed, shown and compared by nobody."""
    run = await stored_run(database, tenant, BOOK, REQUEST)
    for whose, which in ((other_tenant, run.id), (tenant, uuid4())):
        for attempt in (replay, report_page):
            with pytest.raises(NotFoundError):
                await attempt(database, whose, which)
        with pytest.raises(NotFoundError):
            await diff(database, whose, run.id, which)
