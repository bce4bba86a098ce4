"""Grants: give a role, approve what is privileged, take it away."""

from typing import Annotated
from uuid import UUID

from fastapi import Query
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from plimsoll.data.store import grants
from plimsoll.data.store.grants import GrantRecord, GrantStatus, Holder, HolderKind
from plimsoll.security.permissions import Permission, Principal, PrincipalKind
from plimsoll.services.risk_api.answers import answer, created
from plimsoll.services.risk_api.context import ApiContext, Callers, Context
from plimsoll.services.risk_api.idempotency import Once
from plimsoll.services.risk_api.paging import Paging
from plimsoll.services.risk_api.requirements import Require, StepUp
from plimsoll.services.risk_api.responses import CONFLICT
from plimsoll.services.risk_api.routes import ApiRouter
from plimsoll.wire.grants import Grant, GrantHolder, GrantPage, GrantState, NewGrant
from plimsoll.workflows import grants as workflow

__all__ = [
    "approve_grant",
    "end_grant",
    "get_grant",
    "list_grants",
    "propose_grant",
    "reject_grant",
    "router",
]

router = ApiRouter("grants")

_Reader = Annotated[Principal, Require[Permission.GRANTS_READ]]
_Writer = Annotated[Principal, Require[Permission.GRANTS_WRITE]]
_Approver = Annotated[Principal, Require[Permission.GRANTS_APPROVE]]


@router.post("", status_code=201, response_model=Grant, responses=CONFLICT, dependencies=[StepUp])
async def propose_grant(
    new: NewGrant, once: Once, context: Context, callers: Callers, caller: _Writer
) -> Response:
    """Give a role that you have yourself; what is privileged waits until somebody else approves it."""

    async def make(session: AsyncSession) -> Response:
        record = await workflow.propose_grant(
            session,
            caller,
            Holder(HolderKind(new.holder.kind), new.holder.id),
            new.role,
            team_id=new.desk,
            portfolio_id=new.portfolio,
            expires_at=new.expires_at,
            comment=new.comment,
            four_eyes=_four_eyes(context, caller),
        )
        return created(_message(record), location=f"{router.prefix}/{record.id}")

    answered = await once(make)
    callers.forget()
    return answered


@router.get("")
async def list_grants(
    context: Context,
    caller: _Reader,
    paging: Paging,
    holder: Annotated[UUID | None, Query(description="Only of this user, service account or team")] = None,
    status: Annotated[GrantState | None, Query(description="Only those that stand like this")] = None,
) -> GrantPage:
    """List grants, the last proposed first."""
    async with context.database.session(caller.tenant) as session:
        found = await grants.page(
            session,
            after=paging.after,
            limit=paging.probe,
            holder=holder,
            statuses=() if status is None else (GrantStatus(status),),
        )
    shown, following = paging.cut(found, cursor=lambda record: record.id)
    return GrantPage(items=tuple(map(_message, shown)), next=following)


@router.get("/{grant_id}")
async def get_grant(grant_id: UUID, context: Context, caller: _Reader) -> Grant:
    """Read a grant: proposed, in force or over."""
    async with context.database.session(caller.tenant) as session:
        return _message(await grants.get(session, grant_id))


@router.post("/{grant_id}/approve", response_model=Grant, responses=CONFLICT, dependencies=[StepUp])
async def approve_grant(
    grant_id: UUID, once: Once, context: Context, callers: Callers, caller: _Approver
) -> Response:
    """Bring a grant into force; nobody approves what they have proposed themselves."""
    answered = await _decided(grant_id, once, context, caller, approve=True)
    callers.forget()
    return answered


@router.post("/{grant_id}/reject", response_model=Grant, responses=CONFLICT, dependencies=[StepUp])
async def reject_grant(grant_id: UUID, once: Once, context: Context, caller: _Approver) -> Response:
    """Turn a grant down."""
    return await _decided(grant_id, once, context, caller, approve=False)


@router.post("/{grant_id}/end", response_model=Grant, responses=CONFLICT, dependencies=[StepUp])
async def end_grant(grant_id: UUID, once: Once, callers: Callers, caller: _Writer) -> Response:
    """Take a role away; it is without effect within five seconds."""

    async def make(session: AsyncSession) -> Response:
        return answer(_message(await workflow.end_grant(session, grant_id, caller)))

    answered = await once(make)
    callers.forget()
    return answered


async def _decided(
    grant_id: UUID, once: Once, context: ApiContext, caller: Principal, *, approve: bool
) -> Response:
    async def make(session: AsyncSession) -> Response:
        record = await workflow.decide_grant(
            session, grant_id, caller, approve=approve, four_eyes=_four_eyes(context, caller)
        )
        return answer(_message(record))

    return await once(make)


def _four_eyes(context: ApiContext, caller: Principal) -> bool:
    """Return whether a second person is needed: only who holds the key of the machine may be alone."""
    return context.four_eyes or caller.kind is not PrincipalKind.LOCAL


def _message(record: GrantRecord) -> Grant:
    names = Grant.model_fields.keys() - {"holder", "desk", "portfolio"}
    return Grant.model_validate(
        {
            **{name: getattr(record, name) for name in names},
            "status": record.status.value,
            "holder": GrantHolder(kind=record.holder_kind.value, id=record.holder_id),
            "desk": record.scope_team_id,
            "portfolio": record.scope_portfolio_id,
        }
    )
