"""Stored schedules as messages."""

import datetime as dt

from plimsoll.data.store.schedules import ScheduleRecord
from plimsoll.wire.risk_runs import RunOptions
from plimsoll.wire.schedules import Schedule
from plimsoll.workflows.schedules import upcoming

__all__ = ["schedule_message"]


async def schedule_message(record: ScheduleRecord) -> Schedule:
    """Return a schedule with its next firings, counted from the one that is due: they change when it does.

    Parameters
    ----------
    record
        As stored.
    """
    names = Schedule.model_fields.keys() - {"options", "paused", "next_firings", "last_fired_at"}
    due = record.next_at or record.created_at
    return Schedule.model_validate(
        {
            **{name: getattr(record, name) for name in names},
            "options": RunOptions.model_validate(record.request),
            "paused": record.next_at is None,
            "next_firings": await upcoming(record, after=due - dt.timedelta(microseconds=1)),
            "last_fired_at": record.last_at,
        }
    )
