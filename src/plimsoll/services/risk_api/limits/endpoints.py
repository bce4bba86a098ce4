"""Limits: proposed by one, decided by another, checked by every run, tried on the past."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import Query
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from plimsoll.data.store import limit_checks, limit_proposals, limits
from plimsoll.data.store.limits import LimitRecord
from plimsoll.security.audit_actions import AuditAction
from plimsoll.security.permissions import Permission, Principal, PrincipalKind
from plimsoll.services.risk_api.answers import answer, created
from plimsoll.services.risk_api.auditing import Audit
from plimsoll.services.risk_api.context import Context
from plimsoll.services.risk_api.idempotency import Once
from plimsoll.services.risk_api.limits import messages
from plimsoll.services.risk_api.paging import Paging
from plimsoll.services.risk_api.requirements import Require
from plimsoll.services.risk_api.responses import CONFLICT
from plimsoll.services.risk_api.routes import ApiRouter
from plimsoll.wire.limit_trials import LimitTrial, NewLimitTrial
from plimsoll.wire.limits import (
    Limit,
    LimitCheckPage,
    LimitDecision,
    LimitHistory,
    LimitPage,
    LimitProposal,
    LimitProposals,
    NewLimit,
    NewLimitProposal,
)
from plimsoll.workflows import limits as workflow
from plimsoll.workflows.limit_trials import try_limit as try_on_the_past

__all__ = [
    "approve_limit_proposal",
    "get_limit",
    "get_limit_history",
    "list_limit_checks",
    "list_limit_proposals",
    "list_limits",
    "propose_limit",
    "propose_limit_change",
    "reject_limit_proposal",
    "router",
    "try_limit",
]

router = ApiRouter("limits")

_Reader = Annotated[Principal, Require[Permission.LIMITS_READ]]
_Proposer = Annotated[Principal, Require[Permission.LIMITS_PROPOSE]]
_Approver = Annotated[Principal, Require[Permission.LIMITS_APPROVE]]


@router.post("", status_code=201, response_model=Limit)
async def propose_limit(new: NewLimit, once: Once, caller: _Proposer, audit: Audit) -> Response:
    """Propose a limit; it comes into force when somebody else approves it."""
    limit = messages.limit_of(new.definition)

    async def make(session: AsyncSession) -> Response:
        record, proposal = await workflow.propose_limit(
            session,
            new.portfolio_id,
            name=new.name,
            limit=limit,
            valid_from=new.valid_from,
            comment=new.comment,
            proposed_by=caller.id,
        )
        await audit(
            session,
            AuditAction.LIMIT_PROPOSED,
            record.id,
            proposal=proposal.id,
            kind=proposal.kind,
            name=new.name,
            portfolio_id=new.portfolio_id,
            definition=new.definition.model_dump(mode="json"),
        )
        location = f"{router.prefix}/{record.id}"
        return created(messages.limit_message(record, proposal, None), location=location)

    return await once(make)


@router.get("")
async def list_limits(
    context: Context,
    caller: _Reader,
    paging: Paging,
    portfolio: Annotated[UUID | None, Query(description="Only limits of this portfolio")] = None,
) -> LimitPage:
    """List limits with what is proposed and how the last run stood to them, oldest first."""
    async with context.database.session(caller.tenant) as session:
        found = await limits.page(session, portfolio, after=paging.after, limit=paging.probe)
        shown, following = paging.cut(found, cursor=lambda record: record.id)
        items = await _messages(session, shown)
    return LimitPage(items=items, next=following)


@router.post("/trials", responses=CONFLICT)
async def try_limit(new: NewLimitTrial, context: Context, caller: _Reader) -> LimitTrial:
    """Say how often a limit would have been reached: today's positions over past prices, and past runs."""
    limit = messages.limit_of(new.definition)
    found = await try_on_the_past(context.database, caller.tenant, new.portfolio_id, limit, days=new.days)
    return messages.limit_trial(found)


@router.get("/{limit_id}")
async def get_limit(limit_id: UUID, context: Context, caller: _Reader) -> Limit:
    """Read a limit: in force, proposed or retired."""
    async with context.database.session(caller.tenant) as session:
        return (await _messages(session, [await limits.get(session, limit_id)]))[0]


@router.get("/{limit_id}/history")
async def get_limit_history(limit_id: UUID, context: Context, caller: _Reader) -> LimitHistory:
    """List all that came into force, the last first."""
    async with context.database.session(caller.tenant) as session:
        await limits.get(session, limit_id)
        found = await limits.versions(session, limit_id)
    return LimitHistory(items=tuple(map(messages.limit_version, found)))


@router.get("/{limit_id}/checks")
async def list_limit_checks(
    limit_id: UUID, context: Context, caller: _Reader, paging: Paging
) -> LimitCheckPage:
    """List how runs stood to a limit, the last first."""
    async with context.database.session(caller.tenant) as session:
        await limits.get(session, limit_id)
        found = await limit_checks.of_limit(session, limit_id, after=paging.after, limit=paging.probe)
    shown, following = paging.cut(found, cursor=lambda check: check.id)
    return LimitCheckPage(items=tuple(map(messages.limit_check, shown)), next=following)


@router.get("/{limit_id}/proposals")
async def list_limit_proposals(limit_id: UUID, context: Context, caller: _Reader) -> LimitProposals:
    """List what was proposed for a limit and what was decided, the last one first."""
    async with context.database.session(caller.tenant) as session:
        await limits.get(session, limit_id)
        found = await limit_proposals.of_limit(session, limit_id)
    return LimitProposals(items=tuple(map(messages.limit_proposal, found)))


@router.post("/{limit_id}/proposals", status_code=201, response_model=LimitProposal)
async def propose_limit_change(
    limit_id: UUID, new: NewLimitProposal, once: Once, caller: _Proposer, audit: Audit
) -> Response:
    """Propose other levels for a limit, or its end where there is no definition."""
    limit = None if new.definition is None else messages.limit_of(new.definition)

    async def make(session: AsyncSession) -> Response:
        known = await limits.get(session, limit_id)
        if limit is None:
            proposal = await workflow.propose_retirement(
                session,
                limit_id,
                expected_version=new.based_on,
                valid_from=new.valid_from,
                comment=new.comment,
                proposed_by=caller.id,
            )
        else:
            proposal = await workflow.propose_change(
                session,
                limit_id,
                expected_version=new.based_on,
                name=new.name or known.name,
                limit=limit,
                valid_from=new.valid_from,
                comment=new.comment,
                proposed_by=caller.id,
            )
        definition = None if new.definition is None else new.definition.model_dump(mode="json")
        said = {"proposal": proposal.id, "kind": proposal.kind, "based_on": new.based_on}
        await audit(session, AuditAction.LIMIT_PROPOSED, limit_id, **said, definition=definition)
        location = f"{router.prefix}/{limit_id}/proposals"
        return created(messages.limit_proposal(proposal), location=location)

    return await once(make)


@router.post("/{limit_id}/proposals/{proposal_id}/approve", response_model=Limit)
async def approve_limit_proposal(
    limit_id: UUID,
    proposal_id: UUID,
    said: LimitDecision,
    once: Once,
    context: Context,
    caller: _Approver,
    audit: Audit,
) -> Response:
    """Bring a proposal into force; nobody approves what they have proposed themselves."""
    four_eyes = context.four_eyes or caller.kind is not PrincipalKind.LOCAL
    return await _decide(limit_id, proposal_id, said, once, caller, audit, approve=True, four_eyes=four_eyes)


@router.post("/{limit_id}/proposals/{proposal_id}/reject", response_model=Limit)
async def reject_limit_proposal(
    limit_id: UUID,
    proposal_id: UUID,
    said: LimitDecision,
    once: Once,
    context: Context,
    caller: _Approver,
    audit: Audit,
) -> Response:
    """Turn a proposal down."""
    return await _decide(
        limit_id, proposal_id, said, once, caller, audit, approve=False, four_eyes=context.four_eyes
    )


async def _decide(
    limit_id: UUID,
    proposal_id: UUID,
    said: LimitDecision,
    once: Once,
    caller: Principal,
    audit: Audit,
    *,
    approve: bool,
    four_eyes: bool,
) -> Response:
    async def make(session: AsyncSession) -> Response:
        record, proposal = await workflow.decide(
            session,
            limit_id,
            proposal_id,
            approve=approve,
            by=caller.id,
            comment=said.comment,
            four_eyes=four_eyes,
        )
        action = AuditAction.LIMIT_APPROVED if approve else AuditAction.LIMIT_REJECTED
        said_so = {"proposal": proposal_id, "proposed_by": proposal.proposed_by, "four_eyes": four_eyes}
        await audit(session, action, limit_id, **said_so, version=record.version, comment=said.comment)
        return answer((await _messages(session, [record]))[0])

    return await once(make)


async def _messages(session: AsyncSession, records: Sequence[LimitRecord]) -> tuple[Limit, ...]:
    ids = [record.id for record in records]
    proposed = await limit_proposals.open_ones(session, ids)
    checked = await limit_checks.latest(session, ids)
    return tuple(
        messages.limit_message(record, proposed.get(record.id), checked.get(record.id)) for record in records
    )
