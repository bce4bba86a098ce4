"""Risk runs: what is stored is what a report of the same inputs says."""

import asyncio
import datetime as dt
import json
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from structlog.testing import capture_logs

from plimsoll.data.store import portfolios
from plimsoll.data.store.database import Database
from plimsoll.errors import ConflictError, DataError, NotFoundError, UsageError
from plimsoll.reporting.json_document import to_json
from plimsoll.workflows.request import Method, ReportRequest
from plimsoll.workflows.request_document import from_document
from plimsoll.workflows.risk_report import risk_report
from plimsoll.workflows.runs import get_report, get_run, list_runs, start_run
from small_book import DATES, book, share, small_market
from stored_book import FIRST_DAY, stored_portfolio, stored_positions, stored_prices

pytestmark = pytest.mark.anyio

BOOK = (share("AAA", 10.0, desk="one"), share("BBB", -7.0, desk="two"))
REQUEST = ReportRequest(days=60, by=("desk",))


@pytest.mark.parametrize("method", Method)
async def test_a_run_keeps_the_report_byte_for_byte(database: Database, tenant: UUID, method: Method) -> None:
    """The stored document is that of the report, and the record has its figures and its request."""
    request = replace(REQUEST, method=method, draws=300)
    portfolio = await stored_portfolio(database, tenant, BOOK)
    prices = await stored_prices(database, tenant, small_market())
    run = await start_run(database, tenant, portfolio_id=portfolio.id, request=request, created_by="somebody")
    report = risk_report(book(*BOOK), small_market(), request)
    assert await get_report(database, tenant, run.id) == to_json(report).encode()
    assert (run.value, run.var, run.es) == (report.value, report.var.value, report.es.value)
    assert (run.run_id, run.as_of, run.base_currency) == (report.run.run_id, report.as_of, "USD")
    assert (run.portfolio_id, run.price_set_id, run.created_by) == (portfolio.id, prices.id, "somebody")
    assert from_document(run.request) == request
    assert await get_run(database, tenant, run.id) == run


async def test_equal_inputs_have_an_equal_identity(database: Database, tenant: UUID) -> None:
    """Two runs of the same are two records with one run id and one document; the log has both ids."""
    portfolio = await stored_portfolio(database, tenant, BOOK)
    await stored_prices(database, tenant, small_market())
    with capture_logs() as logs:
        one, two = await asyncio.gather(
            *(
                start_run(database, tenant, portfolio_id=portfolio.id, request=REQUEST, created_by="x")
                for _ in range(2)
            )
        )
    assert {(line["run"], line["run_id"]) for line in logs if line["event"] == "risk run"} == {
        (str(run.id), run.run_id) for run in (one, two)
    }
    assert one.id != two.id
    assert one.run_id == two.run_id
    assert await get_report(database, tenant, one.id) == await get_report(database, tenant, two.id)


async def test_the_report_bears_the_name_that_the_portfolio_has_now(database: Database, tenant: UUID) -> None:
    """A new name is that of later runs, whatever the positions were imported under."""
    portfolio = await stored_portfolio(database, tenant, BOOK)
    await stored_prices(database, tenant, small_market())
    async with database.session(tenant) as session:
        await portfolios.update(session, portfolio.id, expected_version=1, name="renamed")
    run = await start_run(database, tenant, portfolio_id=portfolio.id, request=REQUEST, created_by="x")
    assert json.loads(await get_report(database, tenant, run.id))["portfolio"] == "renamed"


async def test_positions_of_the_day_as_known_at_the_instant(database: Database, tenant: UUID) -> None:
    """A run takes the positions that hold on its date, as far as they were known."""
    portfolio = await stored_portfolio(database, tenant, BOOK)
    await stored_prices(database, tenant, small_market())
    before = dt.datetime.now(dt.UTC)
    await stored_positions(database, tenant, portfolio.id, [share("AAA", 99.0)])
    later = DATES[250].astype(object)
    await stored_positions(database, tenant, portfolio.id, [share("AAA", 1.0)], valid_from=later)

    async def positions(as_of: dt.date | None, known_at: dt.datetime | None = None) -> list[float]:
        request = ReportRequest(days=60, as_of=as_of)
        run = await start_run(
            database,
            tenant,
            portfolio_id=portfolio.id,
            request=request,
            known_at=known_at,
            created_by="x",
        )
        report = json.loads(await get_report(database, tenant, run.id))
        return sorted(position["quantity"] for position in report["positions"])

    assert await positions(None) == [1.0]
    assert await positions(later - dt.timedelta(days=1)) == [99.0]
    assert await positions(later, before) == [-7.0, 10.0]
    with pytest.raises(NotFoundError):
        await positions(FIRST_DAY - dt.timedelta(days=1))


async def test_prices_are_the_named_ones_or_the_latest(database: Database, tenant: UUID) -> None:
    """Without a price set the one with the last date is taken; a named one is taken as it is."""
    market = small_market()
    older = replace(market, dates=market.dates[:-50], prices=market.prices[:-50])
    portfolio = await stored_portfolio(database, tenant, BOOK)
    newest = await stored_prices(database, tenant, market)
    named = await stored_prices(database, tenant, older)
    for price_set_id, expected in ((None, newest), (named.id, named)):
        run = await start_run(
            database,
            tenant,
            portfolio_id=portfolio.id,
            price_set_id=price_set_id,
            request=REQUEST,
            created_by="x",
        )
        assert (run.price_set_id, run.as_of) == (expected.id, expected.last_date)


async def test_a_run_inside_a_transaction_shares_its_fate(database: Database, tenant: UUID) -> None:
    """A run stored within the caller's transaction is there if and only if the caller commits."""
    portfolio = await stored_portfolio(database, tenant, BOOK)
    await stored_prices(database, tenant, small_market())

    async def run(*, fail: bool) -> None:
        async with database.session(tenant) as session:
            await start_run(
                database, tenant, portfolio_id=portfolio.id, request=REQUEST, created_by="x", within=session
            )
            if fail:
                raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await run(fail=True)
    assert await list_runs(database, tenant, after=None, limit=10) == []
    await run(fail=False)
    assert len(await list_runs(database, tenant, after=None, limit=10)) == 1


async def test_runs_are_listed_in_pages(database: Database, tenant: UUID, other_tenant: UUID) -> None:
    """Pages hold every run of the tenant once, the last made first; of one portfolio where asked."""
    first = await stored_portfolio(database, tenant, BOOK)
    second = await stored_portfolio(database, tenant, BOOK, name="other")
    await stored_prices(database, tenant, small_market())
    made = [
        await start_run(database, tenant, portfolio_id=portfolio.id, request=REQUEST, created_by="x")
        for portfolio in (first, second, first)
    ]
    one = await list_runs(database, tenant, after=None, limit=2)
    two = await list_runs(database, tenant, after=one[-1].id, limit=2)
    assert [*one, *two] == made[::-1]
    assert await list_runs(database, tenant, portfolio_id=second.id, after=None, limit=9) == [made[1]]
    assert await list_runs(database, other_tenant, after=None, limit=9) == []


async def test_what_cannot_run_stores_nothing(database: Database, tenant: UUID, other_tenant: UUID) -> None:
    """Missing prices, an unknown attribute and an archived or foreign portfolio are errors of their kind."""
    portfolio = await stored_portfolio(database, tenant, BOOK)
    unknown = await stored_portfolio(database, tenant, [share("XXX", 1.0)], name="unknown")
    large = await stored_portfolio(database, tenant, [share("AAA", 1.0)] * 21, name="large")

    async def refused(
        error: type[Exception], *, whose: UUID = tenant, which: UUID = portfolio.id, **changes: object
    ) -> None:
        options = {"portfolio_id": which, "request": REQUEST, "created_by": "x", **changes}
        with pytest.raises(error):
            await start_run(database, whose, **options)  # type: ignore[arg-type]  # options of the test

    await refused(NotFoundError)
    await stored_prices(database, tenant, small_market())
    await refused(NotFoundError, price_set_id=uuid4())
    await refused(NotFoundError, which=uuid4())
    await refused(NotFoundError, whose=other_tenant)
    await refused(UsageError, request=ReportRequest(by=("colour",)))
    too_many = ReportRequest(method=Method.MONTE_CARLO, draws=1_000_000)
    await refused(UsageError, which=large.id, request=too_many)
    await refused(DataError, which=unknown.id, request=ReportRequest(days=60))
    async with database.session(tenant) as session:
        await portfolios.archive(session, portfolio.id, expected_version=1)
    await refused(ConflictError)
    assert await list_runs(database, tenant, after=None, limit=9) == []


async def test_a_run_of_another_tenant_is_not_there(
    database: Database, tenant: UUID, other_tenant: UUID
) -> None:
    """Neither the record nor the report of a run is seen by another tenant."""
    portfolio = await stored_portfolio(database, tenant, BOOK)
    await stored_prices(database, tenant, small_market())
    run = await start_run(database, tenant, portfolio_id=portfolio.id, request=REQUEST, created_by="x")
    for read in (get_run, get_report):
        with pytest.raises(NotFoundError):
            await read(database, other_tenant, run.id)
