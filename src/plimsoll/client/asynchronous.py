"""The client for programs on an event loop."""

import datetime as dt
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from plimsoll.client import calls
from plimsoll.client.alerts import AsyncAlertMethods
from plimsoll.client.audit import AsyncAuditMethods
from plimsoll.client.breaches import AsyncBreachMethods
from plimsoll.client.calls import Upload
from plimsoll.client.channels import AsyncChannelMethods
from plimsoll.client.events import AsyncEventMethods
from plimsoll.client.factors import AsyncFactorMethods
from plimsoll.client.grants import AsyncGrantMethods
from plimsoll.client.identity_providers import AsyncIdentityProviderMethods
from plimsoll.client.imports import AsyncImportMethods
from plimsoll.client.instruments import AsyncInstrumentMethods
from plimsoll.client.jobs import AsyncJobMethods, start_run
from plimsoll.client.limits import AsyncLimitMethods
from plimsoll.client.live import AsyncLiveMethods
from plimsoll.client.messages import new_portfolio, new_run, portfolio_changes, trades_of
from plimsoll.client.portfolio_tree import AsyncTreeMethods
from plimsoll.client.prices import AsyncPriceMethods
from plimsoll.client.program_accounts import AsyncServiceAccountMethods
from plimsoll.client.recoveries import AsyncRecoveryMethods
from plimsoll.client.risk_history import AsyncHistoryMethods
from plimsoll.client.roles import AsyncRoleMethods
from plimsoll.client.schedules import AsyncScheduleMethods
from plimsoll.client.sealing import AsyncSealingMethods
from plimsoll.client.teams import AsyncTeamMethods
from plimsoll.client.users import AsyncUserMethods
from plimsoll.client.webhooks import AsyncWebhookMethods
from plimsoll.wire.cube import CubeCut
from plimsoll.wire.portfolios import Portfolio
from plimsoll.wire.positions import Holdings, HoldingsVersion, ImportResult
from plimsoll.wire.price_sets import PriceSet
from plimsoll.wire.replays import Replay, RunDiff
from plimsoll.wire.risk_runs import RiskRun
from plimsoll.wire.what_if import Trade, WhatIfResult

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["AsyncRiskClient"]


class AsyncRiskClient(
    AsyncJobMethods,
    AsyncLimitMethods,
    AsyncBreachMethods,
    AsyncHistoryMethods,
    AsyncScheduleMethods,
    AsyncServiceAccountMethods,
    AsyncAlertMethods,
    AsyncChannelMethods,
    AsyncEventMethods,
    AsyncIdentityProviderMethods,
    AsyncFactorMethods,
    AsyncImportMethods,
    AsyncInstrumentMethods,
    AsyncLiveMethods,
    AsyncPriceMethods,
    AsyncSealingMethods,
    AsyncRecoveryMethods,
    AsyncTreeMethods,
    AsyncUserMethods,
    AsyncWebhookMethods,
    AsyncAuditMethods,
    AsyncRoleMethods,
    AsyncTeamMethods,
    AsyncGrantMethods,
):
    """The risk API as coroutines and async iterators; otherwise as :class:`plimsoll.client.RiskClient`.

    ::

        async with AsyncRiskClient("http://127.0.0.1:8000", key) as client:
            async for book in client.portfolios():
                run = await client.start_run(book.id)

    Parameters
    ----------
    url, api_key, timeout, retries
        As for :class:`plimsoll.client.RiskClient`.
    transport
        Another way than the network: ``httpx2.ASGITransport`` reaches an application in this process.

    Raises
    ------
    UsageError
        If the URL or the key cannot be used.
    """

    def portfolios(
        self, *, include_archived: bool = False, page_size: int | None = None
    ) -> AsyncIterator[Portfolio]:
        """Yield portfolios, oldest first; pages are fetched as they are needed."""
        return self.items(calls.portfolios(include_archived=include_archived, limit=page_size))

    async def portfolio(self, portfolio_id: UUID) -> Portfolio:
        """Return a portfolio."""
        return await self.send(calls.portfolio(portfolio_id))

    async def create_portfolio(
        self,
        name: str,
        *,
        base_currency: str = "USD",
        parent_id: UUID | None = None,
        idempotency_key: str | None = None,
    ) -> Portfolio:
        """Create a portfolio; see `RiskClient`."""
        return await self.send(
            calls.create_portfolio(new_portfolio(name, base_currency, parent_id), idempotency_key)
        )

    async def rename_portfolio(self, known: Portfolio, name: str) -> Portfolio:
        """Rename a portfolio; a PreconditionError says that somebody has changed it since it was read."""
        return await self.send(calls.change_portfolio(known, portfolio_changes(name=name)))

    async def move_portfolio(self, known: Portfolio, parent_id: UUID | None) -> Portfolio:
        """Put a portfolio under another one, or to the top; see `rename_portfolio` about versions."""
        return await self.send(calls.change_portfolio(known, portfolio_changes(parent_id=parent_id)))

    async def archive_portfolio(self, known: Portfolio) -> Portfolio:
        """Archive a portfolio; its positions and runs stay readable."""
        return await self.send(calls.archive_portfolio(known))

    async def import_positions(
        self,
        portfolio_id: UUID,
        file: Upload,
        *,
        valid_from: dt.date | None = None,
        source_name: str | None = None,
        idempotency_key: str | None = None,
    ) -> ImportResult:
        """Import a file of positions; earlier versions stay known; see `RiskClient`."""
        call = calls.import_positions(
            portfolio_id, file, valid_from=valid_from, source_name=source_name, key=idempotency_key
        )
        return await self.send(call)

    async def positions(
        self, portfolio_id: UUID, *, as_of: dt.date | None = None, known_at: dt.datetime | None = None
    ) -> Holdings:
        """Return what a portfolio held on a date, as it was known at an instant (with a time zone)."""
        held = await self.send(calls.positions(portfolio_id, as_of=as_of, known_at=known_at))
        further = calls.further_positions(held)
        if further is None:
            return held
        rest = tuple([one async for one in self.items(further)])
        return held.model_copy(update={"positions": held.positions + rest, "next": None})

    def position_history(
        self, portfolio_id: UUID, *, page_size: int | None = None
    ) -> AsyncIterator[HoldingsVersion]:
        """Yield every version of what a portfolio holds, the one known last first."""
        return self.items(calls.position_history(portfolio_id, limit=page_size))

    async def upload_prices(
        self,
        file: Upload,
        *,
        name: str | None = None,
        source_name: str | None = None,
        idempotency_key: str | None = None,
    ) -> PriceSet:
        """Upload prices as CSV, gzipped CSV or Parquet; see `RiskClient`."""
        call = calls.upload_prices(file, name=name, source_name=source_name, key=idempotency_key)
        return await self.send(call)

    def price_sets(self, *, page_size: int | None = None) -> AsyncIterator[PriceSet]:
        """Yield price sets, oldest first."""
        return self.items(calls.price_sets(limit=page_size))

    async def price_set(self, price_set_id: UUID) -> PriceSet:
        """Return what is known about a price set."""
        return await self.send(calls.price_set(price_set_id))

    async def start_run(
        self,
        portfolio_id: UUID,
        *,
        price_set_id: UUID | None = None,
        known_at: dt.datetime | None = None,
        idempotency_key: str | None = None,
        **options: Any,
    ) -> RiskRun:
        """Calculate the risk of a portfolio and return the stored run; see `RiskClient`."""
        new = new_run(portfolio_id, price_set_id, known_at, options)
        return await self._made(await self.send(start_run(new, idempotency_key)))

    def runs(
        self, portfolio_id: UUID | None = None, *, page_size: int | None = None
    ) -> AsyncIterator[RiskRun]:
        """Yield runs, of one portfolio or of all, the last made first."""
        return self.items(calls.runs(portfolio=portfolio_id, limit=page_size))

    async def run(self, run_id: UUID) -> RiskRun:
        """Return what is known about a run."""
        return await self.send(calls.run(run_id))

    async def report(self, run_id: UUID) -> dict[str, Any]:
        """Return the report of a run."""
        found: dict[str, Any] = json.loads(await self.report_document(run_id))
        return found

    async def report_document(self, run_id: UUID) -> bytes:
        """Return the JSON document of a run's report, byte for byte as it was stored."""
        return await self.send(calls.report(run_id))

    async def report_html(self, run_id: UUID) -> str:
        """Return the report of a run as one self-contained page."""
        return await self.send(calls.report_html(run_id))

    async def cube(
        self,
        run_id: UUID,
        by: Sequence[str] = (),
        *,
        confidence: float | None = None,
        node: Sequence[str] = (),
    ) -> CubeCut:
        """Return the risk of every slice of a run along a tree of attributes, without repricing.

        Parameters
        ----------
        run_id
            The run.
        by
            Names of attributes, top down; empty for the whole book alone.
        confidence
            Of VaR and ES, as a fraction; None for that of the run.
        node
            Labels, top down: only this slice and those inside it.
        """
        return await self.send(calls.cube(run_id, by, confidence, node))

    async def cube_table(
        self,
        run_id: UUID,
        by: Sequence[str] = (),
        *,
        confidence: float | None = None,
        node: Sequence[str] = (),
    ) -> "pa.Table":
        """Return what `cube` returns as an Arrow table; for many nodes."""
        return await self.send(calls.cube_table(run_id, by, confidence, node))

    async def what_if(self, run_id: UUID, trades: Mapping[str, float] | Sequence[Trade]) -> WhatIfResult:
        """Return what a basket of trades would do to the book of a run; see `RiskClient`."""
        return await self.send(calls.what_if(run_id, trades_of(trades)))

    async def replay(self, run_id: UUID) -> Replay:
        """Calculate a run again and say whether the report is the same bit for bit."""
        return await self.send(calls.replay(run_id))

    async def diff(self, before: UUID, after: UUID) -> RunDiff:
        """Return what changed from one run to another, and by how much the result moved."""
        return await self.send(calls.diff(before, after))
