"""Instruments: list and search, read with where they are held, name and label."""

from typing import Annotated
from uuid import UUID

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from plimsoll.data.store import instruments
from plimsoll.security.audit_actions import AuditAction
from plimsoll.security.permissions import Permission, Principal
from plimsoll.services.risk_api.answers import answer
from plimsoll.services.risk_api.auditing import Audit
from plimsoll.services.risk_api.context import Context
from plimsoll.services.risk_api.etags import ExpectedVersion, etag, not_modified
from plimsoll.services.risk_api.paging import Paging
from plimsoll.services.risk_api.requirements import Require
from plimsoll.services.risk_api.responses import UNCHANGED
from plimsoll.services.risk_api.routes import ApiRouter
from plimsoll.wire.instruments import (
    Instrument,
    InstrumentChange,
    InstrumentChanges,
    InstrumentHistory,
    InstrumentHoldings,
    InstrumentPage,
    WhereHeld,
)
from plimsoll.wire.positions import Kind

__all__ = [
    "change_instrument",
    "get_instrument",
    "get_instrument_history",
    "get_where_held",
    "list_instruments",
    "router",
]

router = ApiRouter("instruments")

_Reader = Annotated[Principal, Require[Permission.INSTRUMENTS_READ]]
_Writer = Annotated[Principal, Require[Permission.INSTRUMENTS_WRITE]]


@router.get("")
async def list_instruments(
    context: Context,
    caller: _Reader,
    paging: Paging,
    search: Annotated[str, Query(max_length=100, description="Part of symbol or name")] = "",
    kind: Annotated[Kind | None, Query(description="Only those of this kind")] = None,
) -> InstrumentPage:
    """List instruments, or those that are searched for, by symbol."""
    async with context.database.session(caller.tenant) as session:
        found = await instruments.page(
            session, after=paging.after, limit=paging.probe, search=search, kind=kind and kind.value
        )
    shown, following = paging.cut(found, cursor=lambda record: record.id)
    return InstrumentPage(items=tuple(map(Instrument.model_validate, shown)), next=following)


@router.get("/{instrument_id}", response_model=Instrument, responses=UNCHANGED)
async def get_instrument(
    instrument_id: UUID, context: Context, caller: _Reader, request: Request
) -> Response:
    """Read an instrument."""
    async with context.database.session(caller.tenant) as session:
        record = await instruments.get(session, instrument_id)
    known = not_modified(request, etag(record.version))
    return known or answer(Instrument.model_validate(record), tag=record.version)


@router.get("/{instrument_id}/held")
async def get_where_held(instrument_id: UUID, context: Context, caller: _Reader) -> InstrumentHoldings:
    """Read which portfolios hold an instrument by their last positions, and how much of it."""
    async with context.database.session(caller.tenant) as session:
        record = await instruments.get(session, instrument_id)
        held = await instruments.where_held(session, record.symbol)
    items = tuple(map(WhereHeld.model_validate, held))
    return InstrumentHoldings(instrument_id=record.id, items=items)


@router.patch("/{instrument_id}", response_model=Instrument)
async def change_instrument(
    instrument_id: UUID,
    changes: InstrumentChanges,
    version: ExpectedVersion,
    context: Context,
    caller: _Writer,
    audit: Audit,
) -> Response:
    """Name or label an instrument unless somebody has changed it meanwhile; runs keep what files said."""
    async with context.database.session(caller.tenant) as session:
        record = await instruments.change(
            session,
            instrument_id,
            expected_version=version,
            changed_by=caller.id,
            name=changes.name,
            attributes=changes.attributes,
        )
        await audit(
            session, AuditAction.INSTRUMENT_CHANGED, instrument_id, **changes.model_dump(exclude_unset=True)
        )
    return answer(Instrument.model_validate(record), tag=record.version)


@router.get("/{instrument_id}/history")
async def get_instrument_history(instrument_id: UUID, context: Context, caller: _Reader) -> InstrumentHistory:
    """Read what was changed, when and by whom, the last change first."""
    async with context.database.session(caller.tenant) as session:
        await instruments.get(session, instrument_id)
        found = await instruments.history(session, instrument_id)
    return InstrumentHistory(items=tuple(map(InstrumentChange.model_validate, found)))
