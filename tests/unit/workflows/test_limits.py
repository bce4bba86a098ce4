"""Limits come into force by two people."""

import asyncio
import datetime as dt
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from plimsoll.data.store import api_keys, breaches, events, limits, portfolios, program_accounts
from plimsoll.data.store.breaches import BreachStatus
from plimsoll.data.store.database import Database
from plimsoll.data.store.limit_proposals import LimitProposal
from plimsoll.data.store.limits import LimitRecord, LimitStatus
from plimsoll.errors import ConflictError, FourEyesError, PlimsollError, PreconditionError, UsageError
from plimsoll.risk.limits import Bound, LimitMeasure, Unit
from plimsoll.workflows.limits import decide, propose_change, propose_limit, propose_retirement
from plimsoll.workflows.request import ReportRequest
from plimsoll.workflows.runs import start_run
from small_book import share, small_market
from stored_book import stored_portfolio, stored_prices
from stored_limits import limit_changed, limit_in_force, var_limit

pytestmark = pytest.mark.anyio

BOOK = (share("AAA", 10.0, desk="Growth"), share("BBB", -7.0, desk="Value"))


@pytest.fixture
async def portfolio(database: Database, tenant: UUID) -> UUID:
    """Return the id of a portfolio that holds something."""
    return (await stored_portfolio(database, tenant, BOOK)).id


async def _proposed(
    database: Database, tenant: UUID, portfolio: UUID, **fields: Any
) -> tuple[LimitRecord, LimitProposal]:
    async with database.session(tenant) as session:
        return await propose_limit(
            session, portfolio, name="VaR", limit=var_limit(100.0), **{"proposed_by": "ada", **fields}
        )


async def _decided(
    database: Database, tenant: UUID, proposal: LimitProposal, by: str, **how: bool
) -> LimitRecord:
    async with database.session(tenant) as session:
        choice = {"approve": True, "four_eyes": True, **how}
        found = await decide(
            session,
            proposal.limit_id,
            proposal.id,
            by=by,
            approve=choice["approve"],
            four_eyes=choice["four_eyes"],
        )
        return found[0]


async def test_nobody_approves_their_own_proposal(database: Database, tenant: UUID, portfolio: UUID) -> None:
    """The proposer is refused and the proposal stays open; another one brings it into force."""
    record, proposal = await _proposed(database, tenant, portfolio)
    with pytest.raises(FourEyesError, match="themselves"):
        await _decided(database, tenant, proposal, "ada")
    async with database.session(tenant) as session:
        assert (await limits.get(session, record.id)).status is LimitStatus.PROPOSED
    active = await _decided(database, tenant, proposal, "bob")
    assert (active.status, active.version, active.name) == (LimitStatus.ACTIVE, 1, "VaR")
    with pytest.raises(ConflictError, match="decided"):
        await _decided(database, tenant, proposal, "bob")


async def test_one_person_alone_leaves_a_trace(
    database: Database, tenant: UUID, portfolio: UUID, caplog: pytest.LogCaptureFixture
) -> None:
    """Without four eyes the proposer may approve; the decision, the event and the log say so."""
    caplog.set_level("INFO")
    record, proposal = await _proposed(database, tenant, portfolio)
    assert (await _decided(database, tenant, proposal, "ada", four_eyes=False)).status is LimitStatus.ACTIVE
    assert "without four eyes by ada" in caplog.text
    async with database.session(tenant) as session:
        await events.settle(session)
        (event,) = await events.after(session, 0, limit=5)
    assert (event.kind, event.subject, event.data["four_eyes"]) == ("limit.changed", record.id, False)


async def test_a_rejected_limit_never_comes_into_force(
    database: Database, tenant: UUID, portfolio: UUID
) -> None:
    """Whoever proposed it may reject it; nothing of it is in force afterwards."""
    record, proposal = await _proposed(database, tenant, portfolio)
    assert (await _decided(database, tenant, proposal, "ada", approve=False)).version == 0
    with pytest.raises(ConflictError, match="decided"):
        await _decided(database, tenant, proposal, "bob")
    async with database.session(tenant) as session:
        assert await limits.versions(session, record.id) == []


async def test_a_late_approval_is_refused(database: Database, tenant: UUID, portfolio: UUID) -> None:
    """A proposal that has expired cannot be approved."""
    _, proposal = await _proposed(database, tenant, portfolio, lives=dt.timedelta(seconds=-1))
    with pytest.raises(ConflictError, match="expired"):
        await _decided(database, tenant, proposal, "bob")


async def test_of_approval_and_rejection_at_once_one_counts(
    database: Database, tenant: UUID, portfolio: UUID
) -> None:
    """Two who approve and two who reject at the same time: one decision, and the limit fits it."""
    record, proposal = await _proposed(database, tenant, portfolio)
    deciding = [
        _decided(database, tenant, proposal, by, approve=approve)
        for by, approve in (("bob", True), ("cid", False), ("dan", True), ("eve", False))
    ]
    found = await asyncio.gather(*deciding, return_exceptions=True)
    assert sum(isinstance(one, LimitRecord) for one in found) == 1
    assert all(isinstance(one, LimitRecord | ConflictError) for one in found)
    async with database.session(tenant) as session:
        (kept,) = [await limits.get(session, record.id)]
        assert kept.version == len(await limits.versions(session, record.id))


async def test_a_change_keeps_what_is_measured(database: Database, tenant: UUID, portfolio: UUID) -> None:
    """Levels, hysteresis, method and name change; measure, node, side, unit and confidence do not."""
    known = await limit_in_force(database, tenant, portfolio, var_limit(100.0))
    other: list[dict[str, Any]] = [
        {"measure": LimitMeasure.ES},
        {"node": (("desk", "Growth"),)},
        {"bound": Bound.LOWER},
        {"unit": Unit.FRACTION},
        {"confidence": 0.95},
        {"horizon_days": 10},
    ]
    async with database.session(tenant) as session:
        for fields in other:
            with pytest.raises(UsageError, match="does not change"):
                await propose_change(
                    session,
                    known.id,
                    expected_version=1,
                    name="VaR",
                    limit=replace(var_limit(90.0), **fields),
                    proposed_by="ada",
                )
    changed = await limit_changed(
        database, tenant, known, var_limit(90.0, hysteresis=0.1, method="parametric")
    )
    assert changed.version == 2
    assert changed.last is not None
    assert changed.last.limit == var_limit(90.0, hysteresis=0.1, method="parametric")


async def test_a_proposal_needs_the_version_that_was_seen(
    database: Database, tenant: UUID, portfolio: UUID
) -> None:
    """A change of what was never in force, of another version, or of what is retired, is refused."""
    record, _ = await _proposed(database, tenant, portfolio)
    known = await limit_in_force(database, tenant, portfolio, var_limit(100.0))
    cases: list[tuple[UUID, int, type[PlimsollError]]] = [
        (record.id, 0, ConflictError),
        (known.id, 7, PreconditionError),
    ]
    async with database.session(tenant) as session:
        for limit_id, version, refusal in cases:
            with pytest.raises(refusal):
                await propose_retirement(session, limit_id, expected_version=version, proposed_by="ada")
        proposal = await propose_retirement(session, known.id, expected_version=1, proposed_by="ada")
    retired = await _decided(database, tenant, proposal, "bob")
    assert (retired.status, retired.name) == (LimitStatus.RETIRED, "VaR")
    async with database.session(tenant) as session:
        with pytest.raises(ConflictError, match="retired"):
            await propose_retirement(session, known.id, expected_version=2, proposed_by="ada")


async def test_retiring_a_limit_closes_its_breach(database: Database, tenant: UUID, portfolio: UUID) -> None:
    """A breach of what is not in force any more is over."""
    known = await limit_in_force(database, tenant, portfolio, var_limit(1e-3))
    await stored_prices(database, tenant, small_market())
    await start_run(database, tenant, portfolio_id=portfolio, request=ReportRequest(days=30), created_by="me")
    async with database.session(tenant) as session:
        assert (await breaches.live(session, [known.id])).keys() == {known.id}
        proposal = await propose_retirement(session, known.id, expected_version=1, proposed_by="ada")
    await _decided(database, tenant, proposal, "bob")
    async with database.session(tenant) as session:
        (breach,) = await breaches.page(session, after=None, limit=5)
        assert breach.status is BreachStatus.CLOSED
        assert (await breaches.events(session, breach.id))[-1].text == "The limit was retired by bob."


async def test_a_node_must_be_there(database: Database, tenant: UUID, portfolio: UUID) -> None:
    """Labels that no position has are a mistake; where nothing is held yet nobody can say."""
    lost = var_limit(1.0, node=(("desk", "Growht"),))
    async with database.session(tenant) as session:
        with pytest.raises(UsageError, match="no position of the portfolio has desk=Growht"):
            await propose_limit(session, portfolio, name="x", limit=lost, proposed_by="ada")
        empty = await portfolios.create(session, name="empty", base_currency="USD", parent_id=None)
        assert (await propose_limit(session, empty.id, name="x", limit=lost, proposed_by="ada"))[
            0
        ].version == 0
        await portfolios.archive(session, empty.id, expected_version=1)
        with pytest.raises(ConflictError, match="archived"):
            await propose_limit(session, empty.id, name="x", limit=lost, proposed_by="ada")


async def test_nobody_approves_what_their_program_has_proposed(
    database: Database, tenant: UUID, portfolio: UUID
) -> None:
    """Whoever made a service account, or a key of it, is one person with it; somebody else is another."""
    async with database.session(tenant) as session:
        robot = await program_accounts.add(session, name="robot", public_keys=(), created_by="ada")
        await api_keys.add(
            session,
            account_id=robot.id,
            name="key",
            prefix="plk_key",
            digest=b"d" * 32,
            permissions=None,
            canary=False,
            expires_at=dt.datetime.now(dt.UTC) + dt.timedelta(days=1),
            created_by="eve",
        )
    _, proposal = await _proposed(database, tenant, portfolio, proposed_by=f"account:{robot.id}")
    for by in ("ada", "eve"):
        with pytest.raises(FourEyesError):
            await _decided(database, tenant, proposal, by)
    assert (await _decided(database, tenant, proposal, "bob")).status is LimitStatus.ACTIVE
