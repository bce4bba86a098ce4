"""Live risk: the numbers of now, the numbers as they come, and the ticks behind them."""

from typing import Annotated
from uuid import UUID

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response
from starlette.websockets import WebSocket

from plimsoll.data.store import portfolios
from plimsoll.errors import NotFoundError
from plimsoll.security.audit_actions import AuditAction
from plimsoll.security.permissions import Permission, Principal
from plimsoll.services.risk_api.auditing import address_of
from plimsoll.services.risk_api.authentication import still_allowed
from plimsoll.services.risk_api.context import ApiContext, Context, Live, context_of, live_of
from plimsoll.services.risk_api.etags import etag, not_modified
from plimsoll.services.risk_api.live.tick_socket import SocketLimits, TickConversation
from plimsoll.services.risk_api.live.update_stream import UpdateStream
from plimsoll.services.risk_api.problems import ProblemError
from plimsoll.services.risk_api.requirements import Require
from plimsoll.services.risk_api.responses import UNCHANGED, content
from plimsoll.services.risk_api.risk_runs.requests import attributes
from plimsoll.services.risk_api.routes import ApiRouter
from plimsoll.services.risk_api.server_sent_events import EVENT_STREAM, LastEventId
from plimsoll.wire.live import LiveUpdate
from plimsoll.workflows.audit import record

__all__ = ["follow_live_portfolio", "get_live_portfolio", "router", "send_ticks"]

router = ApiRouter("live")

_Reader = Annotated[Principal, Require[Permission.LIVE_READ]]
_By = Annotated[
    str,
    Query(max_length=1000, description="Attributes, top down, with commas between", examples=["desk,sector"]),
]


@router.get("/portfolios/{portfolio_id}", response_model=LiveUpdate, responses=UNCHANGED)
async def get_live_portfolio(
    portfolio_id: UUID, live: Live, context: Context, caller: _Reader, request: Request, by: _By = ""
) -> Response:
    """Read the risk of now; the first call makes the portfolio live, on the run of its latest date."""
    await _check_seen(context, caller, portfolio_id)
    stream = await live.open(caller.tenant, portfolio_id, attributes(by))
    latest = await stream.now()
    if latest is None:
        raise ProblemError(503, "unavailable", "There are no live numbers yet.", remedy="Try again.")
    known = not_modified(request, etag(latest.id))
    return known or Response(latest.body, headers={"ETag": etag(latest.id)}, media_type="application/json")


@router.get("/portfolios/{portfolio_id}/stream", response_class=Response, responses=content(EVENT_STREAM))
async def follow_live_portfolio(
    portfolio_id: UUID,
    live: Live,
    context: Context,
    caller: _Reader,
    request: Request,
    last: LastEventId,
    by: _By = "",
) -> Response:
    """Follow the risk as it moves: events `snapshot`, `update`, `coalesced`, `reset`, each with an update.

    Each update is complete. `coalesced` stands for several, for a client that is slow; `reset` says that the
    stream cannot go on after `Last-Event-ID`.
    """
    await _check_seen(context, caller, portfolio_id)
    stream = await live.open(caller.tenant, portfolio_id, attributes(by))
    allowed = still_allowed(request, caller, Permission.LIVE_READ)

    async def still() -> bool:
        try:
            await _check_seen(context, caller, portfolio_id)
        except NotFoundError:  # it was moved out of what the caller sees
            return False
        return await allowed()

    return UpdateStream(
        stream.feed,
        last,
        still,
        context.streams,
        context.metrics.live,
    )


@router.socket("/ticks", permission=Permission.TICKS_WRITE)
async def send_ticks(socket: WebSocket, caller: Principal) -> None:
    """Take ticks: batches of symbol, price and time in, an acknowledgement of each out."""
    context = context_of(socket)
    async with context.database.session(caller.tenant) as session:
        # Once for the connection: each tick is seen in the prices, and there are thousands a second.
        await record(
            session, AuditAction.TICKS_SENT, actor=caller, subject="live", address=address_of(socket)
        )
    still = still_allowed(socket, caller, Permission.TICKS_WRITE)
    conversation = TickConversation(
        socket, caller, still, live_of(socket), context.streams, context.metrics.live, SocketLimits()
    )
    await conversation.hold()


async def _check_seen(context: ApiContext, caller: Principal, portfolio_id: UUID) -> None:
    """Refuse a portfolio that a caller who sees some alone does not see: live numbers are shared by all."""
    if context.database.is_narrowed:
        async with context.database.session(caller.tenant) as session:
            await portfolios.get(session, portfolio_id)
