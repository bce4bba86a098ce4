"""Price sets: upload, list, read what is known about one."""

from typing import Annotated
from uuid import UUID

from fastapi import Query
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from plimsoll.data.store import price_sets
from plimsoll.monitoring.stages import measured
from plimsoll.security.audit_actions import AuditAction
from plimsoll.security.permissions import Permission, Principal
from plimsoll.services.risk_api.answers import answer, created
from plimsoll.services.risk_api.auditing import Audit
from plimsoll.services.risk_api.context import Context
from plimsoll.services.risk_api.etags import etag, not_modified
from plimsoll.services.risk_api.idempotency import Once
from plimsoll.services.risk_api.paging import Paging
from plimsoll.services.risk_api.requirements import Require
from plimsoll.services.risk_api.responses import UNCHANGED
from plimsoll.services.risk_api.routes import ApiRouter
from plimsoll.services.risk_api.uploads import Upload
from plimsoll.wire.model import Name
from plimsoll.wire.price_sets import PriceSet, PriceSetPage
from plimsoll.workflows.price_sets import upload_prices as upload

__all__ = ["get_price_set", "list_price_sets", "router", "upload_prices"]

router = ApiRouter("price-sets")


_FILE = "date,AAPL,MSFT\n2026-06-29,210.5,480.25\n2026-06-30,212.0,478.0\n"
_Reader = Annotated[Principal, Require[Permission.PRICES_READ]]
_Writer = Annotated[Principal, Require[Permission.PRICES_WRITE]]
_PriceFile = Annotated[
    bytes,
    Upload[
        {
            "text/csv": _FILE,
            "text/plain": _FILE,
            "application/vnd.apache.parquet": None,
            "application/gzip": None,
        }
    ],
]


@router.post("", status_code=201, response_model=PriceSet)
async def upload_prices(
    content: _PriceFile,
    once: Once,
    context: Context,
    _: _Writer,
    audit: Audit,
    name: Annotated[Name | None, Query(description="Name of the set; that of the file")] = None,
    source_name: Annotated[Name, Query(description="Name of the file")] = "prices.csv",
) -> Response:
    """Upload a file of prices, CSV or Parquet; the same prices again are the set that is there already."""

    async def make(session: AsyncSession) -> Response:
        with measured(context.metrics.runs):
            record = await upload(session, content=content, source_name=source_name, name=name)
        said = {"name": record.name, "sha256": record.sha256, "source": source_name}
        await audit(session, AuditAction.PRICES_UPLOADED, record.id, **said)
        location = f"{router.prefix}/{record.id}"
        return created(PriceSet.model_validate(record), location=location, tag=record.sha256)

    return await once(make)


@router.get("")
async def list_price_sets(context: Context, caller: _Reader, paging: Paging) -> PriceSetPage:
    """List price sets, oldest first."""
    async with context.database.session(caller.tenant) as session:
        found = await price_sets.page(session, after=paging.after, limit=paging.probe)
    shown, following = paging.cut(found, cursor=lambda record: record.id)
    return PriceSetPage(items=tuple(map(PriceSet.model_validate, shown)), next=following)


@router.get("/{price_set_id}", response_model=PriceSet, responses=UNCHANGED)
async def get_price_set(price_set_id: UUID, context: Context, caller: _Reader, request: Request) -> Response:
    """Read what is known about a price set."""
    async with context.database.session(caller.tenant) as session:
        record = await price_sets.get(session, price_set_id)
    known = not_modified(request, etag(record.sha256))
    return known or answer(PriceSet.model_validate(record), tag=record.sha256)
