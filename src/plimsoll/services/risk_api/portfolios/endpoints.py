"""Portfolios: create, list, change, archive; import positions and read what was held when."""

import datetime as dt
import time
from typing import Annotated
from uuid import UUID

from fastapi import Query
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from plimsoll.data.store import holdings, portfolios
from plimsoll.data.store.portfolio_tree import tree
from plimsoll.data.store.portfolios import Unchanged
from plimsoll.security.audit_actions import AuditAction
from plimsoll.security.permissions import Permission, Principal
from plimsoll.services.risk_api.answers import answer, created
from plimsoll.services.risk_api.auditing import Audit
from plimsoll.services.risk_api.context import Context
from plimsoll.services.risk_api.etags import ExpectedVersion, etag, not_modified
from plimsoll.services.risk_api.idempotency import Once
from plimsoll.services.risk_api.kept_answers import BRIEFLY, BRIEFLY_LISTED, kept, note_page
from plimsoll.services.risk_api.paging import Paging
from plimsoll.services.risk_api.portfolios.messages import branch, holdings_of, import_result, version_of
from plimsoll.services.risk_api.position_rows import MOST_ROWS, USUAL_ROWS, next_rows
from plimsoll.services.risk_api.requirements import Require
from plimsoll.services.risk_api.responses import UNCHANGED
from plimsoll.services.risk_api.routes import ApiRouter
from plimsoll.services.risk_api.uploads import Upload
from plimsoll.wire.model import Instant, Name
from plimsoll.wire.portfolios import NewPortfolio, Portfolio, PortfolioChanges, PortfolioPage, PortfolioTree
from plimsoll.wire.positions import Holdings, ImportResult, PositionHistory
from plimsoll.workflows.portfolios import change_portfolio as change
from plimsoll.workflows.portfolios import create_portfolio as create
from plimsoll.workflows.portfolios import import_positions as import_file

__all__ = [
    "archive_portfolio",
    "change_portfolio",
    "create_portfolio",
    "get_portfolio",
    "get_portfolio_tree",
    "get_position_history",
    "get_positions",
    "import_positions",
    "list_portfolios",
    "restore_portfolio",
    "router",
]

router = ApiRouter("portfolios")


_FILE = "symbol,quantity,currency,sector\nAAPL,9200,USD,Technology\nMSFT,-150,USD,Technology\n"
_Reader = Annotated[Principal, Require[Permission.PORTFOLIOS_READ]]
_Writer = Annotated[Principal, Require[Permission.PORTFOLIOS_WRITE]]


@router.post("", status_code=201, response_model=Portfolio)
async def create_portfolio(new: NewPortfolio, once: Once, _: _Writer, audit: Audit) -> Response:
    """Create a portfolio."""

    async def make(session: AsyncSession) -> Response:
        record = await create(
            session, name=new.name, base_currency=new.base_currency, parent_id=new.parent_id
        )
        await audit(
            session, AuditAction.PORTFOLIO_CREATED, record.id, name=record.name, parent_id=record.parent_id
        )
        location = f"{router.prefix}/{record.id}"
        return created(Portfolio.model_validate(record), location=location, tag=record.version)

    return await once(make)


@router.get("", response_model=PortfolioPage)
@kept(BRIEFLY_LISTED)
async def list_portfolios(
    context: Context,
    caller: _Reader,
    paging: Paging,
    request: Request,
    archived: Annotated[bool, Query(description="Whether to list archived ones as well")] = False,
) -> Response:
    """List portfolios, oldest first."""
    asked = time.time()
    async with context.database.session(caller.tenant) as session:
        found = await portfolios.page(
            session, after=paging.after, limit=paging.probe, include_archived=archived
        )
    shown, following = paging.cut(found, cursor=lambda record: record.id)
    note_page(request, [record.id for record in found[paging.limit :]], asked=asked)
    return answer(PortfolioPage(items=tuple(map(Portfolio.model_validate, shown)), next=following))


@router.get("/tree")
async def get_portfolio_tree(
    context: Context,
    caller: _Reader,
    _runs: Annotated[Principal, Require[Permission.RUNS_READ]],
    _breaches: Annotated[Principal, Require[Permission.BREACHES_READ]],
    archived: Annotated[bool, Query(description="Whether archived ones are there as well")] = False,
) -> PortfolioTree:
    """Read the tree of portfolios, each with its last run and its open breaches; at most 10,000."""
    async with context.database.session(caller.tenant) as session:
        found = await tree(session, include_archived=archived)
    return PortfolioTree(items=tuple(map(branch, found)))


@router.get("/{portfolio_id}", response_model=Portfolio, responses=UNCHANGED)
@kept(BRIEFLY)
async def get_portfolio(portfolio_id: UUID, context: Context, caller: _Reader, request: Request) -> Response:
    """Read a portfolio, archived or not."""
    async with context.database.session(caller.tenant) as session:
        record = await portfolios.get(session, portfolio_id)
    known = not_modified(request, etag(record.version))
    return known or _portfolio(record)


@router.patch("/{portfolio_id}", response_model=Portfolio)
async def change_portfolio(
    portfolio_id: UUID,
    changes: PortfolioChanges,
    version: ExpectedVersion,
    context: Context,
    caller: _Writer,
    audit: Audit,
) -> Response:
    """Rename or move a portfolio, unless somebody has changed it meanwhile."""
    moved = "parent_id" in changes.model_fields_set
    async with context.database.session(caller.tenant) as session:
        record = await change(
            session,
            portfolio_id,
            expected_version=version,
            name=changes.name or Unchanged.UNCHANGED,
            parent_id=changes.parent_id if moved else Unchanged.UNCHANGED,
        )
        await audit(
            session, AuditAction.PORTFOLIO_CHANGED, portfolio_id, **changes.model_dump(exclude_unset=True)
        )
    return _portfolio(record)


@router.delete("/{portfolio_id}", response_model=Portfolio)
async def archive_portfolio(
    portfolio_id: UUID, version: ExpectedVersion, context: Context, caller: _Writer, audit: Audit
) -> Response:
    """Archive a portfolio: its positions and runs stay readable."""
    async with context.database.session(caller.tenant) as session:
        record = await portfolios.archive(session, portfolio_id, expected_version=version)
        await audit(session, AuditAction.PORTFOLIO_ARCHIVED, portfolio_id, name=record.name)
    return _portfolio(record)


@router.post("/{portfolio_id}/restore", response_model=Portfolio)
async def restore_portfolio(
    portfolio_id: UUID, version: ExpectedVersion, context: Context, caller: _Writer, audit: Audit
) -> Response:
    """Take an archived portfolio into use again, unless its name is taken or the one above it is archived."""
    async with context.database.session(caller.tenant) as session:
        record = await portfolios.restore(session, portfolio_id, expected_version=version)
        await audit(session, AuditAction.PORTFOLIO_RESTORED, portfolio_id, name=record.name)
    return _portfolio(record)


@router.put("/{portfolio_id}/positions", response_model=ImportResult)
async def import_positions(
    portfolio_id: UUID,
    content: Annotated[bytes, Upload[{"text/csv": _FILE, "text/plain": _FILE}]],
    once: Once,
    context: Context,
    _: _Writer,
    audit: Audit,
    valid_from: Annotated[dt.date | None, Query(description="First date of these positions; today")] = None,
    source_name: Annotated[Name, Query(description="Name of the file")] = "positions.csv",
) -> Response:
    """Import a file of positions: each row is taken or refused, and earlier versions are kept."""

    async def make(session: AsyncSession) -> Response:
        record = await import_file(
            session,
            portfolio_id,
            content=content,
            source_name=source_name,
            valid_from=valid_from or context.clock().date(),
        )
        result = import_result(record)
        await audit(
            session,
            AuditAction.POSITIONS_IMPORTED,
            portfolio_id,
            holdings=record.id,
            sha256=record.sha256,
            source=source_name,
            valid_from=record.valid_from,
        )
        return answer(result, tag=str(record.id))

    return await once(make)


@router.get("/{portfolio_id}/positions", response_model=Holdings, responses=UNCHANGED)
@kept(BRIEFLY)
async def get_positions(
    portfolio_id: UUID,
    context: Context,
    caller: _Reader,
    request: Request,
    as_of: Annotated[
        dt.date | None, Query(description="The date; left out, those that are held last, by tomorrow")
    ] = None,
    known_at: Annotated[
        Instant | None, Query(description="As it was known at this instant; now when left out")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=MOST_ROWS, description="Most positions in the answer")] = USUAL_ROWS,
) -> Response:
    """Read what a portfolio holds at a date, as it was known at an instant; many positions come in pages."""
    rows = slice(0, limit)
    async with context.database.session(caller.tenant) as session:
        await portfolios.get(session, portfolio_id)
        record = await holdings.effective(session, portfolio_id, as_of=as_of, known_at=known_at, rows=rows)
    known = not_modified(request, etag(str(record.id)))
    return known or answer(holdings_of(record, next_rows(record, rows)), tag=str(record.id))


@router.get("/{portfolio_id}/positions/history")
@kept(BRIEFLY)
async def get_position_history(
    portfolio_id: UUID, context: Context, caller: _Reader, paging: Paging
) -> PositionHistory:
    """List all versions of what a portfolio holds, the one known last first."""
    async with context.database.session(caller.tenant) as session:
        await portfolios.get(session, portfolio_id)
        found = await holdings.history(session, portfolio_id, after=paging.after, limit=paging.probe)
    shown, following = paging.cut(found, cursor=lambda record: record.id)
    return PositionHistory(items=tuple(map(version_of, shown)), next=following)


def _portfolio(record: portfolios.PortfolioRecord) -> Response:
    return answer(Portfolio.model_validate(record), tag=record.version)
