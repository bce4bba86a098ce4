"""What people do about breaches."""

import asyncio
import datetime as dt
from typing import Any
from uuid import UUID

import pytest

from plimsoll.data.store import alerts, breaches, events
from plimsoll.data.store.breaches import BreachEventKind, BreachRecord, BreachStatus
from plimsoll.data.store.database import Database
from plimsoll.errors import ConflictError, NotFoundError, PlimsollError, PreconditionError, UsageError
from plimsoll.workflows.breaches import act
from plimsoll.workflows.request import ReportRequest
from plimsoll.workflows.runs import start_run
from small_book import DATES, share, small_market
from stored_book import stored_portfolio, stored_positions, stored_prices
from stored_limits import limit_in_force, var_limit

pytestmark = pytest.mark.anyio

LAST = DATES[-1].astype(dt.date)
BEFORE = DATES[-2].astype(dt.date)
REQUEST = ReportRequest(days=60)


async def _run(database: Database, tenant: UUID, portfolio: UUID, as_of: dt.date = LAST) -> float:
    request = ReportRequest(days=60, as_of=as_of)
    run = await start_run(database, tenant, portfolio_id=portfolio, request=request, created_by="me")
    return run.var


async def _latest(database: Database, tenant: UUID) -> BreachRecord:
    async with database.session(tenant) as session:
        return (await breaches.page(session, after=None, limit=1))[0]


async def _act(
    database: Database, tenant: UUID, kind: str, text: str = "so it is", **fields: Any
) -> BreachRecord:
    known = await _latest(database, tenant)
    async with database.session(tenant) as session:
        chosen = {"expected_version": known.version, "by": "ada", **fields}
        return await act(session, known.id, BreachEventKind(kind), text=text, **chosen)


@pytest.fixture
async def portfolio(database: Database, tenant: UUID) -> UUID:
    """Return the id of a portfolio whose limit has a soft breach."""
    await stored_prices(database, tenant, small_market())
    portfolio = (await stored_portfolio(database, tenant, [share("AAA", 10.0)])).id
    var = await _run(database, tenant, portfolio, BEFORE)
    limit = var_limit(hard=1.5 * var, soft=0.5 * var, hysteresis=0.1)
    await limit_in_force(database, tenant, portfolio, limit)
    await _run(database, tenant, portfolio, BEFORE)
    return portfolio


@pytest.mark.usefixtures("portfolio")
async def test_every_step_is_recorded(database: Database, tenant: UUID) -> None:
    """Noted, worked on, commented and waived: the status follows and the story says who said what."""
    steps: list[tuple[str, dict[str, Any]]] = [
        *(("acknowledged", {}), ("remediation", {}), ("commented", {})),
        ("waived", {"waived_until": LAST}),
    ]
    statuses = [
        (await _act(database, tenant, kind, f"text {kind}", **fields)).status.value for kind, fields in steps
    ]
    assert statuses == ["acknowledged", "remediation", "remediation", "waived"]
    known = await _latest(database, tenant)
    async with database.session(tenant) as session:
        told = (await breaches.events(session, known.id))[1:]
        assert [(one.kind.value, one.by, one.text) for one in told] == [
            (kind, "ada", f"text {kind}") for kind, _ in steps
        ]
        alert = await alerts.latest(session, f"limit/{known.limit_id}")
        await events.settle(session)
        kinds = [one.kind for one in await events.after(session, 0, limit=99)]
    assert alert is not None
    assert alert.status.value == "resolved"
    assert kinds.count("breach.updated") == 4


@pytest.mark.usefixtures("portfolio")
@pytest.mark.parametrize(
    ("kind", "fields", "refusal"),
    [
        ("closed", {"text": " "}, UsageError),
        ("commented", {"text": ""}, UsageError),
        ("waived", {}, UsageError),
        ("waived", {"waived_until": BEFORE - dt.timedelta(days=1)}, UsageError),
        ("acknowledged", {"waived_until": LAST}, UsageError),
        ("closed", {}, ConflictError),
        ("acknowledged", {"expected_version": 7}, PreconditionError),
    ],
)
async def test_a_step_that_does_not_follow_is_refused(
    database: Database,
    tenant: UUID,
    kind: str,
    fields: dict[str, Any],
    refusal: type[PlimsollError],
) -> None:
    """Nothing happens without a reason, a date or the version that was seen, nor beyond the limit."""
    with pytest.raises(refusal):
        await _act(database, tenant, kind, **fields)
    assert (await _latest(database, tenant)).version == 1


@pytest.mark.usefixtures("portfolio")
async def test_what_is_noted_is_not_noted_again(database: Database, tenant: UUID) -> None:
    """Nobody acknowledges twice, whoever saw it before is told so, and of another tenant nothing is there."""
    await _act(database, tenant, "acknowledged")
    with pytest.raises(PreconditionError, match="at version 2"):
        await _act(database, tenant, "acknowledged", expected_version=1)
    with pytest.raises(ConflictError, match="acknowledged already"):
        await _act(database, tenant, "acknowledged")
    async with database.session(UUID(int=7)) as session:
        with pytest.raises(NotFoundError):
            await breaches.get(session, (await _latest(database, tenant)).id)


@pytest.mark.usefixtures("portfolio")
async def test_of_two_at_once_one_acts(database: Database, tenant: UUID) -> None:
    """Two who saw the same version: one is kept and the other is told."""
    acting = [_act(database, tenant, kind) for kind in ("acknowledged", "remediation")]
    found = await asyncio.gather(*acting, return_exceptions=True)
    assert sum(isinstance(one, BreachRecord) for one in found) == 1
    assert sum(isinstance(one, PreconditionError) for one in found) == 1


async def test_inside_the_band_people_may_close(database: Database, tenant: UUID, portfolio: UUID) -> None:
    """Below the level but inside the hysteresis a breach stays open, and may be closed by hand."""
    await stored_positions(database, tenant, portfolio, [share("AAA", 4.8)])
    await _run(database, tenant, portfolio)
    assert (await _latest(database, tenant)).status is BreachStatus.OPEN
    closed = await _act(database, tenant, "closed")
    assert (closed.status, closed.closed_at is None) == (BreachStatus.CLOSED, False)
    with pytest.raises(ConflictError, match="closed"):
        await _act(database, tenant, "commented")


async def test_a_waiver_ends_with_its_date(database: Database, tenant: UUID, portfolio: UUID) -> None:
    """Up to its date runs leave it waived; the first run after it opens the breach again."""
    await _act(database, tenant, "waived", waived_until=BEFORE)
    await _run(database, tenant, portfolio, BEFORE)
    assert (await _latest(database, tenant)).status is BreachStatus.WAIVED
    await _run(database, tenant, portfolio)
    again = await _latest(database, tenant)
    assert (again.status, again.waived_until) == (BreachStatus.OPEN, None)
    async with database.session(tenant) as session:
        assert (await breaches.events(session, again.id))[-1].kind is BreachEventKind.REOPENED


async def test_what_gets_worse_is_open_again(database: Database, tenant: UUID, portfolio: UUID) -> None:
    """A soft breach that was waived is open when the hard level is reached."""
    await _act(database, tenant, "waived", waived_until=LAST)
    await stored_positions(database, tenant, portfolio, [share("AAA", 30.0)])
    await _run(database, tenant, portfolio)
    worse = await _latest(database, tenant)
    assert (worse.status, worse.severity.value, worse.waived_until) == (BreachStatus.OPEN, "hard", None)
