"""Breaches: the calls, and the methods of both clients."""

import datetime as dt
from collections.abc import AsyncIterator, Iterator
from uuid import UUID

from plimsoll.client.answers import message
from plimsoll.client.call import API_PREFIX, Call, get, text
from plimsoll.client.messages import checked
from plimsoll.client.sending import AsyncSends, Sends
from plimsoll.wire.breaches import (
    Breach,
    BreachHistory,
    BreachNote,
    BreachPage,
    BreachReason,
    BreachStatusName,
    BreachWaiver,
)
from plimsoll.wire.model import WireModel
from plimsoll.wire.page import Page

__all__ = ["AsyncBreachMethods", "BreachMethods"]


def _breaches(
    portfolio_id: UUID | None, limit_id: UUID | None, status: BreachStatusName | None, page_size: int | None
) -> Call[Page[Breach]]:
    query = {"portfolio": text(portfolio_id), "limit_id": text(limit_id), "status": status}
    return get("/breaches", message(BreachPage), **query, limit=page_size)


def _breach(breach_id: UUID) -> Call[Breach]:
    return get(f"/breaches/{breach_id}", message(Breach))


def _history(breach_id: UUID) -> Call[BreachHistory]:
    return get(f"/breaches/{breach_id}/history", message(BreachHistory))


def _act(known: Breach, step: str, said: WireModel) -> Call[Breach]:
    """Do something about a breach on which nobody has acted since it was read."""
    return Call(
        method="POST",
        path=f"{API_PREFIX}/breaches/{known.id}/{step}",
        read=message(Breach),
        headers={"Content-Type": "application/json", "If-Match": f'"{known.version}"'},
        content=said.model_dump_json().encode(),
    )


def _waive(known: Breach, until: dt.date, why: str) -> Call[Breach]:
    return _act(known, "waive", checked(BreachWaiver, {"text": why, "until": until}))


class BreachMethods(Sends):
    """The breaches of a client that waits for each answer.

    A PreconditionError says that a breach has changed since it was read.
    """

    def breaches(
        self,
        portfolio_id: UUID | None = None,
        *,
        limit_id: UUID | None = None,
        status: BreachStatusName | None = None,
        page_size: int | None = None,
    ) -> Iterator[Breach]:
        """Yield breaches, the last opened first."""
        return self.items(_breaches(portfolio_id, limit_id, status, page_size))

    def breach(self, breach_id: UUID) -> Breach:
        """Return a breach."""
        return self.send(_breach(breach_id))

    def breach_history(self, breach_id: UUID) -> BreachHistory:
        """Return all that happened to a breach, the first thing first."""
        return self.send(_history(breach_id))

    def acknowledge_breach(self, known: Breach, note: str = "") -> Breach:
        """Take note of an open breach."""
        return self.send(_act(known, "acknowledge", checked(BreachNote, {"text": note})))

    def remedy_breach(self, known: Breach, note: str = "") -> Breach:
        """Say that something is being done about a breach."""
        return self.send(_act(known, "remedy", checked(BreachNote, {"text": note})))

    def comment_on_breach(self, known: Breach, comment: str) -> Breach:
        """Say something about a breach."""
        return self.send(_act(known, "comments", checked(BreachReason, {"text": comment})))

    def waive_breach(self, known: Breach, until: dt.date, why: str) -> Breach:
        """Accept a breach for runs up to a date."""
        return self.send(_waive(known, until, why))

    def close_breach(self, known: Breach, why: str) -> Breach:
        """Close a breach whose measure is back below the level."""
        return self.send(_act(known, "close", checked(BreachReason, {"text": why})))


class AsyncBreachMethods(AsyncSends):
    """The breaches of a client on an event loop; see `BreachMethods`."""

    def breaches(
        self,
        portfolio_id: UUID | None = None,
        *,
        limit_id: UUID | None = None,
        status: BreachStatusName | None = None,
        page_size: int | None = None,
    ) -> AsyncIterator[Breach]:
        """Yield breaches, the last opened first."""
        return self.items(_breaches(portfolio_id, limit_id, status, page_size))

    async def breach(self, breach_id: UUID) -> Breach:
        """Return a breach."""
        return await self.send(_breach(breach_id))

    async def breach_history(self, breach_id: UUID) -> BreachHistory:
        """Return all that happened to a breach, the first thing first."""
        return await self.send(_history(breach_id))

    async def acknowledge_breach(self, known: Breach, note: str = "") -> Breach:
        """Take note of an open breach."""
        return await self.send(_act(known, "acknowledge", checked(BreachNote, {"text": note})))

    async def remedy_breach(self, known: Breach, note: str = "") -> Breach:
        """Say that something is being done about a breach."""
        return await self.send(_act(known, "remedy", checked(BreachNote, {"text": note})))

    async def comment_on_breach(self, known: Breach, comment: str) -> Breach:
        """Say something about a breach."""
        return await self.send(_act(known, "comments", checked(BreachReason, {"text": comment})))

    async def waive_breach(self, known: Breach, until: dt.date, why: str) -> Breach:
        """Accept a breach for runs up to a date."""
        return await self.send(_waive(known, until, why))

    async def close_breach(self, known: Breach, why: str) -> Breach:
        """Close a breach whose measure is back below the level."""
        return await self.send(_act(known, "close", checked(BreachReason, {"text": why})))
