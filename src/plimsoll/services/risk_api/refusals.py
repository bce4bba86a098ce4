"""Refusals: who was told 403 or 404 how often is written to the audit, a second's worth at a time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import structlog
from starlette.types import Scope

from plimsoll.data.store.database import Database
from plimsoll.errors import PlimsollError
from plimsoll.security.audit_actions import AuditAction
from plimsoll.security.permissions import Principal
from plimsoll.workflows.audit import record

__all__ = ["Refusals"]

_LOG = structlog.get_logger(__name__)
_ACTIONS = {403: AuditAction.ACCESS_REFUSED, 404: AuditAction.ACCESS_UNKNOWN}
_MOST = 10_000


@dataclass(slots=True)
class _Tally:
    principal: Principal
    count: int = 0
    route: str = ""
    address: str = ""


class Refusals:
    """Counts refusals in memory and writes them down beside the requests.

    Whoever asks a thousand times a second makes one event of it, so that asking is no way to fill the disk.

    Parameters
    ----------
    database
        Where the audit is.
    seconds
        Between two writes.
    """

    def __init__(self, database: Database, *, seconds: float = 1.0) -> None:
        self._database = database
        self._seconds = seconds
        self._tallies: dict[tuple[Any, str, int], _Tally] = {}

    def note(self, scope: Scope, status: int) -> None:
        """Count the answer to a request, if it is a refusal of somebody who is known."""
        principal: Principal | None = scope["state"].get("caller")
        if status not in _ACTIONS or principal is None:
            return
        key = principal.tenant, principal.id, status
        tally = self._tallies.get(key)
        if tally is None:
            if len(self._tallies) >= _MOST:
                return
            tally = self._tallies[key] = _Tally(principal)
        tally.count += 1
        tally.route = f"{scope['method']} {scope['state'].get('route', '')}"
        tally.address = (scope.get("client") or ("",))[0]

    async def write(self) -> None:
        """Write down what was counted since the last time; what cannot be written is counted on."""
        tallies, self._tallies = self._tallies, {}
        for (tenant, actor, status), tally in tallies.items():
            try:
                async with self._database.session(tenant) as session:
                    await record(
                        session,
                        _ACTIONS[status],
                        actor=tally.principal,
                        subject=tally.route,
                        detail={"count": tally.count},
                        address=tally.address,
                    )
            except PlimsollError as error:
                _LOG.warning("refusals cannot be written down", error=error.message)
                again = self._tallies.setdefault((tenant, actor, status), tally)
                if again is not tally:
                    again.count += tally.count

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Refusals"]:
        """Write every second for as long as the block lasts, and once more at its end."""
        stop = asyncio.Event()
        writing = asyncio.create_task(self._go_on(stop))
        try:
            yield self
        finally:
            stop.set()
            await asyncio.wait([writing])

    async def _go_on(self, stop: asyncio.Event) -> None:
        # Never broken off in the middle: what it has taken out would be lost.
        while not stop.is_set():
            try:
                async with asyncio.timeout(self._seconds):
                    await stop.wait()
            except TimeoutError:
                pass
            await self.write()
