"""Schedules: risk runs that are put down again and again."""

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any
from uuid import UUID

import httpx2

from plimsoll.client.answers import message
from plimsoll.client.call import API_PREFIX, Call, get, post
from plimsoll.client.messages import checked
from plimsoll.client.sending import AsyncSends, Sends
from plimsoll.wire.page import Page
from plimsoll.wire.schedules import NewSchedule, Schedule, ScheduleChanges, SchedulePage

__all__ = ["AsyncScheduleMethods", "ScheduleMethods"]


class ScheduleMethods(Sends):
    """Schedules of the risk API."""

    def schedules(self, *, page_size: int | None = None) -> Iterator[Schedule]:
        """Yield schedules, oldest first."""
        return self.items(_schedules(page_size))

    def schedule(self, schedule_id: UUID) -> Schedule:
        """Return a schedule with its next five firings."""
        return self.send(_schedule(schedule_id))

    def create_schedule(
        self,
        portfolio_id: UUID,
        name: str,
        cron: str,
        *,
        time_zone: str = "UTC",
        calendar: str | None = None,
        idempotency_key: str | None = None,
        **options: Any,
    ) -> Schedule:
        """Let a risk run of a portfolio be put down whenever a clock says so.

        ::

            client.create_schedule(
                book.id, "After the close", "30 18 * * *", time_zone="America/New_York", calendar="XNYS"
            )

        Parameters
        ----------
        portfolio_id, name
            What is to run, and a name for people.
        cron, time_zone
            minute hour day month weekday, on the wall clock of the zone.
        calendar
            Only on days on which this exchange trades, such as XNYS; None for all days.
        idempotency_key
            Under the same key the same schedule comes back; None for a fresh one.
        **options
            Of the run, as for `start_run`.
        """
        return self.send(
            _create(_new(portfolio_id, name, cron, time_zone, calendar, options), idempotency_key)
        )

    def change_schedule(self, known: Schedule, **changes: Any) -> Schedule:
        """Change a schedule; a PreconditionError says that it was changed or has fired since it was read.

        Parameters
        ----------
        known
            As it was read.
        **changes
            Of ``name``, ``cron``, ``time_zone``, ``calendar``, ``options`` and ``paused``.
        """
        return self.send(_change(known, changes))

    def pause_schedule(self, known: Schedule) -> Schedule:
        """Pause a schedule; see `change_schedule` about versions."""
        return self.send(_change(known, {"paused": True}))

    def resume_schedule(self, known: Schedule) -> Schedule:
        """Let a paused schedule go on; nothing that it missed meanwhile is made up for."""
        return self.send(_change(known, {"paused": False}))

    def delete_schedule(self, known: Schedule) -> None:
        """Drop a schedule; the jobs and runs that it has made stay."""
        self.send(_delete(known))


class AsyncScheduleMethods(AsyncSends):
    """Schedules of the risk API, on an event loop; see `ScheduleMethods`."""

    def schedules(self, *, page_size: int | None = None) -> AsyncIterator[Schedule]:
        """Yield schedules, oldest first."""
        return self.items(_schedules(page_size))

    async def schedule(self, schedule_id: UUID) -> Schedule:
        """Return a schedule with its next five firings."""
        return await self.send(_schedule(schedule_id))

    async def create_schedule(
        self,
        portfolio_id: UUID,
        name: str,
        cron: str,
        *,
        time_zone: str = "UTC",
        calendar: str | None = None,
        idempotency_key: str | None = None,
        **options: Any,
    ) -> Schedule:
        """Let a risk run of a portfolio be put down whenever a clock says so; see `ScheduleMethods`."""
        return await self.send(
            _create(_new(portfolio_id, name, cron, time_zone, calendar, options), idempotency_key)
        )

    async def change_schedule(self, known: Schedule, **changes: Any) -> Schedule:
        """Change a schedule; see `ScheduleMethods`."""
        return await self.send(_change(known, changes))

    async def pause_schedule(self, known: Schedule) -> Schedule:
        """Pause a schedule; see `change_schedule` about versions."""
        return await self.send(_change(known, {"paused": True}))

    async def resume_schedule(self, known: Schedule) -> Schedule:
        """Let a paused schedule go on; nothing that it missed meanwhile is made up for."""
        return await self.send(_change(known, {"paused": False}))

    async def delete_schedule(self, known: Schedule) -> None:
        """Drop a schedule; the jobs and runs that it has made stay."""
        await self.send(_delete(known))


def _new(
    portfolio_id: UUID,
    name: str,
    cron: str,
    time_zone: str,
    calendar: str | None,
    options: Mapping[str, Any],
) -> NewSchedule:
    asked = {
        "portfolio_id": portfolio_id,
        "name": name,
        "cron": cron,
        "time_zone": time_zone,
        "calendar": calendar,
        "options": dict(options),
    }
    return checked(NewSchedule, asked)


def _create(new: NewSchedule, key: str | None) -> Call[Schedule]:
    return post("/schedules", message(Schedule), new, key=key)


def _schedules(limit: int | None) -> Call[Page[Schedule]]:
    return get("/schedules", message(SchedulePage), limit=limit)


def _schedule(schedule_id: UUID) -> Call[Schedule]:
    return get(f"/schedules/{schedule_id}", message(Schedule))


def _change(known: Schedule, changes: Mapping[str, Any]) -> Call[Schedule]:
    content = checked(ScheduleChanges, changes).model_dump_json(exclude_unset=True).encode()
    return Call(
        method="PATCH",
        path=f"{API_PREFIX}/schedules/{known.id}",
        read=message(Schedule),
        headers={"Content-Type": "application/json", "If-Match": f'"{known.version}"'},
        content=content,
    )


def _delete(known: Schedule) -> Call[None]:
    return Call(
        method="DELETE",
        path=f"{API_PREFIX}/schedules/{known.id}",
        read=_nothing,
        headers={"If-Match": f'"{known.version}"'},
    )


def _nothing(_: httpx2.Response) -> None:
    return None
