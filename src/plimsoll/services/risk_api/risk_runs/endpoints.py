"""Risk runs: start, list, read; cut the cube, ask what-if, replay, compare."""

import hashlib
from typing import Annotated
from uuid import UUID

from fastapi import Query
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from plimsoll.data.store import holdings, portfolios
from plimsoll.monitoring.stages import measured
from plimsoll.performance.cache_keys import CacheKey
from plimsoll.performance.overload import Priority
from plimsoll.security.audit_actions import AuditAction
from plimsoll.security.permissions import Permission, Principal
from plimsoll.services.risk_api.answers import answer, created
from plimsoll.services.risk_api.auditing import Audit
from plimsoll.services.risk_api.context import Calculations, Context, Limits
from plimsoll.services.risk_api.effort import effort
from plimsoll.services.risk_api.etags import etag, not_modified
from plimsoll.services.risk_api.idempotency import Once
from plimsoll.services.risk_api.jobs.messages import accepted
from plimsoll.services.risk_api.kept_answers import FOR_GOOD, kept
from plimsoll.services.risk_api.paging import Paging
from plimsoll.services.risk_api.preferences import RespondAsync
from plimsoll.services.risk_api.requirements import Require
from plimsoll.services.risk_api.responses import ACCEPTED, CONFLICT, UNCHANGED, content
from plimsoll.services.risk_api.risk_runs import messages
from plimsoll.services.risk_api.risk_runs.arrow_stream import ARROW_STREAM, arrow_stream
from plimsoll.services.risk_api.risk_runs.page_policy import page_policy
from plimsoll.services.risk_api.risk_runs.requests import attributes, is_long, position_of, report_request
from plimsoll.services.risk_api.routes import ApiRouter
from plimsoll.wire.cube import CubeCut
from plimsoll.wire.replays import Replay, RunDiff
from plimsoll.wire.risk_runs import NewRiskRun, RiskRun, RiskRunPage
from plimsoll.wire.what_if import WhatIf, WhatIfResult
from plimsoll.workflows import replay, runs
from plimsoll.workflows.cube_queries import cut
from plimsoll.workflows.identity import code_version
from plimsoll.workflows.risk_run_jobs import enqueue_run
from plimsoll.workflows.what_if import what_if

__all__ = [
    "ask_what_if",
    "cut_cube",
    "diff_risk_runs",
    "get_report",
    "get_report_page",
    "get_risk_run",
    "list_risk_runs",
    "replay_risk_run",
    "router",
    "start_risk_run",
]

router = ApiRouter("risk-runs")

_WHAT_IF_SECONDS = 600.0  # the answer stays true for ever, but people go on to the next basket


_REPORT = {"schema_version": 1, "as_of": "2026-06-30", "base_currency": "USD", "value": 11854675.6}
_Reader = Annotated[Principal, Require[Permission.RUNS_READ]]
_Starter = Annotated[Principal, Require[Permission.RUNS_START]]


@router.post("", status_code=201, response_model=RiskRun, responses=ACCEPTED)
@effort(cost=50, priority=Priority.CALCULATION)
async def start_risk_run(
    new: NewRiskRun,
    once: Once,
    context: Context,
    calculations: Calculations,
    respond_async: RespondAsync,
    caller: _Starter,
    audit: Audit,
) -> Response:
    """Calculate the risk of a portfolio; report and vectors are kept under the identity of the run.

    With ``Prefer: respond-async``, and always where more than 100,000 scenarios are to be drawn or positions
    times scenarios are more than five million, the answer is 202 and a job.
    """

    async def put_down(session: AsyncSession) -> Response:
        portfolio = await portfolios.get(session, new.portfolio_id)
        job = await enqueue_run(
            session,
            portfolio_id=new.portfolio_id,
            price_set_id=new.price_set_id,
            request=report_request(new.options, base_currency=portfolio.base_currency),
            known_at=new.known_at,
            created_by=caller.id,
        )
        await audit(session, AuditAction.RUN_STARTED, job.id, portfolio=new.portfolio_id, as_job=True)
        return accepted(job)

    async def make(session: AsyncSession) -> Response:
        portfolio = await portfolios.get(session, new.portfolio_id)
        with context.metrics.runs.seconds.time(), measured(context.metrics.runs):
            record = await runs.start_run(
                context.database,
                caller.tenant,
                portfolio_id=new.portfolio_id,
                price_set_id=new.price_set_id,
                request=report_request(new.options, base_currency=portfolio.base_currency),
                known_at=new.known_at,
                created_by=caller.id,
                within=session,
            )
        await audit(session, AuditAction.RUN_STARTED, record.id, portfolio=new.portfolio_id)
        location = f"{router.prefix}/{record.id}"
        return created(messages.risk_run(record), location=location, tag=str(record.id))

    async with context.database.session(caller.tenant) as session:
        last = await holdings.history(session, new.portfolio_id, limit=1)
    if respond_async or is_long(new.options, last[0].positions if last else 0):
        return await once(put_down)
    async with calculations:
        return await once(make)


@router.get("")
async def list_risk_runs(
    context: Context,
    caller: _Reader,
    paging: Paging,
    portfolio: Annotated[UUID | None, Query(description="Only runs of this portfolio")] = None,
) -> RiskRunPage:
    """List risk runs, the last one first."""
    found = await runs.list_runs(
        context.database, caller.tenant, portfolio_id=portfolio, after=paging.after, limit=paging.probe
    )
    shown, following = paging.cut(found, cursor=lambda record: record.id)
    return RiskRunPage(items=tuple(map(messages.risk_run, shown)), next=following)


@router.get("/{run_id}", response_model=RiskRun, responses=UNCHANGED)
@kept(FOR_GOOD)
async def get_risk_run(run_id: UUID, context: Context, caller: _Reader, request: Request) -> Response:
    """Read what is known about a run without its report."""
    record = await runs.get_run(context.database, caller.tenant, run_id)
    known = not_modified(request, etag(str(record.id)))
    return known or answer(messages.risk_run(record), tag=str(record.id))


@router.get(
    "/{run_id}/report", responses={**content("application/json", {"type": "object"}, _REPORT), **UNCHANGED}
)
@kept(FOR_GOOD)
async def get_report(run_id: UUID, context: Context, caller: _Reader, request: Request) -> Response:
    """Read the report: byte for byte the document of ``plimsoll report --json``."""
    record = await runs.get_run(context.database, caller.tenant, run_id)
    known = not_modified(request, etag(record.run_id))
    if known is not None:
        return known
    document = await runs.get_report(context.database, caller.tenant, run_id)
    return Response(document, headers={"ETag": etag(record.run_id)}, media_type="application/json")


@router.get("/{run_id}/report.html", response_class=Response, responses={**content("text/html"), **CONFLICT})
@kept(FOR_GOOD)
@effort(cost=5, priority=Priority.CALCULATION)
async def get_report_page(run_id: UUID, context: Context, caller: _Reader) -> Response:
    """Read the report as one self-contained page."""
    page = await replay.report_page(context.database, caller.tenant, run_id)
    return Response(page, headers={"Content-Security-Policy": page_policy(page)}, media_type="text/html")


@router.get("/{run_id}/cube", response_model=CubeCut, responses=content(ARROW_STREAM))
@kept(FOR_GOOD)
@effort(cost=5, priority=Priority.CALCULATION)
async def cut_cube(
    run_id: UUID,
    context: Context,
    caller: _Reader,
    request: Request,
    by: Annotated[
        str,
        Query(
            max_length=1000, description="Attributes, top down, with commas between", examples=["desk,sector"]
        ),
    ] = "",
    confidence: Annotated[
        float | None,
        Query(gt=0.5, lt=1, description="Of VaR and ES, as a fraction; that of the run when left out"),
    ] = None,
    node: Annotated[
        str,
        Query(
            max_length=1000,
            description="Only this slice and what is inside it: labels, top down, with commas between",
            examples=["Equity L/S"],
        ),
    ] = "",
) -> Response:
    """Cut the stored cube by any attributes, without pricing again; also as an Arrow stream."""
    names = attributes(by)
    record = await runs.get_run(context.database, caller.tenant, run_id)
    below = node.split(",") if node else []
    nodes = await cut(context.database, caller.tenant, run_id, by=names, confidence=confidence, below=below)
    found = messages.cube_cut(record, names, nodes)
    if ARROW_STREAM in request.headers.get("accept", ""):
        return Response(arrow_stream(found), media_type=ARROW_STREAM, headers={"Vary": "Accept"})
    made = answer(found)
    made.headers["Vary"] = "Accept"
    return made


@router.post("/{run_id}/what-if", response_model=WhatIfResult, responses=CONFLICT)
@effort(cost=10, priority=Priority.CALCULATION)
async def ask_what_if(
    run_id: UUID, basket: WhatIf, context: Context, limits: Limits, caller: _Reader
) -> Response:
    """Ask what a basket of trades would do to value, VaR and ES, without pricing the portfolio again."""
    trades = [position_of(trade, place) for place, trade in enumerate(basket.trades)]

    known = await limits.of_run(context.database, caller.tenant, run_id)

    async def make() -> bytes:
        result = await what_if(context.database, caller.tenant, run_id, trades, known=known)
        return messages.what_if_result(run_id, result).model_dump_json().encode()

    # All that the answer depends on: a limit that changes is another key.
    basket_hash = hashlib.sha256(basket.model_dump_json().encode()).hexdigest()
    key = CacheKey(caller.tenant, "what-if", (code_version(), str(run_id), basket_hash, known.sha256))
    found = await context.cache.get_or_make(key, make, seconds=_WHAT_IF_SECONDS)
    return Response(found, media_type="application/json")


@router.post("/{run_id}/replay")
@effort(cost=50, priority=Priority.CALCULATION)
async def replay_risk_run(run_id: UUID, context: Context, caller: _Starter) -> Replay:
    """Calculate a run again from its stored inputs and compare every bit."""
    found = await replay.replay(context.database, caller.tenant, run_id)
    return Replay(risk_run=run_id, identical=found.identical, differences=found.differences)


@router.get("/{run_id}/diff/{other_id}")
@kept(FOR_GOOD)
@effort(cost=5, priority=Priority.CALCULATION)
async def diff_risk_runs(run_id: UUID, other_id: UUID, context: Context, caller: _Reader) -> RunDiff:
    """Say what differs between two runs, and by how much the result moved."""
    found = await replay.diff(context.database, caller.tenant, run_id, other_id)
    return messages.run_diff(run_id, other_id, found)
