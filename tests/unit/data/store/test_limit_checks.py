"""Checks in the store."""

import datetime as dt
from uuid import UUID

import pytest

from plimsoll.data.store import limit_checks, limits
from plimsoll.data.store.database import Database
from plimsoll.data.store.limit_checks import LimitCheck
from plimsoll.risk.limits import LimitState, State
from plimsoll.workflows.request import ReportRequest
from small_book import share
from stored_book import stored_again, stored_run

pytestmark = pytest.mark.anyio


async def test_the_last_check_is_that_of_the_latest_date(database: Database, tenant: UUID) -> None:
    """Of a limit's checks the one of the latest date counts, of those of one date the one made last."""
    run = await stored_run(database, tenant, [share("AAA", 1.0)], ReportRequest(days=30))
    runs = [run, *[await stored_again(database, tenant, run) for _ in range(2)]]
    days = (run.as_of, run.as_of, run.as_of - dt.timedelta(days=1))
    made: list[LimitCheck] = []
    async with database.session(tenant) as session:
        known = await limits.create(session, run.portfolio_id)
        for number, (one, day) in enumerate(zip(runs, days, strict=True)):
            state = LimitState(state=State.WARNING, value=float(number), low=-1.0, probability=0.25)
            made.append(
                await limit_checks.add(
                    session, limit_id=known.id, version=1, run_id=one.id, as_of=day, state=state
                )
            )
        assert await limit_checks.latest(session, [known.id]) == {known.id: made[1]}
        assert await limit_checks.of_run(session, runs[2].id) == [made[2]]
        assert await limit_checks.of_limit(session, known.id, after=None, limit=2) == [made[2], made[1]]
        assert await limit_checks.of_limit(session, known.id, after=made[1].id, limit=2) == [made[0]]
