"""A tenant whose people are told through channels, for the tests of notifications."""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from plimsoll.data.store import channel_messages, jobs
from plimsoll.data.store.alerts import AlertKind, AlertRecord, Severity
from plimsoll.data.store.channels import ChannelRecord
from plimsoll.data.store.database import Database
from plimsoll.data.store.job_rows import JobRow
from plimsoll.data.store.jobs import JobKind, JobRecord
from plimsoll.workflows.alerts import raise_alert
from plimsoll.workflows.channels import add_channel
from plimsoll.workflows.job_run import JobRun
from plimsoll.workflows.messenger import check_channel_url
from plimsoll.workflows.notifications import escalate, notify_handler
from plimsoll.workflows.outward import Outward

OUTWARD = Outward(loopback=True, seconds=5.0)


@dataclass(frozen=True)
class Desk:
    """The tenant."""

    database: Database
    tenant: UUID

    async def add(self, url: str, **options: Any) -> ChannelRecord:
        """Make a channel."""
        fields: dict[str, Any] = {
            "name": "Desk",
            "kinds": ["alert.raised"],
            "minimum_severity": Severity.WARNING,
            "quiet_hours": None,
            "escalate_after_minutes": None,
            "enabled": True,
            **options,
        }
        async with self.database.session(self.tenant) as session:
            return await add_channel(
                session,
                url=url,
                scheme=check_channel_url(url),
                sealer=await OUTWARD.sealers.of(session),
                created_by="me",
                **fields,
            )

    async def alert(self, key: str, severity: Severity = Severity.WARNING) -> AlertRecord:
        """Raise an alert."""
        async with self.database.session(self.tenant) as session:
            return await raise_alert(
                session, key=key, kind=AlertKind.RISK, severity=severity, title=f"VaR {key}", detail="high"
            )

    async def jobs(self) -> list[JobRecord]:
        """Return the jobs that tell people, the first made first."""
        async with self.database.session(self.tenant) as session:
            kinds = [JobKind.NOTIFY, JobKind.ESCALATE]
            return (await jobs.page(session, after=None, limit=200, kinds=kinds))[::-1]

    async def do(self, job: JobRecord, at: dt.datetime | None = None) -> dict[str, Any]:
        """Call the handler of a job as if it had begun."""
        clock: Callable[[], dt.datetime] = (lambda: at) if at else (lambda: dt.datetime.now(dt.UTC))
        async with self.database.session(self.tenant) as session:
            begun = await jobs.change(session, JobRow.id == job.id, status="running")
        assert begun is not None
        run = JobRun(self.database, self.tenant, begun)
        handler = escalate if job.kind == JobKind.ESCALATE else notify_handler(OUTWARD, clock=clock)
        result = dict(await handler(run))
        async with self.database.session(self.tenant) as session:
            if not run.ended:
                await run.complete(session, result)
        return result

    async def message(self, job: JobRecord) -> channel_messages.ChannelMessage:
        """Return the message of a job."""
        async with self.database.session(self.tenant) as session:
            return await channel_messages.get(session, UUID(job.arguments["message"]))


def desk_of(database: Database, tenant: UUID) -> Desk:
    """Return a tenant without channels."""
    return Desk(database, tenant)


@contextmanager
def mail_sink() -> Iterator[tuple[int, list[str]]]:
    """Take mail on loopback; yield the port and what was taken: a server of a few words of SMTP."""
    import socketserver
    import threading

    taken: list[str] = []

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            """Take one mail."""
            self.wfile.write(b"220 sink\r\n")
            for line in self.rfile:
                word = line[:4].upper()
                if word == b"DATA":
                    self.wfile.write(b"354 go on\r\n")
                    lines = iter(self.rfile.readline, b".\r\n")
                    taken.append(b"".join(lines).decode())
                self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 yes\r\n")
                if word == b"QUIT":
                    return

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.server_address[1], taken
        finally:
            server.shutdown()
            thread.join()
