"""The last run of each day."""

import datetime as dt
from dataclasses import replace
from uuid import UUID

import pytest

from plimsoll.data.store import risk_history, runs
from plimsoll.data.store.database import Database
from plimsoll.data.store.runs import RunRecord
from plimsoll.workflows.request import ReportRequest
from small_book import share
from stored_book import stored_run

pytestmark = pytest.mark.anyio


async def _again(database: Database, tenant: UUID, run: RunRecord, day: int, **options: object) -> RunRecord:
    """Store a run like another one, of another day or with other options."""
    as_of = run.as_of + dt.timedelta(days=day)
    async with database.session(tenant) as session:
        return await runs.store(
            session,
            portfolio_id=run.portfolio_id,
            holdings_id=run.holdings_id,
            price_set_id=run.price_set_id,
            run_id=run.run_id,
            request={**run.request, "as_of": str(as_of), "by": ["desk"], **options},
            as_of=as_of,
            created_by="me",
            var=1.0,
            es=2.0,
            value=3.0,
            base_currency="USD",
            report_json=b"",
            vectors=b"",
        )


async def test_of_each_day_the_run_made_last_counts(database: Database, tenant: UUID) -> None:
    """Runs with other options are left out; date and cuts are no option; the days come in pages."""
    first = await stored_run(database, tenant, [share("AAA", 1.0)], ReportRequest(days=30))
    await _again(database, tenant, first, 1)
    second = await _again(database, tenant, first, 1)
    third = await _again(database, tenant, first, 3)
    other = await _again(database, tenant, first, 3, confidence=0.9, method="parametric", horizon_days=5)
    async with database.session(tenant) as session:
        whose = first.portfolio_id

        async def days(**bounds: dt.date) -> list[RunRecord]:
            return await risk_history.days(session, whose, request=first.request, limit=5, **bounds)

        assert await days() == [first, second, third]
        assert await days(after=first.as_of, last=second.as_of) == [second]
        assert await days(first=third.as_of) == [third]
        assert await risk_history.newest(session, whose) == other
        chosen = {"confidence": 0.99, "method": "historical", "horizon_days": 1}
        assert await risk_history.newest(session, whose, **chosen) == third  # type: ignore[arg-type] # three options
        assert await risk_history.newest(session, whose, confidence=0.8) is None
        assert await risk_history.newest(session, UUID(int=9)) is None
    assert replace(other, id=third.id) != third
