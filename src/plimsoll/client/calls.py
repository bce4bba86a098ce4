"""Each operation of the risk API as a call: what is sent, and how the answer is read."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from uuid import UUID, uuid4

import httpx2

from plimsoll.client.answers import message
from plimsoll.errors import DataError, UnavailableError
from plimsoll.wire.cube import CubeCut
from plimsoll.wire.model import WireModel
from plimsoll.wire.page import Page
from plimsoll.wire.portfolios import NewPortfolio, Portfolio, PortfolioChanges, PortfolioPage
from plimsoll.wire.positions import Holdings, ImportResult, PositionHistory
from plimsoll.wire.price_sets import PriceSet, PriceSetPage
from plimsoll.wire.replays import Replay, RunDiff
from plimsoll.wire.risk_runs import NewRiskRun, RiskRun, RiskRunPage
from plimsoll.wire.what_if import Trade, WhatIf, WhatIfResult

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "Call",
    "Upload",
    "archive_portfolio",
    "change_portfolio",
    "create_portfolio",
    "cube",
    "cube_table",
    "diff",
    "following",
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
    "start_run",
    "upload_prices",
    "what_if",
]

_PREFIX = "/api/v1"

Upload = Path | bytes
"""A file to send: where it is, or what is in it."""

_Answer = TypeVar("_Answer")
_Item = TypeVar("_Item", bound=WireModel)

_ARROW = "application/vnd.apache.arrow.stream"
_KINDS = {b"PAR1": "application/vnd.apache.parquet", b"\x1f\x8b": "application/gzip"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Generic[_Answer]):
    """One request and the reader of its answer.

    Parameters
    ----------
    method, path
        Of HTTP; the path begins with `_PREFIX`.
    read
        Makes of an answer what the caller wants.
    query
        Parameters; those that are None are left out.
    headers
        Beside those that every request has.
    content
        The body.
    repeatable
        Whether sending it twice does no more than sending it once.
    """

    method: str
    path: str
    read: Callable[[httpx2.Response], _Answer]
    query: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes | None = None
    repeatable: bool = False

    def request(self, client: httpx2.Client | httpx2.AsyncClient) -> httpx2.Request:
        """Return the request as `client` sends it."""
        query = {name: value for name, value in self.query.items() if value is not None}
        return client.build_request(
            self.method, self.path, params=query or None, headers=self.headers, content=self.content
        )


def create_portfolio(new: NewPortfolio, key: str | None) -> Call[Portfolio]:
    """Create a portfolio."""
    return _post("/portfolios", message(Portfolio), new, key=key)


def portfolio(portfolio_id: UUID) -> Call[Portfolio]:
    """Read a portfolio."""
    return _get(f"/portfolios/{portfolio_id}", message(Portfolio))


def portfolios(*, include_archived: bool, limit: int | None) -> Call[Page[Portfolio]]:
    """Read the first page of portfolios."""
    query = {"archived": "true" if include_archived else None, "limit": limit}
    return _get("/portfolios", message(PortfolioPage), **query)


def change_portfolio(known: Portfolio, changes: PortfolioChanges) -> Call[Portfolio]:
    """Change a portfolio that nobody has changed since it was read."""
    content = changes.model_dump_json(exclude_unset=True).encode()
    return Call(
        method="PATCH",
        path=f"{_PREFIX}/portfolios/{known.id}",
        read=message(Portfolio),
        headers={"Content-Type": "application/json", "If-Match": f'"{known.version}"'},
        content=content,
    )


def archive_portfolio(known: Portfolio) -> Call[Portfolio]:
    """Archive a portfolio that nobody has changed since it was read."""
    return Call(
        method="DELETE",
        path=f"{_PREFIX}/portfolios/{known.id}",
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
        path=f"{_PREFIX}/portfolios/{portfolio_id}/positions",
        read=message(ImportResult),
        query={"valid_from": _text(valid_from), "source_name": source_name or _name(file)},
        headers={"Content-Type": "text/csv", "Idempotency-Key": key or uuid4().hex},
        content=_bytes(file),
        repeatable=True,
    )


def positions(portfolio_id: UUID, *, as_of: dt.date | None, known_at: dt.datetime | None) -> Call[Holdings]:
    """Read what a portfolio holds."""
    query = {"as_of": _text(as_of), "known_at": _text(known_at)}
    return _get(f"/portfolios/{portfolio_id}/positions", message(Holdings), **query)


def position_history(portfolio_id: UUID) -> Call[PositionHistory]:
    """Read every version of what a portfolio holds."""
    return _get(f"/portfolios/{portfolio_id}/positions/history", message(PositionHistory))


def upload_prices(
    file: Upload, *, name: str | None, source_name: str | None, key: str | None
) -> Call[PriceSet]:
    """Send prices."""
    content = _bytes(file)
    kinds = (kind for start, kind in _KINDS.items() if content.startswith(start))
    return Call(
        method="POST",
        path=f"{_PREFIX}/price-sets",
        read=message(PriceSet),
        query={"name": name, "source_name": source_name or _name(file)},
        headers={"Content-Type": next(kinds, "text/csv"), "Idempotency-Key": key or uuid4().hex},
        content=content,
        repeatable=True,
    )


def price_set(price_set_id: UUID) -> Call[PriceSet]:
    """Read about a price set."""
    return _get(f"/price-sets/{price_set_id}", message(PriceSet))


def price_sets(*, limit: int | None) -> Call[Page[PriceSet]]:
    """Read the first page of price sets."""
    return _get("/price-sets", message(PriceSetPage), limit=limit)


def start_run(new: NewRiskRun, key: str | None) -> Call[RiskRun]:
    """Calculate."""
    return _post("/risk-runs", message(RiskRun), new, key=key)


def run(run_id: UUID) -> Call[RiskRun]:
    """Read about a run."""
    return _get(f"/risk-runs/{run_id}", message(RiskRun))


def runs(*, portfolio: UUID | None, limit: int | None) -> Call[Page[RiskRun]]:
    """Read the first page of runs."""
    return _get("/risk-runs", message(RiskRunPage), portfolio=_text(portfolio), limit=limit)


def report(run_id: UUID) -> Call[bytes]:
    """Read the JSON document of a run."""
    return _get(f"/risk-runs/{run_id}/report", lambda response: response.content)


def report_html(run_id: UUID) -> Call[str]:
    """Read the report of a run as a page."""
    return _get(f"/risk-runs/{run_id}/report.html", lambda response: response.text)


def cube(run_id: UUID, by: Sequence[str]) -> Call[CubeCut]:
    """Cut the stored cube of a run."""
    return _get(f"/risk-runs/{run_id}/cube", message(CubeCut), by=",".join(by) or None)


def cube_table(run_id: UUID, by: Sequence[str]) -> Call["pa.Table"]:
    """Cut the stored cube of a run; the answer is a table."""
    path, query = f"{_PREFIX}/risk-runs/{run_id}/cube", {"by": ",".join(by) or None}
    return Call(
        method="GET", path=path, query=query, read=_table, headers={"Accept": _ARROW}, repeatable=True
    )


def what_if(run_id: UUID, trades: Sequence[Trade]) -> Call[WhatIfResult]:
    """Ask what trades would do; nothing is stored."""
    return _post(f"/risk-runs/{run_id}/what-if", message(WhatIfResult), WhatIf(trades=tuple(trades)))


def replay(run_id: UUID) -> Call[Replay]:
    """Calculate a run again; nothing is stored."""
    return _post(f"/risk-runs/{run_id}/replay", message(Replay))


def diff(before: UUID, after: UUID) -> Call[RunDiff]:
    """Compare two runs."""
    return _get(f"/risk-runs/{before}/diff/{after}", message(RunDiff))


def following(page: Page[_Item], call: Call[Page[_Item]]) -> Call[Page[_Item]] | None:
    """Return the call for the page after `page`; None after the last.

    Raises
    ------
    UnavailableError
        If the link leads out of the API: the key goes nowhere else.
    """
    if page.next is None:
        return None
    if not page.next.startswith(f"{_PREFIX}/"):
        raise UnavailableError("the link to the next page leads out of the API")
    return Call(method="GET", path=page.next, read=call.read, repeatable=True)


def _get(path: str, read: Callable[[httpx2.Response], _Answer], **query: Any) -> Call[_Answer]:
    return Call(method="GET", path=_PREFIX + path, read=read, query=query, repeatable=True)


def _post(
    path: str,
    read: Callable[[httpx2.Response], _Answer],
    body: WireModel | None = None,
    *,
    key: str | None = "",
) -> Call[_Answer]:
    """Return a call that may be repeated: under a key, unless it is empty because nothing is stored."""
    headers = {} if body is None else {"Content-Type": "application/json"}
    if key != "":
        headers["Idempotency-Key"] = key or uuid4().hex
    content = None if body is None else body.model_dump_json(exclude_unset=True).encode()
    return Call(
        method="POST", path=_PREFIX + path, read=read, headers=headers, content=content, repeatable=True
    )


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


def _text(value: dt.date | UUID | None) -> str | None:
    if value is None:
        return None
    return value.isoformat() if isinstance(value, dt.date) else str(value)
