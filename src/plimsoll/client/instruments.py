"""Instruments through the client."""

from collections.abc import AsyncIterator, Iterator, Mapping
from uuid import UUID

from plimsoll.client.answers import message
from plimsoll.client.call import API_PREFIX, Call, get
from plimsoll.client.messages import checked
from plimsoll.client.sending import AsyncSends, Sends
from plimsoll.wire.instruments import (
    Instrument,
    InstrumentChanges,
    InstrumentHistory,
    InstrumentHoldings,
    InstrumentPage,
)
from plimsoll.wire.page import Page

__all__ = [
    "AsyncInstrumentMethods",
    "InstrumentMethods",
    "change_instrument",
    "instrument",
    "instrument_history",
    "instruments",
    "where_held",
]


def instruments(*, search: str, kind: str | None, limit: int | None) -> Call[Page[Instrument]]:
    """Read the first page of instruments."""
    return get("/instruments", message(InstrumentPage), search=search or None, kind=kind, limit=limit)


def instrument(instrument_id: UUID) -> Call[Instrument]:
    """Read an instrument."""
    return get(f"/instruments/{instrument_id}", message(Instrument))


def where_held(instrument_id: UUID) -> Call[InstrumentHoldings]:
    """Read which portfolios hold an instrument."""
    return get(f"/instruments/{instrument_id}/held", message(InstrumentHoldings))


def instrument_history(instrument_id: UUID) -> Call[InstrumentHistory]:
    """Read the changes of an instrument."""
    return get(f"/instruments/{instrument_id}/history", message(InstrumentHistory))


def change_instrument(
    known: Instrument, name: str | None, attributes: Mapping[str, str] | None
) -> Call[Instrument]:
    """Change an instrument that nobody has changed since it was read."""
    changes = checked(InstrumentChanges, {"name": name, "attributes": attributes})
    return Call(
        method="PATCH",
        path=f"{API_PREFIX}/instruments/{known.id}",
        read=message(Instrument),
        headers={"Content-Type": "application/json", "If-Match": f'"{known.version}"'},
        content=changes.model_dump_json(exclude_none=True).encode(),
    )


class InstrumentMethods(Sends):
    """Instruments as methods; see :class:`plimsoll.client.RiskClient`."""

    def instruments(
        self, search: str = "", *, kind: str | None = None, page_size: int | None = None
    ) -> Iterator[Instrument]:
        """Yield instruments by symbol; `search` is part of a symbol or name."""
        return self.items(instruments(search=search, kind=kind, limit=page_size))

    def instrument(self, instrument_id: UUID) -> Instrument:
        """Return an instrument."""
        return self.send(instrument(instrument_id))

    def where_held(self, instrument_id: UUID) -> InstrumentHoldings:
        """Return which portfolios hold an instrument, and how much of it."""
        return self.send(where_held(instrument_id))

    def instrument_history(self, instrument_id: UUID) -> InstrumentHistory:
        """Return what was changed, by whom and when, the last change first."""
        return self.send(instrument_history(instrument_id))

    def change_instrument(
        self, known: Instrument, *, name: str | None = None, attributes: Mapping[str, str] | None = None
    ) -> Instrument:
        """Name or label an instrument that nobody has changed since it was read; None changes nothing."""
        return self.send(change_instrument(known, name, attributes))


class AsyncInstrumentMethods(AsyncSends):
    """Instruments as coroutines; see :class:`plimsoll.client.AsyncRiskClient`."""

    def instruments(
        self, search: str = "", *, kind: str | None = None, page_size: int | None = None
    ) -> AsyncIterator[Instrument]:
        """Yield instruments by symbol; `search` is part of a symbol or name."""
        return self.items(instruments(search=search, kind=kind, limit=page_size))

    async def instrument(self, instrument_id: UUID) -> Instrument:
        """Return an instrument."""
        return await self.send(instrument(instrument_id))

    async def where_held(self, instrument_id: UUID) -> InstrumentHoldings:
        """Return which portfolios hold an instrument, and how much of it."""
        return await self.send(where_held(instrument_id))

    async def instrument_history(self, instrument_id: UUID) -> InstrumentHistory:
        """Return what was changed, by whom and when, the last change first."""
        return await self.send(instrument_history(instrument_id))

    async def change_instrument(
        self, known: Instrument, *, name: str | None = None, attributes: Mapping[str, str] | None = None
    ) -> Instrument:
        """Name or label an instrument that nobody has changed since it was read; None changes nothing."""
        return await self.send(change_instrument(known, name, attributes))
