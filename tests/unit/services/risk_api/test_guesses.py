"""Tokens that lead nowhere."""

import datetime as dt

import pytest
from sqlalchemy import select

from plimsoll.data.store.audit_rows import AuditEventRow
from plimsoll.data.store.database import Database
from plimsoll.data.store.tenants import LOCAL_TENANT
from plimsoll.security.throttle import BOUNDS, Tried
from plimsoll.services.risk_api.guesses import Guesses
from plimsoll.services.risk_api.problems import ProblemError
from somebody import NOW

pytestmark = pytest.mark.anyio

MOST = BOUNDS[Tried.TOKEN, "address"].most
HERE, THERE = "192.0.2.1", "192.0.2.2"


async def test_too_many_from_an_address_are_told_so(database: Database) -> None:
    """Others are not; it is written down once, says how long to wait, and is over after that."""
    now = NOW
    guesses = Guesses(database, lambda: now)
    for _ in range(MOST):
        await guesses.count(HERE)
    for _ in range(3):
        with pytest.raises(ProblemError) as refusal:
            await guesses.count(HERE)
        assert refusal.value.status_code == 429
        assert int((refusal.value.headers or {})["Retry-After"]) == 900
    await guesses.count(THERE)
    await guesses.count(HERE, Tried.COOKIE)  # has a counter of its own
    with pytest.raises(ProblemError):
        await Guesses(database, lambda: now).count(HERE)  # another process
    now += dt.timedelta(minutes=15)
    await guesses.count(HERE)
    async with database.session(LOCAL_TENANT) as session:
        rows = (await session.execute(select(AuditEventRow.action, AuditEventRow.address))).all()
    assert [tuple(row) for row in rows] == [("tokens.throttled", HERE)]


async def test_where_nothing_can_be_counted_nothing_is_said(database: Database) -> None:
    """The token is refused in any case."""
    await database.dispose()
    gone = Database("postgresql://postgres@127.0.0.1:1/gone")
    await Guesses(gone, lambda: NOW).count(HERE)
    await gone.dispose()
