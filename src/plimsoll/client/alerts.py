"""Alerts: the calls, and the methods of both clients."""

import datetime as dt
from collections.abc import AsyncIterator, Iterator
from typing import Literal
from uuid import UUID

from plimsoll.client.answers import message
from plimsoll.client.call import API_PREFIX, Call, get, text
from plimsoll.client.messages import checked
from plimsoll.client.sending import AsyncSends, Sends
from plimsoll.wire.alerts import (
    Alert,
    AlertAssignment,
    AlertHistory,
    AlertNote,
    AlertPage,
    AlertSnooze,
    AlertStatusName,
)
from plimsoll.wire.model import WireModel
from plimsoll.wire.page import Page

__all__ = ["AlertMethods", "AsyncAlertMethods", "StatusChoice", "act_on_alert", "alert_list"]

StatusChoice = AlertStatusName | Literal["unresolved", "all"]
"""Which alerts are wanted."""


def alert_list(
    *, status: StatusChoice, kind: str | None, portfolio_id: UUID | None, limit: int | None
) -> Call[Page[Alert]]:
    """Read the first page of alerts."""
    query = {"status": status, "kind": kind, "portfolio": text(portfolio_id), "limit": limit}
    return get("/alerts", message(AlertPage), **query)


def act_on_alert(known: Alert, act: str, said: WireModel) -> Call[Alert]:
    """Do something about an alert on which nobody has acted since it was read."""
    return Call(
        method="POST",
        path=f"{API_PREFIX}/alerts/{known.id}/{act}",
        read=message(Alert),
        headers={"Content-Type": "application/json", "If-Match": f'"{known.version}"'},
        content=said.model_dump_json(exclude_unset=True).encode(),
    )


def _alert(alert_id: UUID) -> Call[Alert]:
    return get(f"/alerts/{alert_id}", message(Alert))


def _history(alert_id: UUID) -> Call[AlertHistory]:
    return get(f"/alerts/{alert_id}/history", message(AlertHistory))


def _acknowledge(known: Alert, note: str) -> Call[Alert]:
    return act_on_alert(known, "acknowledge", checked(AlertNote, {"note": note}))


def _snooze(known: Alert, until: dt.datetime | None, note: str) -> Call[Alert]:
    return act_on_alert(known, "snooze", checked(AlertSnooze, {"until": until, "note": note}))


def _assign(known: Alert, to: str | None, note: str) -> Call[Alert]:
    return act_on_alert(known, "assign", checked(AlertAssignment, {"to": to, "note": note}))


def _resolve(known: Alert, note: str) -> Call[Alert]:
    return act_on_alert(known, "resolve", checked(AlertNote, {"note": note}))


class AlertMethods(Sends):
    """The alerts of a client that waits for each answer."""

    def alerts(
        self,
        *,
        status: StatusChoice = "unresolved",
        kind: str | None = None,
        portfolio_id: UUID | None = None,
        page_size: int | None = None,
    ) -> Iterator[Alert]:
        """Yield alerts, the last made first; ``kind`` is risk, data or system."""
        return self.items(alert_list(status=status, kind=kind, portfolio_id=portfolio_id, limit=page_size))

    def alert(self, alert_id: UUID) -> Alert:
        """Return an alert."""
        return self.send(_alert(alert_id))

    def alert_history(self, alert_id: UUID) -> AlertHistory:
        """Return what was done about an alert, by whom and when."""
        return self.send(_history(alert_id))

    def acknowledge_alert(self, known: Alert, *, note: str = "") -> Alert:
        """Take note of an alert; a PreconditionError says that somebody has acted on it since it was read."""
        return self.send(_acknowledge(known, note))

    def snooze_alert(self, known: Alert, until: dt.datetime | None, *, note: str = "") -> Alert:
        """Keep an alert from being brought to anybody until an instant with a time zone; None wakes it."""
        return self.send(_snooze(known, until, note))

    def assign_alert(self, known: Alert, to: str | None, *, note: str = "") -> Alert:
        """Make an alert somebody's; None makes it nobody's."""
        return self.send(_assign(known, to, note))

    def resolve_alert(self, known: Alert, *, note: str = "") -> Alert:
        """Settle an alert; it opens again by itself when it comes back."""
        return self.send(_resolve(known, note))


class AsyncAlertMethods(AsyncSends):
    """The alerts of a client on an event loop; see `AlertMethods`."""

    def alerts(
        self,
        *,
        status: StatusChoice = "unresolved",
        kind: str | None = None,
        portfolio_id: UUID | None = None,
        page_size: int | None = None,
    ) -> AsyncIterator[Alert]:
        """Yield alerts, the last made first."""
        return self.items(alert_list(status=status, kind=kind, portfolio_id=portfolio_id, limit=page_size))

    async def alert(self, alert_id: UUID) -> Alert:
        """Return an alert."""
        return await self.send(_alert(alert_id))

    async def alert_history(self, alert_id: UUID) -> AlertHistory:
        """Return what was done about an alert, by whom and when."""
        return await self.send(_history(alert_id))

    async def acknowledge_alert(self, known: Alert, *, note: str = "") -> Alert:
        """Take note of an alert."""
        return await self.send(_acknowledge(known, note))

    async def snooze_alert(self, known: Alert, until: dt.datetime | None, *, note: str = "") -> Alert:
        """Keep an alert from being brought to anybody until an instant; None wakes it."""
        return await self.send(_snooze(known, until, note))

    async def assign_alert(self, known: Alert, to: str | None, *, note: str = "") -> Alert:
        """Make an alert somebody's; None makes it nobody's."""
        return await self.send(_assign(known, to, note))

    async def resolve_alert(self, known: Alert, *, note: str = "") -> Alert:
        """Settle an alert."""
        return await self.send(_resolve(known, note))
