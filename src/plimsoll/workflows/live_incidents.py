"""Prices that stop coming while others come: an incident of the data, not of the risk."""

import datetime as dt
from uuid import UUID

from plimsoll.data.store.database import Database
from plimsoll.data.symbols import folded
from plimsoll.workflows.alerts import AlertKind, Severity, raise_alert, resolve_alert
from plimsoll.workflows.live_stream import LiveStream
from plimsoll.workflows.tick_board import TickBoard

__all__ = ["LiveIncidents"]

_ALIVE = dt.timedelta(seconds=60)
_SHOWN = 5


class LiveIncidents:
    """Says that a live portfolio stands on prices that have stopped, once, and when they come again.

    Where no price comes at all the market is closed, or the feed is down for everybody: the age of the newest
    tick says so. Nobody is woken at night for every symbol.

    Parameters
    ----------
    database, tenant
        Where alerts are raised, and whose.
    board
        The levels of the tenant.
    after_seconds
        How long a symbol that has ticked may be silent.
    """

    def __init__(self, database: Database, tenant: UUID, board: TickBoard, *, after_seconds: float) -> None:
        self._database = database
        self._tenant = tenant
        self._board = board
        self._after = dt.timedelta(seconds=after_seconds)
        self._told: dict[UUID, frozenset[str]] = {}

    async def look(self, stream: LiveStream, now: dt.datetime) -> None:
        """Raise or resolve the alert of a live portfolio if what is silent has changed.

        Parameters
        ----------
        stream
            The portfolio.
        now
            What the clock says.
        """
        newest = self._board.newest
        if newest is None or now - newest > _ALIVE:
            return
        portfolio = stream.base.portfolio_id
        silent, told = self._silent(stream, now), self._told.get(portfolio, frozenset())
        if silent == told:
            return
        key = f"live/{portfolio}/stale"
        async with self._database.session(self._tenant) as session:
            if silent:
                names = sorted(silent)
                more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
                await raise_alert(
                    session,
                    key=key,
                    kind=AlertKind.DATA,
                    severity=Severity.WARNING,
                    title=f"Live prices have stopped for {len(names)} of {len(stream.symbols)} symbols",
                    detail=f"While others come, none has come for {', '.join(names[:_SHOWN])}{more}.",
                    portfolio_id=portfolio,
                )
            else:
                await resolve_alert(session, key)
        self._told[portfolio] = silent

    def _silent(self, stream: LiveStream, now: dt.datetime) -> frozenset[str]:
        opened = dt.datetime.combine(stream.base.as_of, dt.time(), dt.UTC)
        found = set()
        for name in stream.names:
            level = self._board.levels.get(folded(name))
            if level is not None and level.at >= opened and now - level.at > self._after:
                found.add(name)
        return frozenset(found)
