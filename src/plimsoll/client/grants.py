"""Grants: who holds which role where; the calls, and the methods of both clients."""

import datetime as dt
from collections.abc import AsyncIterator, Iterator
from uuid import UUID

from plimsoll.client.answers import message
from plimsoll.client.call import Call, get, post
from plimsoll.client.messages import checked
from plimsoll.client.sending import AsyncSends, Sends
from plimsoll.wire.grants import Grant, GrantHolder, GrantPage, NewGrant
from plimsoll.wire.page import Page

__all__ = ["AsyncGrantMethods", "GrantMethods"]


class GrantMethods(Sends):
    """The grants of a client that waits for each answer."""

    def grants(
        self, *, holder: UUID | None = None, status: str | None = None, page_size: int | None = None
    ) -> Iterator[Grant]:
        """Yield grants, the last proposed first; of one holder, or that stand like this."""
        return self.items(_list(holder, status, page_size))

    def grant(self, grant_id: UUID) -> Grant:
        """Return a grant."""
        return self.send(_one(grant_id))

    def give_role(
        self,
        holder: GrantHolder,
        role: str,
        *,
        desk: UUID | None = None,
        portfolio: UUID | None = None,
        expires_at: dt.datetime | None = None,
        comment: str = "",
        idempotency_key: str | None = None,
    ) -> Grant:
        """Give a role; what is privileged is proposed, and in force when somebody else has approved it.

        Parameters
        ----------
        holder, role
            To whom, and what.
        desk, portfolio
            Where; without either in the whole tenant.
        expires_at
            When it ends by itself; None for never.
        comment
            Why; may be empty.
        idempotency_key
            Under the same key the same grant comes back; None for a fresh one.
        """
        return self.send(_give(holder, role, desk, portfolio, expires_at, comment, idempotency_key))

    def approve_grant(self, grant_id: UUID, *, idempotency_key: str | None = None) -> Grant:
        """Bring into force what somebody else has proposed."""
        return self.send(_act(grant_id, "approve", idempotency_key))

    def reject_grant(self, grant_id: UUID, *, idempotency_key: str | None = None) -> Grant:
        """Turn a proposed grant down."""
        return self.send(_act(grant_id, "reject", idempotency_key))

    def end_grant(self, grant_id: UUID, *, idempotency_key: str | None = None) -> Grant:
        """Take a role away."""
        return self.send(_act(grant_id, "end", idempotency_key))


class AsyncGrantMethods(AsyncSends):
    """The grants of a client on an event loop; see `GrantMethods`."""

    def grants(
        self, *, holder: UUID | None = None, status: str | None = None, page_size: int | None = None
    ) -> AsyncIterator[Grant]:
        """Yield grants, the last proposed first; of one holder, or that stand like this."""
        return self.items(_list(holder, status, page_size))

    async def grant(self, grant_id: UUID) -> Grant:
        """Return a grant."""
        return await self.send(_one(grant_id))

    async def give_role(
        self,
        holder: GrantHolder,
        role: str,
        *,
        desk: UUID | None = None,
        portfolio: UUID | None = None,
        expires_at: dt.datetime | None = None,
        comment: str = "",
        idempotency_key: str | None = None,
    ) -> Grant:
        """Give a role; see `GrantMethods`."""
        return await self.send(_give(holder, role, desk, portfolio, expires_at, comment, idempotency_key))

    async def approve_grant(self, grant_id: UUID, *, idempotency_key: str | None = None) -> Grant:
        """Bring into force what somebody else has proposed."""
        return await self.send(_act(grant_id, "approve", idempotency_key))

    async def reject_grant(self, grant_id: UUID, *, idempotency_key: str | None = None) -> Grant:
        """Turn a proposed grant down."""
        return await self.send(_act(grant_id, "reject", idempotency_key))

    async def end_grant(self, grant_id: UUID, *, idempotency_key: str | None = None) -> Grant:
        """Take a role away."""
        return await self.send(_act(grant_id, "end", idempotency_key))


def _list(holder: UUID | None, status: str | None, limit: int | None) -> Call[Page[Grant]]:
    chosen = None if holder is None else str(holder)
    return get("/grants", message(GrantPage), holder=chosen, status=status, limit=limit)


def _one(grant_id: UUID) -> Call[Grant]:
    return get(f"/grants/{grant_id}", message(Grant))


def _give(
    holder: GrantHolder,
    role: str,
    desk: UUID | None,
    portfolio: UUID | None,
    expires_at: dt.datetime | None,
    comment: str,
    key: str | None,
) -> Call[Grant]:
    asked = {
        "holder": holder,
        "role": role,
        "desk": desk,
        "portfolio": portfolio,
        "expires_at": expires_at,
        "comment": comment,
    }
    return post("/grants", message(Grant), checked(NewGrant, asked), key=key)


def _act(grant_id: UUID, what: str, key: str | None) -> Call[Grant]:
    return post(f"/grants/{grant_id}/{what}", message(Grant), key=key)
