"""Limits of runs that are remembered for a moment, on a real database."""

from dataclasses import dataclass
from uuid import UUID

import pytest

from plimsoll.data.store.database import Database
from plimsoll.errors import NotFoundError
from plimsoll.risk.limits import State
from plimsoll.workflows.limit_memory import LimitMemory
from plimsoll.workflows.request import ReportRequest
from plimsoll.workflows.runs import start_run
from small_book import share, small_market
from stored_book import stored_portfolio, stored_prices
from stored_limits import limit_in_force, var_limit

pytestmark = pytest.mark.anyio

REQUEST = ReportRequest(days=60)


@dataclass
class Clock:
    """Seconds that pass when they are told to."""

    now: float = 0.0

    def __call__(self) -> float:
        """Say how late it is."""
        return self.now


@pytest.fixture
async def portfolio(database: Database, tenant: UUID) -> UUID:
    """Return the id of a portfolio with prices to run on."""
    await stored_prices(database, tenant, small_market())
    return (await stored_portfolio(database, tenant, [share("AAA", 10.0, "USD")])).id


async def _run(database: Database, tenant: UUID, portfolio: UUID) -> UUID:
    return (await start_run(database, tenant, portfolio_id=portfolio, request=REQUEST, created_by="me")).id


async def test_a_change_counts_at_once_here_and_after_a_second_elsewhere(
    database: Database, tenant: UUID, portfolio: UUID
) -> None:
    """A limit, and the breach that the next run opens, are told to the instance on which they are stored."""
    clock = Clock()
    here, elsewhere = LimitMemory(), LimitMemory(clock=clock)
    database.watch_changes(here.note_changes)
    run = await _run(database, tenant, portfolio)
    for memory in (here, elsewhere):
        assert not (await memory.of_run(database, tenant, run)).versions
    await limit_in_force(database, tenant, portfolio, var_limit(1e-6), name="VaR")
    assert [version.name for version in (await here.of_run(database, tenant, run)).versions] == ["VaR"]
    assert not (await elsewhere.of_run(database, tenant, run)).versions
    await _run(database, tenant, portfolio)
    assert list((await here.of_run(database, tenant, run)).states.values()) == [State.BREACHED]
    clock.now = 1.0
    assert await elsewhere.of_run(database, tenant, run) == await here.of_run(database, tenant, run)


async def test_what_is_remembered_is_not_read_again(
    database: Database, tenant: UUID, portfolio: UUID
) -> None:
    """Within the second the same object comes back; changes of other portfolios do not matter."""
    memory = LimitMemory()
    run = await _run(database, tenant, portfolio)
    first = await memory.of_run(database, tenant, run)
    memory.note_changes(tenant, frozenset({UUID(int=5)}))
    assert await memory.of_run(database, tenant, run) is first
    memory.note_changes(tenant, frozenset({portfolio}))
    assert await memory.of_run(database, tenant, run) is not first


async def test_nobody_is_told_the_limits_of_what_they_do_not_see(
    database: Database, tenant: UUID, other_tenant: UUID, portfolio: UUID
) -> None:
    """What others were told is not remembered for another tenant, nor for somebody of another desk."""
    memory = LimitMemory()
    run = await _run(database, tenant, portfolio)
    await memory.of_run(database, tenant, run)
    with pytest.raises(NotFoundError):
        await memory.of_run(database, other_tenant, run)
    with pytest.raises(NotFoundError):
        await memory.of_run(database.narrowed([frozenset({UUID(int=7)})]), tenant, run)
    own = database.narrowed([frozenset({portfolio})])
    assert await memory.of_run(own, tenant, run) == await memory.of_run(database, tenant, run)
