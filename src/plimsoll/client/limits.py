"""Limits: the calls, and the methods of both clients."""

import datetime as dt
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any
from uuid import UUID

from plimsoll.client.answers import message
from plimsoll.client.call import Call, get, post, text
from plimsoll.client.messages import checked
from plimsoll.client.sending import AsyncSends, Sends
from plimsoll.wire.limit_trials import LimitTrial, NewLimitTrial
from plimsoll.wire.limits import (
    Limit,
    LimitCheck,
    LimitCheckPage,
    LimitDecision,
    LimitDefinition,
    LimitHistory,
    LimitPage,
    LimitProposal,
    LimitProposals,
    NewLimit,
    NewLimitProposal,
)
from plimsoll.wire.page import Page

__all__ = ["AsyncLimitMethods", "Definition", "LimitMethods"]

Definition = LimitDefinition | Mapping[str, Any]
"""A limit: the message, or its fields."""


def _limits(portfolio_id: UUID | None, page_size: int | None) -> Call[Page[Limit]]:
    return get("/limits", message(LimitPage), portfolio=text(portfolio_id), limit=page_size)


def _limit(limit_id: UUID) -> Call[Limit]:
    return get(f"/limits/{limit_id}", message(Limit))


def _history(limit_id: UUID) -> Call[LimitHistory]:
    return get(f"/limits/{limit_id}/history", message(LimitHistory))


def _checks(limit_id: UUID, page_size: int | None) -> Call[Page[LimitCheck]]:
    return get(f"/limits/{limit_id}/checks", message(LimitCheckPage), limit=page_size)


def _proposals(limit_id: UUID) -> Call[LimitProposals]:
    return get(f"/limits/{limit_id}/proposals", message(LimitProposals))


def _propose(
    portfolio_id: UUID,
    name: str,
    definition: Definition,
    valid_from: dt.date | None,
    comment: str,
    key: str | None,
) -> Call[Limit]:
    said = {"portfolio_id": portfolio_id, "name": name, "valid_from": valid_from, "comment": comment}
    new = checked(NewLimit, {**said, "definition": _defined(definition)})
    return post("/limits", message(Limit), new, key=key)


def _propose_change(
    known: Limit,
    definition: Definition | None,
    name: str | None,
    valid_from: dt.date | None,
    comment: str,
    key: str | None,
) -> Call[LimitProposal]:
    said = {"based_on": known.version, "name": name, "valid_from": valid_from, "comment": comment}
    wanted = None if definition is None else _defined(definition)
    new = checked(NewLimitProposal, {**said, "definition": wanted})
    return post(f"/limits/{known.id}/proposals", message(LimitProposal), new, key=key)


def _decide(proposal: LimitProposal, decision: str, comment: str) -> Call[Limit]:
    path = f"/limits/{proposal.limit_id}/proposals/{proposal.id}/{decision}"
    return post(path, message(Limit), checked(LimitDecision, {"comment": comment}), key=None)


def _try(portfolio_id: UUID, definition: Definition, days: int) -> Call[LimitTrial]:
    asked = {"portfolio_id": portfolio_id, "definition": _defined(definition), "days": days}
    return post("/limits/trials", message(LimitTrial), checked(NewLimitTrial, asked))


def _defined(definition: Definition) -> dict[str, Any]:
    return definition.model_dump() if isinstance(definition, LimitDefinition) else dict(definition)


class LimitMethods(Sends):
    """The limits of a client that waits for each answer."""

    def limits(self, portfolio_id: UUID | None = None, *, page_size: int | None = None) -> Iterator[Limit]:
        """Yield limits of one portfolio or of all, each with how the last run stood to it."""
        return self.items(_limits(portfolio_id, page_size))

    def limit(self, limit_id: UUID) -> Limit:
        """Return a limit."""
        return self.send(_limit(limit_id))

    def limit_history(self, limit_id: UUID) -> LimitHistory:
        """Return all that came into force, the last first."""
        return self.send(_history(limit_id))

    def limit_checks(self, limit_id: UUID, *, page_size: int | None = None) -> Iterator[LimitCheck]:
        """Yield how runs stood to a limit, the last first."""
        return self.items(_checks(limit_id, page_size))

    def limit_proposals(self, limit_id: UUID) -> LimitProposals:
        """Return what was proposed for a limit and what was decided, the last one first."""
        return self.send(_proposals(limit_id))

    def propose_limit(
        self,
        portfolio_id: UUID,
        name: str,
        definition: Definition,
        *,
        valid_from: dt.date | None = None,
        comment: str = "",
        idempotency_key: str | None = None,
    ) -> Limit:
        """Propose a limit; its `proposal` is what somebody else has to approve.

        Parameters
        ----------
        portfolio_id
            What is to be limited.
        name
            For people.
        definition
            Such as ``{"measure": "var", "hard": 150_000, "node": {"desk": "Growth"}}``.
        valid_from
            First date of the runs that it is to apply to; None for all.
        comment
            Why.
        idempotency_key
            Under the same key the same limit comes back; None for a fresh one.
        """
        return self.send(_propose(portfolio_id, name, definition, valid_from, comment, idempotency_key))

    def propose_limit_change(
        self,
        known: Limit,
        definition: Definition | None,
        *,
        name: str | None = None,
        valid_from: dt.date | None = None,
        comment: str = "",
        idempotency_key: str | None = None,
    ) -> LimitProposal:
        """Propose other levels for a limit that was read; None as definition retires it."""
        return self.send(_propose_change(known, definition, name, valid_from, comment, idempotency_key))

    def approve_limit(self, proposal: LimitProposal, *, comment: str = "") -> Limit:
        """Bring a proposal into force; a FourEyesError says that another person must."""
        return self.send(_decide(proposal, "approve", comment))

    def reject_limit(self, proposal: LimitProposal, *, comment: str = "") -> Limit:
        """Turn a proposal down."""
        return self.send(_decide(proposal, "reject", comment))

    def try_limit(self, portfolio_id: UUID, definition: Definition, *, days: int = 250) -> LimitTrial:
        """Return how often a limit would have been reached in the last trading days."""
        return self.send(_try(portfolio_id, definition, days))


class AsyncLimitMethods(AsyncSends):
    """The limits of a client on an event loop; see `LimitMethods`."""

    def limits(
        self, portfolio_id: UUID | None = None, *, page_size: int | None = None
    ) -> AsyncIterator[Limit]:
        """Yield limits of one portfolio or of all."""
        return self.items(_limits(portfolio_id, page_size))

    async def limit(self, limit_id: UUID) -> Limit:
        """Return a limit."""
        return await self.send(_limit(limit_id))

    async def limit_history(self, limit_id: UUID) -> LimitHistory:
        """Return all that came into force, the last first."""
        return await self.send(_history(limit_id))

    def limit_checks(self, limit_id: UUID, *, page_size: int | None = None) -> AsyncIterator[LimitCheck]:
        """Yield how runs stood to a limit, the last first."""
        return self.items(_checks(limit_id, page_size))

    async def limit_proposals(self, limit_id: UUID) -> LimitProposals:
        """Return what was proposed for a limit and what was decided, the last one first."""
        return await self.send(_proposals(limit_id))

    async def propose_limit(
        self,
        portfolio_id: UUID,
        name: str,
        definition: Definition,
        *,
        valid_from: dt.date | None = None,
        comment: str = "",
        idempotency_key: str | None = None,
    ) -> Limit:
        """Propose a limit; see `LimitMethods`."""
        call = _propose(portfolio_id, name, definition, valid_from, comment, idempotency_key)
        return await self.send(call)

    async def propose_limit_change(
        self,
        known: Limit,
        definition: Definition | None,
        *,
        name: str | None = None,
        valid_from: dt.date | None = None,
        comment: str = "",
        idempotency_key: str | None = None,
    ) -> LimitProposal:
        """Propose other levels for a limit that was read; None as definition retires it."""
        call = _propose_change(known, definition, name, valid_from, comment, idempotency_key)
        return await self.send(call)

    async def approve_limit(self, proposal: LimitProposal, *, comment: str = "") -> Limit:
        """Bring a proposal into force; a FourEyesError says that another person must."""
        return await self.send(_decide(proposal, "approve", comment))

    async def reject_limit(self, proposal: LimitProposal, *, comment: str = "") -> Limit:
        """Turn a proposal down."""
        return await self.send(_decide(proposal, "reject", comment))

    async def try_limit(self, portfolio_id: UUID, definition: Definition, *, days: int = 250) -> LimitTrial:
        """Return how often a limit would have been reached in the last trading days."""
        return await self.send(_try(portfolio_id, definition, days))
