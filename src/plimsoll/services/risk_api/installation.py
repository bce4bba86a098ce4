"""The platform of one machine: its data directory, its database, and who may use it."""

import asyncio
import datetime as dt
import hashlib
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from plimsoll.errors import UnavailableError
from plimsoll.services.risk_api.local_key import (
    KEY_FILE,
    add_audit_key,
    has_sealing_keys,
    local_api_key,
    local_audit_keys,
    local_sealing_keys,
)
from plimsoll.services.risk_api.messaging import Messaging

if TYPE_CHECKING:
    from plimsoll.client import AsyncRiskClient
    from plimsoll.monitoring.metrics import Metrics
    from plimsoll.performance.breaker import Breaker
    from plimsoll.security.virus_scanner import VirusScanner
    from plimsoll.services.risk_api.context import ApiContext
    from plimsoll.workflows.audit_sealing import AuditKeeping, CheckpointStore
    from plimsoll.workflows.outward import Outward
    from plimsoll.workflows.tenant_sealers import TenantSealers

# The rest is imported where it is used: the database starts while the API is being imported.

__all__ = ["Installation"]

_WAYS_IN = frozenset({"sslcert", "sslkey"})  # of a database that is the same by each of them


@dataclass(frozen=True, slots=True)
class Installation:
    """Where a platform keeps its data.

    Parameters
    ----------
    directory
        The data directory.
    database_url
        A PostgreSQL of the user's; None for one of our own in the data directory.
    redis_url
        A Redis of the user's that instances share; None for none.
    cache_bytes
        Memory that cached answers may take.
    rate_limit
        Units a second that one principal may ask for.
    live_refresh_seconds
        Least time between two updates of a live portfolio.
    four_eyes
        Whether another than the proposer must approve a change of a limit; None for yes, unless the database
        is our own: nobody but the user of this machine gets there.
    webhook_loopback
        Whether webhooks may go to this machine, without TLS.
    egress
        Hosts that may be called, as :class:`plimsoll.security.egress.Egress` has them; None for every one.
    hosts
        Names besides those of this machine under which a proxy serves the platform.
    address
        Where people find the platform, for links.
    proxies
        Networks of the proxies that are believed.
    audit_bucket
        A bucket of S3 with Object Lock for checkpoints of the audit, beside the files; None for none.
    audit_days
        For how long such a checkpoint is locked.
    kms
        Who holds the master key: ``local`` for a file in the data directory, ``aws:`` and a key for AWS KMS.
    messaging
        What carries mail and text messages.
    scanner
        Asked about each file that is uploaded; None for nobody.
    """

    directory: Path
    database_url: str | None = field(default=None, repr=False)
    redis_url: str | None = field(default=None, repr=False)
    cache_bytes: int = 64 * 2**20
    rate_limit: float = 20_000.0
    live_refresh_seconds: float = 0.1
    four_eyes: bool | None = None
    webhook_loopback: bool = False
    egress: tuple[str, ...] | None = None
    hosts: frozenset[str] = frozenset()
    address: str = "http://localhost:8000"
    proxies: tuple[str, ...] = ()
    audit_bucket: str | None = None
    audit_days: int = 400
    kms: str = "local"
    messaging: Messaging = field(default_factory=Messaging)
    scanner: "VirusScanner | None" = field(default=None, repr=False)

    @property
    def key_file(self) -> Path:
        """Where the API key of the machine is."""
        return self.directory / KEY_FILE

    @property
    def names(self) -> frozenset[str]:
        """Names that the ``Host`` header of a request may have."""
        from plimsoll.services.risk_api.request_limits import LOOPBACK

        return LOOPBACK | self.hosts

    @property
    def _needs_four_eyes(self) -> bool:
        return self.database_url is not None if self.four_eyes is None else self.four_eyes

    @contextmanager
    def database(self, *, shared: bool = False) -> Iterator[str]:
        """Yield the URL of the database; a server of our own runs for as long as the block lasts.

        Parameters
        ----------
        shared
            Whether a server that another process of ours runs will do, and the data must be there already.

        Raises
        ------
        UnavailableError
            If the server cannot be started, is needed alone and is not free, or there is no data yet.
        """
        if self.database_url is not None:
            yield self.database_url
            return
        from plimsoll.data.store.embedded import embedded_postgres, running_postgres, stop

        if shared:
            self._check_there()
        running = running_postgres(self.directory) if shared else None
        if running is not None:
            yield running
            return
        try:
            yield embedded_postgres(self.directory)
        finally:
            stop(self.directory)

    def running_database(self) -> str:
        """Return the URL of a database that somebody else keeps running, for work beside it.

        Raises
        ------
        UnavailableError
            If none runs, it cannot be reached, or its migrations are pending.
        """
        from plimsoll.data.store.embedded import running_postgres

        url = self.database_url or running_postgres(self.directory)
        if url is None:
            remedy = "Start it with plimsoll up, or name a database with --database-url."
            raise UnavailableError(f"no platform runs in {self.directory}", remedy=remedy)
        self.check_migrated(url)
        return url

    def check_migrated(self, url: str) -> None:
        """Say so if migrations are pending.

        Raises
        ------
        UnavailableError
            If they are, or the database cannot be reached.
        """
        from plimsoll.data.store import schema

        if schema.status(url).pending:
            raise UnavailableError("the database is not up to date", remedy="Run plimsoll db upgrade first.")

    def outward(self) -> "Outward":
        """Return how the platform reaches what users name, with the key that seals their secrets.

        Raises
        ------
        UnavailableError
            If the file with the key cannot be used.
        """
        from plimsoll.security.egress import Egress
        from plimsoll.workflows.outward import Outward

        self._make_directory()
        egress = Egress(self.egress)
        return Outward(sealers=self._sealers(), loopback=self.webhook_loopback, egress=egress)

    def _sealers(self) -> "TenantSealers":
        from plimsoll.security.kms import Kms, LocalKms
        from plimsoll.workflows.tenant_sealers import TenantSealers

        local = LocalKms(partial(local_sealing_keys, self.directory))
        if self.kms != "local":
            from plimsoll.security.aws_kms import AwsKms

            aws = AwsKms(self.kms.removeprefix("aws:"))
            if not has_sealing_keys(self.directory):
                return TenantSealers(Kms(aws))
            kms = Kms(aws, (local,))
        else:
            kms = Kms(local)
        # Before tenants had keys of their own, what is the oldest master key now has sealed their secrets.
        return TenantSealers(kms, before=local_sealing_keys(self.directory)[-1])

    def audit(self) -> "AuditKeeping":
        """Return what vouches for the audit: the key that seals it, and where its checkpoints are.

        Raises
        ------
        UnavailableError
            If the file with the key cannot be used.
        """
        from plimsoll.data.checkpoint_files import CheckpointFiles
        from plimsoll.workflows.audit_sealing import AuditKeeping

        self._make_directory()
        stores: list[CheckpointStore] = [CheckpointFiles(self._checkpoints)]
        if self.audit_bucket is not None:
            from plimsoll.data.checkpoint_bucket import CheckpointBucket

            retained = dt.timedelta(days=self.audit_days)
            stores.append(CheckpointBucket(self.audit_bucket, retained=retained))
        return AuditKeeping.by(_AuditKeys(self.directory), tuple(stores))

    @property
    def _checkpoints(self) -> Path:
        """Where the files with checkpoints are: each database has a chain, and a folder, of its own."""
        if self.database_url is None:
            return self.directory / "audit"
        from plimsoll.data.store.database import database_url
        from plimsoll.data.store.logins import without_marker

        place = database_url(self.database_url)
        query = sorted(item for item in without_marker(place).query.items() if item[0] not in _WAYS_IN)
        named = f"{place.host}|{place.port}|{place.database}|{query}"
        return self.directory / f"audit-{hashlib.sha256(named.encode()).hexdigest()[:16]}"

    @asynccontextmanager
    async def context(
        self,
        url: str,
        *,
        address: str | None = None,
        loopback_only: bool = True,
        metrics: "Metrics | None" = None,
    ) -> AsyncIterator["ApiContext"]:
        """Yield what the API needs to run on a migrated database.

        Parameters
        ----------
        url
            Of the database.
        address
            Where people find the platform; by default as for the installation.
        loopback_only
            Whether other machines are refused.
        metrics
            Where measurements go; None for those of this context alone.

        Raises
        ------
        UnavailableError
            If the database, the URL of the Redis or the file with the key cannot be used.
        """
        from plimsoll.data.store.database import Database
        from plimsoll.data.store.tenants import LOCAL_TENANT, ensure
        from plimsoll.monitoring.metrics import Metrics
        from plimsoll.monitoring.tracing import Tracing
        from plimsoll.performance.cache import TwoLevelCache
        from plimsoll.performance.redis_link import RedisLink
        from plimsoll.services.risk_api.context import ApiContext
        from plimsoll.services.risk_api.sign_in import LocalSignIn
        from plimsoll.workflows.clean_up_jobs import ensure_clean_up
        from plimsoll.workflows.live_pace import Pace

        self._make_directory()
        database, tracing = Database(url), Tracing.from_environment()
        try:
            async with database.session(LOCAL_TENANT) as session:
                await ensure(session, LOCAL_TENANT, "local")
                await ensure_clean_up(session)
            key = local_api_key(self.directory)
            metrics = metrics or Metrics()
            redis = None if self.redis_url is None else RedisLink(self.redis_url)
            parts: list[Breaker] = [] if redis is None else [redis.breaker]
            parts += [] if self.scanner is None else [self.scanner.breaker]
            with nullcontext() if tracing is None else tracing.active():
                yield ApiContext(
                    database=database,
                    sign_in=LocalSignIn(LOCAL_TENANT, key),
                    hosts=self.names,
                    loopback_only=loopback_only,
                    proxies=self.proxies,
                    metrics=metrics,
                    cache=TwoLevelCache(redis, capacity=self.cache_bytes, metrics=metrics.cache),
                    rate_limit=self.rate_limit,
                    tracing=tracing,
                    breakers={breaker.name: breaker for breaker in parts},
                    redis_url=self.redis_url,
                    live_pace=Pace(refresh_seconds=self.live_refresh_seconds),
                    four_eyes=self._needs_four_eyes,
                    outward=self.outward(),
                    mailer=self.messaging.mailer(self.directory),
                    texts=self.messaging.texts(self.directory),
                    address=address or self.address,
                    audit=self.audit(),
                    scanner=self.scanner,
                )
        finally:
            if tracing is not None:
                await asyncio.to_thread(tracing.close)
            await database.dispose()

    @asynccontextmanager
    async def client(self) -> AsyncIterator["AsyncRiskClient"]:
        """Yield a client of an API that lives in this process for as long as the block lasts, on no port.

        Raises
        ------
        UnavailableError
            If there is no data yet, or the database cannot be used or is not up to date.
        """
        with self.database(shared=True) as url:
            self.check_migrated(url)
            # Where there is no data nobody waits for these.
            import httpx2

            from plimsoll.client import AsyncRiskClient
            from plimsoll.monitoring.logging import configure_logging
            from plimsoll.services.risk_api.app import create_app
            from plimsoll.services.risk_api.context import in_process
            from plimsoll.services.risk_api.ports import ADDRESS

            configure_logging(level=logging.WARNING)
            async with self.context(url) as context, in_process(create_app(context)) as app:
                key, transport = local_api_key(self.directory), httpx2.ASGITransport(app)
                async with AsyncRiskClient(f"http://{ADDRESS}", key, transport=transport) as client:
                    yield client

    def _make_directory(self) -> None:
        try:
            self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            remedy = "Check that you may write there, or choose another data directory."
            raise UnavailableError(
                f"{self.directory} cannot be used: {error.strerror}", remedy=remedy
            ) from None

    def _check_there(self) -> None:
        if not (self.directory / "postgres").is_dir():
            remedy = "Start with plimsoll up, or name another data directory."
            raise UnavailableError(f"there is no data in {self.directory}", remedy=remedy)


@dataclass(frozen=True, slots=True)
class _AuditKeys:
    """The keys of the audit in their file; see `plimsoll.workflows.audit_sealing.AuditKeys`."""

    directory: Path

    def read(self) -> list[str]:
        return local_audit_keys(self.directory)

    def add(self, key: str) -> None:
        add_audit_key(self.directory, key)
