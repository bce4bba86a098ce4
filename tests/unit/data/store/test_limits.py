"""Limits in the store: bitemporal, changed by compare-and-set."""

import asyncio
import datetime as dt
from uuid import UUID, uuid4

import pytest

from plimsoll.data.store import limit_proposals, limits, portfolios
from plimsoll.data.store.database import Database
from plimsoll.data.store.limit_proposals import ProposalKind
from plimsoll.data.store.limits import LimitRecord, LimitStatus
from plimsoll.errors import NotFoundError, PreconditionError
from plimsoll.risk.limits import Limit
from stored_limits import var_limit

pytestmark = pytest.mark.anyio

DAY = dt.date(2024, 6, 3)


@pytest.fixture
async def known(database: Database, tenant: UUID) -> LimitRecord:
    """Return a limit of which nothing is in force."""
    async with database.session(tenant) as session:
        portfolio = await portfolios.create(session, name="book", base_currency="USD", parent_id=None)
        return await limits.create(session, portfolio.id)


async def _version(
    database: Database,
    tenant: UUID,
    limit_id: UUID,
    number: int,
    limit: Limit | None,
    valid_from: dt.date | None = None,
) -> LimitRecord:
    async with database.session(tenant) as session:
        proposal = await limit_proposals.add(
            session,
            limit_id,
            kind=ProposalKind.CHANGE,
            based_on=number,
            name="VaR",
            limit=limit,
            valid_from=valid_from,
            comment="",
            proposed_by="ada",
            lives=dt.timedelta(0),
        )
        return await limits.add_version(
            session,
            limit_id,
            expected_version=number,
            name="VaR",
            limit=limit,
            valid_from=valid_from,
            proposal_id=proposal.id,
        )


async def _levels(
    database: Database, tenant: UUID, known: LimitRecord, as_of: dt.date, known_at: dt.datetime | None = None
) -> list[float | None]:
    async with database.session(tenant) as session:
        found = await limits.in_force(session, known.portfolio_id, as_of=as_of, known_at=known_at)
    return [version.limit.hard for version in found if version.limit is not None]


async def test_a_limit_goes_through_its_life(database: Database, tenant: UUID, known: LimitRecord) -> None:
    """It is proposed, active and retired, and every version stays readable."""
    assert (known.status, known.version, known.name) == (LimitStatus.PROPOSED, 0, "")
    active = await _version(database, tenant, known.id, 0, var_limit(10.0))
    assert (active.status, active.version, active.name) == (LimitStatus.ACTIVE, 1, "VaR")
    retired = await _version(database, tenant, known.id, 1, None)
    assert (retired.status, retired.version) == (LimitStatus.RETIRED, 2)
    async with database.session(tenant) as session:
        assert await limits.get(session, known.id) == retired
        assert [one.version for one in await limits.versions(session, known.id)] == [2, 1]
        assert await limits.page(session, known.portfolio_id, after=None, limit=5) == [retired]
        assert await limits.page(session, uuid4(), after=None, limit=5) == []
        assert await limits.page(session, None, after=known.id, limit=5) == []


async def test_what_was_in_force_stays_known(database: Database, tenant: UUID, known: LimitRecord) -> None:
    """By day and by instant: a later version, and one of a later day, leave what was known before alone."""
    assert await _levels(database, tenant, known, DAY) == []
    first = await _version(database, tenant, known.id, 0, var_limit(10.0))
    second = await _version(database, tenant, known.id, 1, var_limit(20.0), DAY)
    third = await _version(database, tenant, known.id, 2, var_limit(15.0))
    await _version(database, tenant, known.id, 3, None, DAY + dt.timedelta(days=9))
    assert await _levels(database, tenant, known, DAY) == [20.0]
    assert await _levels(database, tenant, known, DAY - dt.timedelta(days=1)) == [15.0]
    assert await _levels(database, tenant, known, DAY + dt.timedelta(days=9)) == []
    assert first.last is not None
    assert second.last is not None
    assert third.last is not None
    before = DAY - dt.timedelta(days=1)
    assert await _levels(database, tenant, known, before, second.last.known_at) == [10.0]
    assert await _levels(database, tenant, known, DAY, first.last.known_at) == [10.0]
    assert first.last.known_at < second.last.known_at < third.last.known_at


async def test_of_two_changes_at_once_one_comes_into_force(
    database: Database, tenant: UUID, known: LimitRecord
) -> None:
    """Both saw the same version: one wins and the other is told."""
    await _version(database, tenant, known.id, 0, var_limit(10.0))

    async def change(level: float) -> LimitRecord | PreconditionError:
        async with database.session(tenant) as session:
            proposals = await limit_proposals.of_limit(session, known.id)
            try:
                return await limits.add_version(
                    session,
                    known.id,
                    expected_version=1,
                    name="VaR",
                    limit=var_limit(level),
                    valid_from=None,
                    proposal_id=proposals[0].id,
                )
            except PreconditionError as error:
                return error

    found = await asyncio.gather(change(1.0), change(2.0))
    assert sum(isinstance(one, LimitRecord) for one in found) == 1
    assert len([one for one in found if isinstance(one, PreconditionError)]) == 1


async def test_a_limit_of_another_tenant_is_not_there(
    database: Database, tenant: UUID, other_tenant: UUID, known: LimitRecord
) -> None:
    """Neither to read nor to change, and no limit is made on another tenant's portfolio."""
    async with database.session(other_tenant) as session:
        for lock in (False, True):
            with pytest.raises(NotFoundError, match="no such limit"):
                await limits.get(session, known.id, lock=lock)
        with pytest.raises(NotFoundError, match="no such portfolio"):
            await limits.create(session, known.portfolio_id)
        assert await limits.locked(session, known.portfolio_id) == []
    async with database.session(tenant) as session:
        assert await limits.locked(session, known.portfolio_id) == [known.id]
