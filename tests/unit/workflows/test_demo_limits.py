"""The limits of the demo."""

from uuid import UUID

import pytest

from plimsoll.data.sources.demo_books import demo_books
from plimsoll.data.store import breaches, limit_checks, limits
from plimsoll.data.store.database import Database
from plimsoll.risk.limits import State
from plimsoll.workflows.demo import load_demo
from plimsoll.workflows.demo_limits import DEMO_LIMITS

pytestmark = pytest.mark.anyio


def test_every_book_has_limits() -> None:
    """The books of the demo are the ones that the limits name."""
    assert {book.name for book in demo_books()} == set(DEMO_LIMITS)


async def test_one_is_breached_and_one_inside_its_interval(database: Database, tenant: UUID) -> None:
    """By the real first runs one hard level is exceeded, one VaR may be, and all others are kept."""
    await load_demo(database, tenant, created_by="me")
    async with database.session(tenant) as session:
        known = {record.id: record.name for record in await limits.page(session, None, after=None, limit=9)}
        last = await limit_checks.latest(session, list(known))
        live = await breaches.live(session, list(known))
    found = {known[limit_id]: check.state for limit_id, check in last.items()}
    states = {name: state.state for name, state in found.items()}
    assert states.pop("ES from special situations") is State.BREACHED
    assert set(states.values()) == {State.OK}
    assert [breach.severity.value for breach in live.values()] == ["hard"]
    probability = found["VaR"].probability
    assert probability is not None
    assert 0.3 < probability < 0.5
    assert sum(state.probability is not None for state in found.values()) == 1
