"""Imports: list them, read what became of each row, and get the file back."""

from typing import Annotated
from uuid import UUID

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from plimsoll.data.store import holdings
from plimsoll.data.text import decode
from plimsoll.security.formulas import without_formulas
from plimsoll.security.permissions import Permission, Principal
from plimsoll.services.risk_api.answers import answer
from plimsoll.services.risk_api.context import Context
from plimsoll.services.risk_api.downloads import download
from plimsoll.services.risk_api.etags import etag, not_modified
from plimsoll.services.risk_api.kept_answers import FOR_GOOD, kept
from plimsoll.services.risk_api.paging import Paging
from plimsoll.services.risk_api.portfolios.messages import import_result, version_of
from plimsoll.services.risk_api.position_messages import position_message
from plimsoll.services.risk_api.position_rows import MOST_ROWS, USUAL_ROWS, next_rows
from plimsoll.services.risk_api.requirements import Require
from plimsoll.services.risk_api.responses import UNCHANGED, content
from plimsoll.services.risk_api.routes import ApiRouter
from plimsoll.wire.positions import ImportResult, PositionHistory, PositionPage
from plimsoll.workflows.background import in_background

__all__ = ["get_import", "get_import_file", "get_import_positions", "list_imports", "router"]

router = ApiRouter("imports")

_FILE = "symbol,quantity,currency,sector\nAAPL,9200,USD,Technology\nMSFT,many,USD,Technology\n"
_Reader = Annotated[Principal, Require[Permission.PORTFOLIOS_READ]]


@router.get("")
async def list_imports(
    context: Context,
    caller: _Reader,
    paging: Paging,
    portfolio: Annotated[UUID | None, Query(description="Only imports into this portfolio")] = None,
) -> PositionHistory:
    """List imports of positions, the last one first."""
    async with context.database.session(caller.tenant) as session:
        found = await holdings.history(session, portfolio, after=paging.after, limit=paging.probe)
    shown, following = paging.cut(found, cursor=lambda record: record.id)
    return PositionHistory(items=tuple(map(version_of, shown)), next=following)


@router.get("/{import_id}", response_model=ImportResult, responses=UNCHANGED)
@kept(FOR_GOOD)
async def get_import(import_id: UUID, context: Context, caller: _Reader, request: Request) -> Response:
    """Read the account of an import: how many rows were taken, which were refused and why."""
    async with context.database.session(caller.tenant) as session:
        record = await holdings.get(session, import_id, rows=slice(0, 1))
    known = not_modified(request, etag(str(record.id)))
    return known or answer(import_result(record), tag=str(record.id))


@router.get("/{import_id}/positions")
@kept(FOR_GOOD)
async def get_import_positions(
    import_id: UUID,
    context: Context,
    caller: _Reader,
    skip: Annotated[int, Query(ge=0, le=100_000_000, description="Positions before the first one")] = 0,
    limit: Annotated[int, Query(ge=1, le=MOST_ROWS, description="Most positions in the answer")] = USUAL_ROWS,
) -> PositionPage:
    """Read the positions of an import, in the order of the file."""
    rows = slice(skip, skip + limit)
    async with context.database.session(caller.tenant) as session:
        record = await holdings.get(session, import_id, rows=rows)
    shown = record.portfolio.portfolio.positions
    return PositionPage(items=tuple(map(position_message, shown)), next=next_rows(record, rows))


@router.get(
    "/{import_id}/file",
    response_class=Response,
    responses={**content("text/csv", {"type": "string", "format": "binary"}, _FILE), **UNCHANGED},
)
async def get_import_file(
    import_id: UUID,
    context: Context,
    caller: _Reader,
    request: Request,
    exact: Annotated[bool, Query(description="Whether formulas stay formulas, for programs")] = False,
) -> Response:
    """Get the file back; a cell that a spreadsheet would execute begins with ', unless it is to be exact."""
    async with context.database.session(caller.tenant) as session:
        record = await holdings.get(session, import_id, rows=slice(0, 1))
        tag = record.sha256 if exact else f"{record.sha256}-shown"
        known = not_modified(request, etag(tag))
        if known is not None:
            return known
        file = await holdings.source(session, import_id)
    if not exact:
        file = await in_background(_shown, file, record.source_name)
    return download(file, name=record.source_name, media_type="text/csv", tag=tag)


def _shown(file: bytes, name: str) -> bytes:
    text, _ = decode(file, name, "Ask for the exact file.")
    shown = without_formulas(text)
    return file if shown == text else shown.encode()
