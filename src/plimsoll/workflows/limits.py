"""Limits: a change is proposed by one person and decided by another, and only then comes into force."""

import datetime as dt
import logging
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store import breaches, holdings, limit_proposals, limits, portfolios
from plimsoll.data.store.breaches import BreachEventKind, BreachStatus
from plimsoll.data.store.limit_proposals import LimitProposal, ProposalKind, ProposalStatus
from plimsoll.data.store.limits import LimitRecord, LimitStatus, LimitVersion
from plimsoll.errors import ConflictError, FourEyesError, NotFoundError, PreconditionError, UsageError
from plimsoll.risk.limits import Limit, LimitedNode
from plimsoll.workflows.breach_notices import announce
from plimsoll.workflows.events import EventKind, publish
from plimsoll.workflows.granted import people_behind
from plimsoll.workflows.limit_checks import AUTOMATIC
from plimsoll.workflows.limit_figures import in_node

__all__ = ["LIFE_OF_PROPOSAL", "decide", "propose_change", "propose_limit", "propose_retirement"]

LIFE_OF_PROPOSAL = dt.timedelta(days=14)
"""For how long a proposal can be approved."""

_FIXED = ("measure", "node", "bound", "unit", "confidence", "horizon_days")
_LOG = logging.getLogger(__name__)


async def propose_limit(
    session: AsyncSession,
    portfolio_id: UUID,
    *,
    name: str,
    limit: Limit,
    valid_from: dt.date | None = None,
    comment: str = "",
    proposed_by: str,
    lives: dt.timedelta = LIFE_OF_PROPOSAL,
) -> tuple[LimitRecord, LimitProposal]:
    """Propose a new limit on a portfolio.

    Parameters
    ----------
    session
        An open transaction of the tenant.
    portfolio_id
        What is to be limited.
    name
        For people.
    limit
        Of which slice of it, and how far.
    valid_from
        First date of the runs that it is to apply to; None for all.
    comment
        Why; may be empty.
    proposed_by
        Who asks.
    lives
        For how long it can be approved.

    Returns
    -------
    tuple
        The limit, of which nothing is in force, and the proposal.

    Raises
    ------
    NotFoundError
        If there is no such portfolio.
    ConflictError
        If the portfolio is archived.
    UsageError
        If no position of the portfolio has the labels of the node.
    """
    portfolio = await portfolios.get(session, portfolio_id)
    if portfolio.archived_at is not None:
        raise ConflictError("the portfolio is archived", remedy="Its limits stay readable.")
    await _check_node(session, portfolio_id, limit.node)
    record = await limits.create(session, portfolio_id)
    proposal = await limit_proposals.add(
        session,
        record.id,
        kind=ProposalKind.CREATE,
        based_on=0,
        name=name,
        limit=limit,
        valid_from=valid_from,
        comment=comment,
        proposed_by=proposed_by,
        lives=lives,
    )
    return record, proposal


async def propose_change(
    session: AsyncSession,
    limit_id: UUID,
    *,
    expected_version: int,
    name: str,
    limit: Limit,
    valid_from: dt.date | None = None,
    comment: str = "",
    proposed_by: str,
    lives: dt.timedelta = LIFE_OF_PROPOSAL,
) -> LimitProposal:
    """Propose other levels, another hysteresis, method or name for a limit that is in force.

    Parameters
    ----------
    session, limit_id
        Where and which.
    expected_version
        The version that the proposer has seen.
    name, limit, valid_from, comment, proposed_by, lives
        As for :func:`propose_limit`; what is measured stays what it is.

    Raises
    ------
    NotFoundError
        If there is no such limit.
    PreconditionError
        If another version is in force.
    ConflictError
        If it is not in force, or another proposal for it is open.
    UsageError
        If another measure, node, side, unit, confidence or horizon is asked for: that is another limit.
    """
    current = await _in_force(session, limit_id, expected_version)
    for field in _FIXED:
        if getattr(limit, field) != getattr(current.limit, field):
            remedy = "Retire this limit and propose a new one."
            raise UsageError(f"the {field} of a limit does not change", remedy=remedy)
    return await limit_proposals.add(
        session,
        limit_id,
        kind=ProposalKind.CHANGE,
        based_on=expected_version,
        name=name,
        limit=limit,
        valid_from=valid_from,
        comment=comment,
        proposed_by=proposed_by,
        lives=lives,
    )


async def propose_retirement(
    session: AsyncSession,
    limit_id: UUID,
    *,
    expected_version: int,
    valid_from: dt.date | None = None,
    comment: str = "",
    proposed_by: str,
    lives: dt.timedelta = LIFE_OF_PROPOSAL,
) -> LimitProposal:
    """Propose that a limit be taken out of force; the parameters and errors are those of a change."""
    current = await _in_force(session, limit_id, expected_version)
    return await limit_proposals.add(
        session,
        limit_id,
        kind=ProposalKind.RETIRE,
        based_on=expected_version,
        name=current.name,
        limit=None,
        valid_from=valid_from,
        comment=comment,
        proposed_by=proposed_by,
        lives=lives,
    )


async def decide(
    session: AsyncSession,
    limit_id: UUID,
    proposal_id: UUID,
    *,
    approve: bool,
    by: str,
    comment: str = "",
    four_eyes: bool,
) -> tuple[LimitRecord, LimitProposal]:
    """Approve or reject a proposal; what is approved is in force for every run stored from then on.

    Of several who decide at the same time one does, and the others are told.

    Parameters
    ----------
    session, limit_id, proposal_id
        Where and which.
    approve
        False rejects it.
    by
        Who decides.
    comment
        Why; may be empty.
    four_eyes
        Whether whoever approves must be another than whoever proposed. It is kept with the decision. Anybody
        may reject.

    Returns
    -------
    tuple
        The limit and the proposal, as they are now.

    Raises
    ------
    NotFoundError
        If there is no such limit or proposal.
    FourEyesError
        If the proposer approves, or whoever made the program that proposed it.
    ConflictError
        If it has been decided, or has expired.
    PreconditionError
        If another version of the limit came into force since it was proposed.
    """
    record = await limits.get(session, limit_id, lock=True)
    proposal = await limit_proposals.get(session, limit_id, proposal_id)
    if approve and four_eyes and by in await people_behind(session, proposal.proposed_by):
        remedy = "Ask somebody else to approve it."
        raise FourEyesError("nobody approves what they have proposed themselves", remedy=remedy)
    decided = await limit_proposals.decide(
        session,
        proposal_id,
        status=ProposalStatus.APPROVED if approve else ProposalStatus.REJECTED,
        by=by,
        comment=comment,
        four_eyes=four_eyes if approve else None,
    )
    if not approve:
        return record, decided
    if not four_eyes:
        _LOG.info("limit %s: proposal %s was approved without four eyes by %s", limit_id, proposal_id, by)
    record = await limits.add_version(
        session,
        limit_id,
        expected_version=decided.based_on,
        name=decided.name,
        limit=decided.limit,
        valid_from=decided.valid_from,
        proposal_id=proposal_id,
    )
    if decided.kind is ProposalKind.RETIRE and decided.valid_from is None:
        await _close_breach(session, record, by)
    data = {"portfolio_id": record.portfolio_id, "version": record.version, "kind": decided.kind, "by": by}
    await publish(session, EventKind.LIMIT_CHANGED, limit_id, {**data, "four_eyes": four_eyes})
    return record, decided


async def _close_breach(session: AsyncSession, record: LimitRecord, by: str) -> None:
    """Close the breach of a limit that is no more; of one that ends later, a run of that date does so."""
    breach = (await breaches.live(session, [record.id], lock=True)).get(record.id)
    if breach is not None:
        closed = {"status": BreachStatus.CLOSED.value, "closed_at": func.now(), "waived_until": None}
        after = await breaches.change(session, breach.id, expected_version=breach.version, changes=closed)
        text = f"The limit was retired by {by}."
        await breaches.note(session, after, BreachEventKind.CLOSED, by=AUTOMATIC, text=text)
        await announce(session, after, EventKind.BREACH_CLOSED, name=record.name)


async def _in_force(session: AsyncSession, limit_id: UUID, expected_version: int) -> LimitVersion:
    record = await limits.get(session, limit_id)
    if record.last is None or record.last.limit is None:
        what = "proposed" if record.status is LimitStatus.PROPOSED else "retired"
        raise ConflictError(f"the limit is {what}, not in force", remedy="Propose a new one.")
    if record.version != expected_version:
        remedy = "Read it again and repeat the proposal."
        raise PreconditionError(f"the limit is at version {record.version} by now", remedy=remedy)
    return record.last


async def _check_node(session: AsyncSession, portfolio_id: UUID, node: LimitedNode) -> None:
    """Refuse labels that nothing has: such a limit would be kept for ever without anybody noticing."""
    if not node:
        return
    try:
        held = await holdings.effective(session, portfolio_id, as_of=None, known_at=None)
    except NotFoundError:
        return  # nothing was held yet
    if not len(in_node(held.portfolio.portfolio.positions, node)):
        told = ", ".join(f"{name}={label}" for name, label in node)
        raise UsageError(f"no position of the portfolio has {told}", remedy="Check the spelling.")
