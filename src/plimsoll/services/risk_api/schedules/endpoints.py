"""Schedules: make, list, read, change, pause, drop."""

from typing import Annotated, Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from plimsoll.data.store import portfolios, schedules
from plimsoll.security.audit_actions import AuditAction
from plimsoll.security.permissions import Permission, Principal
from plimsoll.services.risk_api.answers import answer, created
from plimsoll.services.risk_api.auditing import Audit
from plimsoll.services.risk_api.context import Context
from plimsoll.services.risk_api.etags import ExpectedVersion, etag, not_modified
from plimsoll.services.risk_api.idempotency import Once
from plimsoll.services.risk_api.paging import Paging
from plimsoll.services.risk_api.requirements import Require
from plimsoll.services.risk_api.responses import UNCHANGED
from plimsoll.services.risk_api.risk_runs.requests import report_request
from plimsoll.services.risk_api.routes import ApiRouter
from plimsoll.services.risk_api.schedules.messages import schedule_message
from plimsoll.wire.schedules import NewSchedule, Schedule, ScheduleChanges, SchedulePage
from plimsoll.workflows.schedules import change_schedule as change
from plimsoll.workflows.schedules import create_schedule as create

__all__ = [
    "change_schedule",
    "create_schedule",
    "delete_schedule",
    "get_schedule",
    "list_schedules",
    "router",
]

router = ApiRouter("schedules")

_Reader = Annotated[Principal, Require[Permission.SCHEDULES_READ]]
_Writer = Annotated[Principal, Require[Permission.SCHEDULES_WRITE]]


@router.post("", status_code=201, response_model=Schedule)
async def create_schedule(
    new: NewSchedule, once: Once, context: Context, caller: _Writer, audit: Audit
) -> Response:
    """Make a schedule: a risk run of a portfolio, whenever the clock of a place says so."""

    async def make(session: AsyncSession) -> Response:
        portfolio = await portfolios.get(session, new.portfolio_id)
        record = await create(
            session,
            name=new.name,
            portfolio_id=new.portfolio_id,
            request=report_request(new.options, base_currency=portfolio.base_currency),
            cron=new.cron,
            zone=new.time_zone,
            calendar=new.calendar,
            created_by=caller.id,
            now=context.clock(),
        )
        await audit(
            session,
            AuditAction.SCHEDULE_CREATED,
            record.id,
            name=new.name,
            portfolio_id=new.portfolio_id,
            cron=new.cron,
        )
        location = f"{router.prefix}/{record.id}"
        return created(await schedule_message(record), location=location, tag=record.version)

    return await once(make)


@router.get("")
async def list_schedules(context: Context, caller: _Reader, paging: Paging) -> SchedulePage:
    """List schedules, oldest first."""
    async with context.database.session(caller.tenant) as session:
        found = await schedules.page(session, after=paging.after, limit=paging.probe)
    shown, following = paging.cut(found, cursor=lambda record: record.id)
    return SchedulePage(items=tuple([await schedule_message(record) for record in shown]), next=following)


@router.get("/{schedule_id}", response_model=Schedule, responses=UNCHANGED)
async def get_schedule(schedule_id: UUID, context: Context, caller: _Reader, request: Request) -> Response:
    """Read a schedule, and when it fires next."""
    async with context.database.session(caller.tenant) as session:
        record = await schedules.get(session, schedule_id)
    known = not_modified(request, etag(record.version))
    return known or answer(await schedule_message(record), tag=record.version)


@router.patch("/{schedule_id}", response_model=Schedule)
async def change_schedule(
    schedule_id: UUID,
    changes: ScheduleChanges,
    version: ExpectedVersion,
    context: Context,
    caller: _Writer,
    audit: Audit,
) -> Response:
    """Change a schedule, pause it or let it go on, unless it was changed or has fired meanwhile."""
    wanted: dict[str, Any] = {
        name: value for name in ("name", "cron", "time_zone") if (value := getattr(changes, name)) is not None
    }
    if "calendar" in changes.model_fields_set:
        wanted["calendar"] = changes.calendar
    async with context.database.session(caller.tenant) as session:
        if changes.options is not None:
            known = await schedules.get(session, schedule_id)
            portfolio = await portfolios.get(session, known.portfolio_id)
            wanted["request"] = report_request(changes.options, base_currency=portfolio.base_currency)
        record = await change(
            session,
            schedule_id,
            expected_version=version,
            now=context.clock(),
            paused=changes.paused,
            **wanted,
        )
        await audit(
            session, AuditAction.SCHEDULE_CHANGED, schedule_id, **changes.model_dump(exclude_unset=True)
        )
    return answer(await schedule_message(record), tag=record.version)


@router.delete("/{schedule_id}", status_code=204, response_class=Response)
async def delete_schedule(
    schedule_id: UUID, version: ExpectedVersion, context: Context, caller: _Writer, audit: Audit
) -> Response:
    """Drop a schedule; the jobs and runs that it has made stay."""
    async with context.database.session(caller.tenant) as session:
        await schedules.delete(session, schedule_id, expected_version=version)
        await audit(session, AuditAction.SCHEDULE_REMOVED, schedule_id)
    return Response(status_code=204)
