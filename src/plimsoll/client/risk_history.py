"""Risk history: the calls, and the methods of both clients."""

import datetime as dt
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any
from uuid import UUID

import httpx2

from plimsoll.client.answers import message
from plimsoll.client.call import API_PREFIX, Call, get, text
from plimsoll.client.sending import AsyncSends, Sends
from plimsoll.wire.page import Page
from plimsoll.wire.risk_history import RiskDay, RiskDayPage

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["AsyncHistoryMethods", "HistoryMethods"]

_ARROW = "application/vnd.apache.arrow.stream"


def _query(options: dict[str, Any]) -> dict[str, Any]:
    return {name: text(value) if isinstance(value, dt.date) else value for name, value in options.items()}


def _days(portfolio_id: UUID, options: dict[str, Any], page_size: int | None) -> Call[Page[RiskDay]]:
    path = f"/portfolios/{portfolio_id}/history"
    return get(path, message(RiskDayPage), **_query(options), limit=page_size)


def _table(portfolio_id: UUID, options: dict[str, Any]) -> "Call[pa.Table]":
    return Call(
        method="GET",
        path=f"{API_PREFIX}/portfolios/{portfolio_id}/history",
        read=_read,
        query=_query(options),
        headers={"Accept": _ARROW},
        repeatable=True,
    )


def _read(response: httpx2.Response) -> "pa.Table":
    import pyarrow as pa

    return pa.ipc.open_stream(response.content).read_all()


class HistoryMethods(Sends):
    """The risk history of a client that waits for each answer."""

    def risk_history(
        self, portfolio_id: UUID, *, page_size: int | None = None, **options: Any
    ) -> Iterator[RiskDay]:
        """Yield value, VaR, ES and P&L of a portfolio by day, the oldest day first.

        Parameters
        ----------
        portfolio_id
            Whose.
        page_size
            Days to fetch at a time.
        **options
            ``first`` and ``last`` are dates; ``method``, ``confidence`` and ``horizon_days`` choose the runs,
            by default those made like the last one.
        """
        return self.items(_days(portfolio_id, options, page_size))

    def risk_history_table(self, portfolio_id: UUID, **options: Any) -> "pa.Table":
        """Return what `risk_history` yields as one Arrow table."""
        return self.send(_table(portfolio_id, options))


class AsyncHistoryMethods(AsyncSends):
    """The risk history of a client on an event loop; see `HistoryMethods`."""

    def risk_history(
        self, portfolio_id: UUID, *, page_size: int | None = None, **options: Any
    ) -> AsyncIterator[RiskDay]:
        """Yield value, VaR, ES and P&L of a portfolio by day, the oldest day first."""
        return self.items(_days(portfolio_id, options, page_size))

    async def risk_history_table(self, portfolio_id: UUID, **options: Any) -> "pa.Table":
        """Return what `risk_history` yields as one Arrow table."""
        return await self.send(_table(portfolio_id, options))
