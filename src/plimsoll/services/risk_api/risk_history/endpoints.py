"""Risk history: value, VaR, ES and P&L of a portfolio by day."""

import datetime as dt
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from plimsoll.security.permissions import Permission, Principal
from plimsoll.services.risk_api.answers import answer
from plimsoll.services.risk_api.context import Context
from plimsoll.services.risk_api.paging import Paging
from plimsoll.services.risk_api.requirements import Require
from plimsoll.services.risk_api.responses import content
from plimsoll.services.risk_api.risk_history.messages import history_stream, risk_day
from plimsoll.services.risk_api.risk_runs.arrow_stream import ARROW_STREAM
from plimsoll.services.risk_api.routes import API_PREFIX, ApiRouter
from plimsoll.wire.risk_history import RiskDayPage
from plimsoll.workflows.risk_history import risk_history

__all__ = ["get_risk_history", "router"]

router = ApiRouter("portfolios", prefix=f"{API_PREFIX}/portfolios/{{portfolio_id}}/history")

_MOST_ROWS = 10_000  # of an Arrow stream, which comes in one piece

_Reader = Annotated[Principal, Require[Permission.RUNS_READ]]


@router.get("", response_model=RiskDayPage, responses=content(ARROW_STREAM))
async def get_risk_history(
    portfolio_id: UUID,
    context: Context,
    caller: _Reader,
    paging: Paging,
    request: Request,
    method: Annotated[
        Literal["historical", "parametric", "monte-carlo"] | None,
        Query(description="Of the runs; that of the last run when left out"),
    ] = None,
    confidence: Annotated[
        float | None, Query(gt=0.5, le=0.9999, description="Of the runs; that of the last one")
    ] = None,
    horizon_days: Annotated[
        int | None, Query(ge=1, le=250, description="Of the runs; that of the last one")
    ] = None,
    first: Annotated[dt.date | None, Query(description="Date to begin with")] = None,
    last: Annotated[dt.date | None, Query(description="Date to end with")] = None,
) -> Response:
    """Read the last run of each day, all made with the same options, the oldest day first; also as Arrow."""
    whole = ARROW_STREAM in request.headers.get("accept", "")
    async with context.database.session(caller.tenant) as session:
        found = await risk_history(
            session,
            portfolio_id,
            method=method,
            confidence=confidence,
            horizon_days=horizon_days,
            first=first,
            last=last,
            after=paging.after,
            limit=_MOST_ROWS if whole else paging.probe,
        )
    if whole:
        stream = history_stream([risk_day(record) for record in found])
        return Response(stream, media_type=ARROW_STREAM, headers={"Vary": "Accept"})
    shown, following = paging.cut(found, cursor=lambda record: record.id)
    made = answer(RiskDayPage(items=tuple(map(risk_day, shown)), next=following))
    made.headers["Vary"] = "Accept"
    return made
