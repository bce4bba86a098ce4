"""The client for programs that wait for each answer."""

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from plimsoll.client import calls
from plimsoll.client.alerts import AlertMethods
from plimsoll.client.audit import AuditMethods
from plimsoll.client.breaches import BreachMethods
from plimsoll.client.calls import Upload
from plimsoll.client.channels import ChannelMethods
from plimsoll.client.events import EventMethods
from plimsoll.client.factors import FactorMethods
from plimsoll.client.grants import GrantMethods
from plimsoll.client.identity_providers import IdentityProviderMethods
from plimsoll.client.imports import ImportMethods
from plimsoll.client.instruments import InstrumentMethods
from plimsoll.client.jobs import JobMethods, start_run
from plimsoll.client.limits import LimitMethods
from plimsoll.client.live import LiveMethods
from plimsoll.client.messages import new_portfolio, new_run, portfolio_changes, trades_of
from plimsoll.client.portfolio_tree import TreeMethods
from plimsoll.client.prices import PriceMethods
from plimsoll.client.program_accounts import ServiceAccountMethods
from plimsoll.client.recoveries import RecoveryMethods
from plimsoll.client.risk_history import HistoryMethods
from plimsoll.client.roles import RoleMethods
from plimsoll.client.schedules import ScheduleMethods
from plimsoll.client.sealing import SealingMethods
from plimsoll.client.teams import TeamMethods
from plimsoll.client.users import UserMethods
from plimsoll.client.webhooks import WebhookMethods
from plimsoll.wire.cube import CubeCut
from plimsoll.wire.portfolios import Portfolio
from plimsoll.wire.positions import Holdings, HoldingsVersion, ImportResult
from plimsoll.wire.price_sets import PriceSet
from plimsoll.wire.replays import Replay, RunDiff
from plimsoll.wire.risk_runs import RiskRun
from plimsoll.wire.what_if import Trade, WhatIfResult

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["RiskClient"]


class RiskClient(
    JobMethods,
    LimitMethods,
    BreachMethods,
    HistoryMethods,
    ScheduleMethods,
    ServiceAccountMethods,
    AlertMethods,
    ChannelMethods,
    EventMethods,
    IdentityProviderMethods,
    FactorMethods,
    ImportMethods,
    InstrumentMethods,
    LiveMethods,
    PriceMethods,
    SealingMethods,
    RecoveryMethods,
    TreeMethods,
    UserMethods,
    WebhookMethods,
    AuditMethods,
    RoleMethods,
    TeamMethods,
    GrantMethods,
):
    """The risk API as methods; each waits for its answer. Safe to share between threads.

    ::

        with RiskClient("http://127.0.0.1:8000", key) as client:
            book = client.create_portfolio("Equity long/short")
            client.import_positions(book.id, Path("positions.csv"))
            run = client.start_run(book.id, confidence=0.975)
            print(run.var, run.es, run.base_currency)

    What the API refuses is raised as the error of :mod:`plimsoll.errors` that the same mistake raises without
    a server; a server that does not answer is an UnavailableError. Calls that may be repeated without harm
    are repeated when they fail for a passing reason; creations carry an ``Idempotency-Key`` for that.

    Parameters
    ----------
    url
        Such as ``http://127.0.0.1:8000``.
    api_key
        Of the machine (``plimsoll up`` says in which file it is) or of a service account; or credentials, by
        which the client signs in by itself: :class:`plimsoll.client.PasswordCredentials`,
        :class:`plimsoll.client.PrivateKeyCredentials`.
    timeout
        Seconds that an answer may take.
    retries
        When to try again.
    transport
        Another way than the network, for tests.

    Raises
    ------
    UsageError
        If the URL or the key cannot be used.
    """

    def portfolios(
        self, *, include_archived: bool = False, page_size: int | None = None
    ) -> Iterator[Portfolio]:
        """Yield portfolios, oldest first; pages are fetched as they are needed."""
        return self.items(calls.portfolios(include_archived=include_archived, limit=page_size))

    def portfolio(self, portfolio_id: UUID) -> Portfolio:
        """Return a portfolio."""
        return self.send(calls.portfolio(portfolio_id))

    def create_portfolio(
        self,
        name: str,
        *,
        base_currency: str = "USD",
        parent_id: UUID | None = None,
        idempotency_key: str | None = None,
    ) -> Portfolio:
        """Create a portfolio.

        Parameters
        ----------
        name
            Different from those of its living siblings.
        base_currency
            ISO code.
        parent_id
            The portfolio above it; None at the top.
        idempotency_key
            Under the same key the same portfolio comes back; None for a fresh one.
        """
        return self.send(
            calls.create_portfolio(new_portfolio(name, base_currency, parent_id), idempotency_key)
        )

    def rename_portfolio(self, known: Portfolio, name: str) -> Portfolio:
        """Rename a portfolio; a PreconditionError says that somebody has changed it since it was read."""
        return self.send(calls.change_portfolio(known, portfolio_changes(name=name)))

    def move_portfolio(self, known: Portfolio, parent_id: UUID | None) -> Portfolio:
        """Put a portfolio under another one, or to the top; see `rename_portfolio` about versions."""
        return self.send(calls.change_portfolio(known, portfolio_changes(parent_id=parent_id)))

    def archive_portfolio(self, known: Portfolio) -> Portfolio:
        """Archive a portfolio; its positions and runs stay readable."""
        return self.send(calls.archive_portfolio(known))

    def import_positions(
        self,
        portfolio_id: UUID,
        file: Upload,
        *,
        valid_from: dt.date | None = None,
        source_name: str | None = None,
        idempotency_key: str | None = None,
    ) -> ImportResult:
        """Import a file of positions; earlier versions stay known.

        Parameters
        ----------
        portfolio_id
            Whose positions.
        file
            Path of a file, or its bytes; CSV.
        valid_from
            First date on which these are the positions; None for today.
        source_name
            What to call the file; None for its name.
        idempotency_key
            As for `create_portfolio`.

        Returns
        -------
        ImportResult
            What became of each row.
        """
        call = calls.import_positions(
            portfolio_id, file, valid_from=valid_from, source_name=source_name, key=idempotency_key
        )
        return self.send(call)

    def positions(
        self, portfolio_id: UUID, *, as_of: dt.date | None = None, known_at: dt.datetime | None = None
    ) -> Holdings:
        """Return what a portfolio held on a date, as it was known at an instant (with a time zone)."""
        held = self.send(calls.positions(portfolio_id, as_of=as_of, known_at=known_at))
        further = calls.further_positions(held)
        if further is None:
            return held
        rest = tuple(self.items(further))
        return held.model_copy(update={"positions": held.positions + rest, "next": None})

    def position_history(
        self, portfolio_id: UUID, *, page_size: int | None = None
    ) -> Iterator[HoldingsVersion]:
        """Yield every version of what a portfolio holds, the one known last first."""
        return self.items(calls.position_history(portfolio_id, limit=page_size))

    def upload_prices(
        self,
        file: Upload,
        *,
        name: str | None = None,
        source_name: str | None = None,
        idempotency_key: str | None = None,
    ) -> PriceSet:
        """Upload prices as CSV, gzipped CSV or Parquet; equal prices are stored once.

        Parameters
        ----------
        file
            Path of a file, or its bytes.
        name
            What to call the set; None for the name of the file.
        source_name
            What to call the file; None for its name.
        idempotency_key
            As for `create_portfolio`.
        """
        call = calls.upload_prices(file, name=name, source_name=source_name, key=idempotency_key)
        return self.send(call)

    def price_sets(self, *, page_size: int | None = None) -> Iterator[PriceSet]:
        """Yield price sets, oldest first."""
        return self.items(calls.price_sets(limit=page_size))

    def price_set(self, price_set_id: UUID) -> PriceSet:
        """Return what is known about a price set."""
        return self.send(calls.price_set(price_set_id))

    def start_run(
        self,
        portfolio_id: UUID,
        *,
        price_set_id: UUID | None = None,
        known_at: dt.datetime | None = None,
        idempotency_key: str | None = None,
        **options: Any,
    ) -> RiskRun:
        """Calculate the risk of a portfolio and return the stored run.

        Parameters
        ----------
        portfolio_id
            Whose risk.
        price_set_id
            None for the latest prices.
        known_at
            Positions as they were known then, with a time zone; None for now.
        idempotency_key
            As for `create_portfolio`.
        **options
            Fields of `plimsoll.wire.risk_runs.RunOptions`, such as ``confidence=0.975``.
        """
        new = new_run(portfolio_id, price_set_id, known_at, options)
        return self._made(self.send(start_run(new, idempotency_key)))

    def runs(self, portfolio_id: UUID | None = None, *, page_size: int | None = None) -> Iterator[RiskRun]:
        """Yield runs, of one portfolio or of all, the last made first."""
        return self.items(calls.runs(portfolio=portfolio_id, limit=page_size))

    def run(self, run_id: UUID) -> RiskRun:
        """Return what is known about a run."""
        return self.send(calls.run(run_id))

    def report(self, run_id: UUID) -> dict[str, Any]:
        """Return the report of a run."""
        found: dict[str, Any] = json.loads(self.report_document(run_id))
        return found

    def report_document(self, run_id: UUID) -> bytes:
        """Return the JSON document of a run's report, byte for byte as it was stored."""
        return self.send(calls.report(run_id))

    def report_html(self, run_id: UUID) -> str:
        """Return the report of a run as one self-contained page."""
        return self.send(calls.report_html(run_id))

    def cube(
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
        return self.send(calls.cube(run_id, by, confidence, node))

    def cube_table(
        self,
        run_id: UUID,
        by: Sequence[str] = (),
        *,
        confidence: float | None = None,
        node: Sequence[str] = (),
    ) -> "pa.Table":
        """Return what `cube` returns as an Arrow table; for many nodes."""
        return self.send(calls.cube_table(run_id, by, confidence, node))

    def what_if(self, run_id: UUID, trades: Mapping[str, float] | Sequence[Trade]) -> WhatIfResult:
        """Return what a basket of trades would do to the book of a run.

        Parameters
        ----------
        run_id
            The run.
        trades
            Quantities by symbol, negative to sell, or full descriptions.
        """
        return self.send(calls.what_if(run_id, trades_of(trades)))

    def replay(self, run_id: UUID) -> Replay:
        """Calculate a run again and say whether the report is the same bit for bit."""
        return self.send(calls.replay(run_id))

    def diff(self, before: UUID, after: UUID) -> RunDiff:
        """Return what changed from one run to another, and by how much the result moved."""
        return self.send(calls.diff(before, after))
