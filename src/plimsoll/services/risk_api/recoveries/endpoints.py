"""Recoveries: asked for by one person, agreed with by another."""

from typing import Annotated
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from plimsoll.data.store import recoveries, users
from plimsoll.errors import UnavailableError
from plimsoll.security.permissions import Permission, Principal
from plimsoll.security.second_factor import needs_second_factor
from plimsoll.services.risk_api.answers import created
from plimsoll.services.risk_api.context import Callers, Context
from plimsoll.services.risk_api.idempotency import Once
from plimsoll.services.risk_api.paging import Paging
from plimsoll.services.risk_api.requirements import Require, StepUp
from plimsoll.services.risk_api.responses import CONFLICT
from plimsoll.services.risk_api.routes import ApiRouter
from plimsoll.wire.recoveries import NewRecovery, Recovery, RecoveryPage, RecoveryWithLink
from plimsoll.workflows import recoveries as workflow
from plimsoll.workflows.granted import may_all_of, permissions_of
from plimsoll.workflows.mail import Mailer

__all__ = [
    "approve_recovery",
    "ask_for_recovery",
    "get_recovery",
    "list_recoveries",
    "refuse_recovery",
    "router",
]

router = ApiRouter("recoveries")

_Reader = Annotated[Principal, Require[Permission.USERS_READ]]
_Writer = Annotated[Principal, Require[Permission.USERS_WRITE]]


@router.post("", status_code=201, response_model=RecoveryWithLink, dependencies=[StepUp])
async def ask_for_recovery(
    new: NewRecovery, once: Once, context: Context, callers: Callers, caller: _Writer
) -> Response:
    """Ask that password and factors of somebody be forgotten; another agrees if they may do more than you."""

    async def make(session: AsyncSession) -> Response:
        user = await users.get(session, new.user_id)
        held, _ = await permissions_of(session, f"user:{user.id}")
        made = await workflow.ask_for_recovery(
            session,
            caller,
            user.id,
            reason=new.reason,
            alone=not (user.administrator or needs_second_factor(held))
            and await may_all_of(session, caller, user.id),
            now=context.clock(),
        )
        shown = await _told(made, context.mailer, context.address)
        return created(shown, location=f"{router.prefix}/{shown.id}")

    answer = await once(make, secret=True)
    callers.forget()
    return answer


@router.get("")
async def list_recoveries(context: Context, caller: _Reader, paging: Paging) -> RecoveryPage:
    """List recoveries, oldest first."""
    async with context.database.session(caller.tenant) as session:
        found = await recoveries.page(session, after=paging.after, limit=paging.probe)
    shown, following = paging.cut(found, cursor=lambda record: record.id)
    return RecoveryPage(items=tuple(map(Recovery.model_validate, shown)), next=following)


@router.get("/{recovery_id}")
async def get_recovery(recovery_id: UUID, context: Context, caller: _Reader) -> Recovery:
    """Read a recovery."""
    async with context.database.session(caller.tenant) as session:
        return Recovery.model_validate(await recoveries.get(session, recovery_id))


@router.post("/{recovery_id}/approve", responses=CONFLICT, dependencies=[StepUp])
async def approve_recovery(
    recovery_id: UUID, context: Context, callers: Callers, caller: _Writer
) -> RecoveryWithLink:
    """Agree as the second person: all that opened the account ends, and a link lets its owner begin anew."""
    async with context.database.session(caller.tenant) as session:
        made = await workflow.approve_recovery(session, caller, recovery_id, now=context.clock())
    callers.forget()
    return await _told(made, context.mailer, context.address)


@router.post("/{recovery_id}/refuse", responses=CONFLICT)
async def refuse_recovery(recovery_id: UUID, context: Context, caller: _Writer) -> Recovery:
    """Refuse a recovery, or take it back."""
    async with context.database.session(caller.tenant) as session:
        record = await workflow.refuse_recovery(session, caller, recovery_id, now=context.clock())
    return Recovery.model_validate(record)


async def _told(made: workflow.Recovered, mailer: Mailer, address: str) -> RecoveryWithLink:
    """Send the link to whom it is for, as far as that is possible."""
    shown = Recovery.model_validate(made.record).model_dump()
    if made.link is None:
        return RecoveryWithLink(**shown, link=None, link_expires_at=None, mailed=False)
    link, mailed = f"{address}/sign-in#{made.link.token}", True
    try:
        await mailer.send(workflow.recovery_mail(made.link, link))
    except UnavailableError:
        mailed = False
    return RecoveryWithLink(**shown, link=link, link_expires_at=made.link.expires_at, mailed=mailed)
