"""Breaches in the store."""

from typing import Any
from uuid import UUID

import pytest

from plimsoll.data.store import breaches, limits, portfolios
from plimsoll.data.store.breaches import BreachEventKind, BreachSeverity, BreachStatus
from plimsoll.data.store.database import Database
from plimsoll.errors import ConflictError, NotFoundError, PreconditionError

pytestmark = pytest.mark.anyio

FIGURES: dict[str, Any] = {
    "severity": "soft",
    "limit_version": 1,
    "last_run": None,
    "level": 10.0,
    "value": 12.0,
    "utilisation": 1.2,
    "probability": None,
}


async def test_a_limit_has_one_breach_at_a_time(database: Database, tenant: UUID) -> None:
    """A second one is refused until the first is closed, and a closed one is never changed."""
    async with database.session(tenant) as session:
        portfolio = await portfolios.create(session, name="book", base_currency="USD", parent_id=None)
        known = await limits.create(session, portfolio.id)
        where = {"limit_id": known.id, "portfolio_id": portfolio.id}
        first = await breaches.add(session, **FIGURES, **where)
        assert (first.status, first.severity, first.peak_value) == (
            BreachStatus.OPEN,
            BreachSeverity.SOFT,
            12.0,
        )
        assert await breaches.live(session, [known.id], lock=True) == {known.id: first}
        with pytest.raises(ConflictError, match="not closed"):
            await breaches.add(session, **FIGURES, **where)
        with pytest.raises(PreconditionError):
            await breaches.change(session, first.id, expected_version=2, changes={"status": "closed"})
        closed = await breaches.change(session, first.id, expected_version=1, changes={"status": "closed"})
        with pytest.raises(ConflictError, match="closed"):
            await breaches.change(session, first.id, expected_version=2, changes={"status": "open"})
        second = await breaches.add(session, **FIGURES, **where)
        assert await breaches.page(session, after=None, limit=9) == [second, closed]
        assert await breaches.page(session, after=second.id, limit=9) == [closed]
        chosen: dict[str, Any] = {
            "portfolio_id": portfolio.id,
            "limit_id": known.id,
            "status": BreachStatus.OPEN,
        }
        assert await breaches.page(session, after=None, limit=9, **chosen) == [second]
        assert await breaches.get(session, first.id) == closed
        with pytest.raises(NotFoundError):
            await breaches.get(session, known.id)


async def test_its_story_is_told_in_order(database: Database, tenant: UUID) -> None:
    """Each note says how the breach stood from then on."""
    async with database.session(tenant) as session:
        portfolio = await portfolios.create(session, name="book", base_currency="USD", parent_id=None)
        known = await limits.create(session, portfolio.id)
        breach = await breaches.add(session, **FIGURES, limit_id=known.id, portfolio_id=portfolio.id)
        for kind in (BreachEventKind.OPENED, BreachEventKind.COMMENTED):
            await breaches.note(session, breach, kind, by="ada", text=kind.value)
        told = await breaches.events(session, breach.id)
    assert [(one.kind.value, one.by, one.text, one.value) for one in told] == [
        ("opened", "ada", "opened", 12.0),
        ("commented", "ada", "commented", 12.0),
    ]
