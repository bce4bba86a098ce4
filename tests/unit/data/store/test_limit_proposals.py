"""Proposals in the store: one open at a time, decided once."""

import asyncio
import datetime as dt
from uuid import UUID, uuid4

import pytest

from plimsoll.data.store import limit_proposals, limits, portfolios
from plimsoll.data.store.database import Database
from plimsoll.data.store.limit_proposals import LimitProposal, ProposalKind, ProposalStatus
from plimsoll.errors import ConflictError, NotFoundError
from stored_limits import var_limit

pytestmark = pytest.mark.anyio


@pytest.fixture
async def limit_id(database: Database, tenant: UUID) -> UUID:
    """Return the id of a limit."""
    async with database.session(tenant) as session:
        portfolio = await portfolios.create(session, name="book", base_currency="USD", parent_id=None)
        return (await limits.create(session, portfolio.id)).id


async def _proposed(database: Database, tenant: UUID, limit_id: UUID, days: float = 1.0) -> LimitProposal:
    async with database.session(tenant) as session:
        return await limit_proposals.add(
            session,
            limit_id,
            kind=ProposalKind.CREATE,
            based_on=0,
            name="VaR",
            limit=var_limit(10.0),
            valid_from=dt.date(2024, 1, 2),
            comment="because",
            proposed_by="ada",
            lives=dt.timedelta(days=days),
        )


async def _decided(database: Database, tenant: UUID, proposal: LimitProposal, by: str) -> LimitProposal:
    async with database.session(tenant) as session:
        return await limit_proposals.decide(
            session, proposal.id, status=ProposalStatus.APPROVED, by=by, comment="fine", four_eyes=True
        )


async def test_a_proposal_is_kept_with_its_decision(database: Database, tenant: UUID, limit_id: UUID) -> None:
    """What was proposed is read back, and the decision says who, when and why."""
    made = await _proposed(database, tenant, limit_id)
    assert (made.status, made.limit, made.comment) == (ProposalStatus.OPEN, var_limit(10.0), "because")
    async with database.session(tenant) as session:
        assert await limit_proposals.open_ones(session, [limit_id]) == {limit_id: made}
    decided = await _decided(database, tenant, made, "bob")
    assert (decided.decided_by, decided.decision_comment, decided.four_eyes) == ("bob", "fine", True)
    async with database.session(tenant) as session:
        assert await limit_proposals.get(session, limit_id, made.id) == decided
        assert await limit_proposals.open_ones(session, [limit_id]) == {}
        with pytest.raises(NotFoundError, match="no such proposal"):
            await limit_proposals.get(session, uuid4(), made.id)


async def test_of_several_who_decide_one_does(database: Database, tenant: UUID, limit_id: UUID) -> None:
    """Of four decisions at the same time one is kept, and the others are told."""
    made = await _proposed(database, tenant, limit_id)
    deciding = [_decided(database, tenant, made, by) for by in ("bob", "cid", "dan", "eve")]
    found = await asyncio.gather(*deciding, return_exceptions=True)
    won = [one for one in found if isinstance(one, LimitProposal)]
    assert len(won) == 1
    assert sum(isinstance(one, ConflictError) for one in found) == 3


async def test_a_second_open_proposal_is_refused(database: Database, tenant: UUID, limit_id: UUID) -> None:
    """While one waits there is no other; once it has expired there may be, and nobody can approve it."""
    waits = await _proposed(database, tenant, limit_id)
    with pytest.raises(ConflictError, match="is open"):
        await _proposed(database, tenant, limit_id)
    await _decided(database, tenant, waits, "bob")
    late = await _proposed(database, tenant, limit_id, days=-1.0)
    with pytest.raises(ConflictError, match="expired"):
        await _decided(database, tenant, late, "bob")
    await _proposed(database, tenant, limit_id)
    async with database.session(tenant) as session:
        statuses = [one.status.value for one in await limit_proposals.of_limit(session, limit_id)]
    assert statuses == ["open", "expired", "approved"]
