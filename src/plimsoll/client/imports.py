"""Imports and instruments through the client."""

from collections.abc import AsyncIterator, Iterator
from uuid import UUID

from plimsoll.client.answers import message
from plimsoll.client.call import Call, get, text
from plimsoll.client.sending import AsyncSends, Sends
from plimsoll.wire.page import Page
from plimsoll.wire.positions import HoldingsVersion, ImportResult, PositionHistory

__all__ = ["AsyncImportMethods", "ImportMethods", "import_file", "imported", "imports"]


def imports(*, portfolio: UUID | None, limit: int | None) -> Call[Page[HoldingsVersion]]:
    """Read the first page of imports."""
    return get("/imports", message(PositionHistory), portfolio=text(portfolio), limit=limit)


def imported(import_id: UUID) -> Call[ImportResult]:
    """Read the account of an import."""
    return get(f"/imports/{import_id}", message(ImportResult))


def import_file(import_id: UUID) -> Call[bytes]:
    """Read the file of an import."""
    return get(f"/imports/{import_id}/file", lambda response: response.content, exact=True)


class ImportMethods(Sends):
    """Imports as methods; see :class:`plimsoll.client.RiskClient`."""

    def imports(
        self, portfolio_id: UUID | None = None, *, page_size: int | None = None
    ) -> Iterator[HoldingsVersion]:
        """Yield imports, into one portfolio or all, the last one first."""
        return self.items(imports(portfolio=portfolio_id, limit=page_size))

    def imported(self, import_id: UUID) -> ImportResult:
        """Return the account of an import: what became of each row."""
        return self.send(imported(import_id))

    def import_file(self, import_id: UUID) -> bytes:
        """Return the file of an import, byte for byte."""
        return self.send(import_file(import_id))


class AsyncImportMethods(AsyncSends):
    """Imports as coroutines; see :class:`plimsoll.client.AsyncRiskClient`."""

    def imports(
        self, portfolio_id: UUID | None = None, *, page_size: int | None = None
    ) -> AsyncIterator[HoldingsVersion]:
        """Yield imports, into one portfolio or all, the last one first."""
        return self.items(imports(portfolio=portfolio_id, limit=page_size))

    async def imported(self, import_id: UUID) -> ImportResult:
        """Return the account of an import: what became of each row."""
        return await self.send(imported(import_id))

    async def import_file(self, import_id: UUID) -> bytes:
        """Return the file of an import, byte for byte."""
        return await self.send(import_file(import_id))
