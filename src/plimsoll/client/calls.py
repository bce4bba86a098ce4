"""Portfolios, prices and runs as calls of the risk API."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import httpx2

from plimsoll.client.answers import message
from plimsoll.client.call import API_PREFIX, Call, following, get, once, post, text
from plimsoll.client.messages import checked
from plimsoll.errors import DataError, UnavailableError
from plimsoll.wire.cube import CubeCut
from plimsoll.wire.page import Page
from plimsoll.wire.portfolios import NewPortfolio, Portfolio, PortfolioChanges, PortfolioPage
from plimsoll.wire.positions import (
    Holdings,
    HoldingsVersion,
    ImportResult,
    Position,
    PositionHistory,
    PositionPage,
)
from plimsoll.wire.price_sets import PriceSet, PriceSetPage
from plimsoll.wire.replays import Replay, RunDiff
from plimsoll.wire.risk_runs import RiskRun, RiskRunPage
from plimsoll.wire.what_if import Trade, WhatIf, WhatIfResult

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "Upload",
    "archive_portfolio",
    "change_portfolio",
    "create_portfolio",
    "cube",
    "cube_table",
    "diff",
    "further_positions",
    "import_positions",
    "portfolio",
    "portfolios",
    "position_history",
    "positions",
    "price_set",
    "price_sets",
    "replay",
    "report",
    "report_html",
    "run",
    "runs",
    "upload_prices",
    "what_if",
]


Upload = Path | bytes
"""A file to send: where it is, or what is in it."""


_MOST_ROWS = 10_000  # positions of one answer
_ARROW = "application/vnd.apache.arrow.stream"
_KINDS = {b"PAR1": "application/vnd.apache.parquet", b"\x1f\x8b": "application/gzip"}


def create_portfolio(new: NewPortfolio, key: str | None) -> Call[Portfolio]:
    """Create a portfolio."""
    return post("/portfolios", message(Portfolio), new, key=key)


def portfolio(portfolio_id: UUID) -> Call[Portfolio]:
    """Read a portfolio."""
    return get(f"/portfolios/{portfolio_id}", message(Portfolio))


def portfolios(*, include_archived: bool, limit: int | None) -> Call[Page[Portfolio]]:
    """Read the first page of portfolios."""
    query = {"archived": "true" if include_archived else None, "limit": limit}
    return get("/portfolios", message(PortfolioPage), **query)


def change_portfolio(known: Portfolio, changes: PortfolioChanges) -> Call[Portfolio]:
    """Change a portfolio that nobody has changed since it was read."""
    content = changes.model_dump_json(exclude_unset=True).encode()
    return Call(
        method="PATCH",
        path=f"{API_PREFIX}/portfolios/{known.id}",
        read=message(Portfolio),
        headers={"Content-Type": "application/json", "If-Match": f'"{known.version}"'},
        content=content,
    )


def archive_portfolio(known: Portfolio) -> Call[Portfolio]:
    """Archive a portfolio that nobody has changed since it was read."""
    return Call(
        method="DELETE",
        path=f"{API_PREFIX}/portfolios/{known.id}",
        read=message(Portfolio),
        headers={"If-Match": f'"{known.version}"'},
    )


def import_positions(
    portfolio_id: UUID,
    file: Upload,
    *,
    valid_from: dt.date | None,
    source_name: str | None,
    key: str | None,
) -> Call[ImportResult]:
    """Send the positions of a portfolio."""
    return Call(
        method="PUT",
        path=f"{API_PREFIX}/portfolios/{portfolio_id}/positions",
        read=message(ImportResult),
        query={"valid_from": text(valid_from), "source_name": source_name or _name(file)},
        headers={"Content-Type": "text/csv", "Idempotency-Key": once(key)},
        content=_bytes(file),
        repeatable=True,
    )


def positions(portfolio_id: UUID, *, as_of: dt.date | None, known_at: dt.datetime | None) -> Call[Holdings]:
    """Read what a portfolio holds, as much of it as fits into one answer."""
    query = {"as_of": text(as_of), "known_at": text(known_at), "limit": _MOST_ROWS}
    return get(f"/portfolios/{portfolio_id}/positions", message(Holdings), **query)


def further_positions(held: Holdings) -> Call[Page[Position]] | None:
    """Read what did not fit into the answer; None if nothing is left."""
    call: Call[Page[Position]] = get("", message(PositionPage))
    return following(PositionPage(items=(), next=held.next), call)


def position_history(portfolio_id: UUID, *, limit: int | None) -> Call[Page[HoldingsVersion]]:
    """Read the first page of versions of what a portfolio holds."""
    return get(f"/portfolios/{portfolio_id}/positions/history", message(PositionHistory), limit=limit)


def upload_prices(
    file: Upload, *, name: str | None, source_name: str | None, key: str | None
) -> Call[PriceSet]:
    """Send prices."""
    content = _bytes(file)
    kinds = (kind for start, kind in _KINDS.items() if content.startswith(start))
    return Call(
        method="POST",
        path=f"{API_PREFIX}/price-sets",
        read=message(PriceSet),
        query={"name": name, "source_name": source_name or _name(file)},
        headers={"Content-Type": next(kinds, "text/csv"), "Idempotency-Key": once(key)},
        content=content,
        repeatable=True,
    )


def price_set(price_set_id: UUID) -> Call[PriceSet]:
    """Read about a price set."""
    return get(f"/price-sets/{price_set_id}", message(PriceSet))


def price_sets(*, limit: int | None) -> Call[Page[PriceSet]]:
    """Read the first page of price sets."""
    return get("/price-sets", message(PriceSetPage), limit=limit)


def run(run_id: UUID) -> Call[RiskRun]:
    """Read about a run."""
    return get(f"/risk-runs/{run_id}", message(RiskRun))


def runs(*, portfolio: UUID | None, limit: int | None) -> Call[Page[RiskRun]]:
    """Read the first page of runs."""
    return get("/risk-runs", message(RiskRunPage), portfolio=text(portfolio), limit=limit)


def report(run_id: UUID) -> Call[bytes]:
    """Read the JSON document of a run."""
    return get(f"/risk-runs/{run_id}/report", lambda response: response.content)


def report_html(run_id: UUID) -> Call[str]:
    """Read the report of a run as a page."""
    return get(f"/risk-runs/{run_id}/report.html", lambda response: response.text)


def cube(
    run_id: UUID, by: Sequence[str], confidence: float | None = None, node: Sequence[str] = ()
) -> Call[CubeCut]:
    """Cut the stored cube of a run."""
    return get(f"/risk-runs/{run_id}/cube", message(CubeCut), **_cut(by, confidence, node))


def cube_table(
    run_id: UUID, by: Sequence[str], confidence: float | None = None, node: Sequence[str] = ()
) -> Call["pa.Table"]:
    """Cut the stored cube of a run; the answer is a table."""
    path, query = f"{API_PREFIX}/risk-runs/{run_id}/cube", _cut(by, confidence, node)
    return Call(
        method="GET", path=path, query=query, read=_table, headers={"Accept": _ARROW}, repeatable=True
    )


def what_if(run_id: UUID, trades: Sequence[Trade]) -> Call[WhatIfResult]:
    """Ask what trades would do; nothing is stored."""
    return post(
        f"/risk-runs/{run_id}/what-if", message(WhatIfResult), checked(WhatIf, {"trades": tuple(trades)})
    )


def replay(run_id: UUID) -> Call[Replay]:
    """Calculate a run again; nothing is stored."""
    return post(f"/risk-runs/{run_id}/replay", message(Replay))


def diff(before: UUID, after: UUID) -> Call[RunDiff]:
    """Compare two runs."""
    return get(f"/risk-runs/{before}/diff/{after}", message(RunDiff))


def _cut(by: Sequence[str], confidence: float | None, node: Sequence[str]) -> dict[str, Any]:
    return {"by": ",".join(by) or None, "confidence": confidence, "node": ",".join(node) or None}


def _table(response: httpx2.Response) -> "pa.Table":
    import pyarrow as pa

    try:
        with pa.ipc.open_stream(response.content) as stream:
            return stream.read_all()
    except pa.ArrowInvalid as error:
        raise UnavailableError("the answer is no Arrow table") from error


def _bytes(file: Upload) -> bytes:
    if isinstance(file, bytes):
        return file
    try:
        return file.read_bytes()
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror}", file=str(file)) from error


def _name(file: Upload) -> str | None:
    return file.name if isinstance(file, Path) else None
