"""Schedules: risk runs that are put down again and again, by the clock of a place."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints

from plimsoll.wire.model import Flag, Label, Name, WireModel, example
from plimsoll.wire.page import Page
from plimsoll.wire.risk_runs import RunOptions

__all__ = ["NewSchedule", "Schedule", "ScheduleChanges", "SchedulePage"]

_Cron = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=9, max_length=200, pattern=r"^[0-9A-Za-z*/,\- ]+$"),
    Field(
        description="minute hour day month weekday, on the wall clock of the time zone",
        examples=["30 18 * * 1-5"],
    ),
]
_TimeZone = Annotated[Label, Field(description="IANA name", examples=["America/New_York"])]
_Calendar = Annotated[Label, Field(description="ISO 10383 code of an exchange", examples=["XNYS"])]

_SCHEDULE: dict[str, Any] = {
    "id": "0197a3c2-9e62-7185-ad42-af50317bbe96",
    "name": "After the close",
    "portfolio_id": "0197a3c2-4f10-7c3e-9d5b-2f6f3a1c8e10",
    "options": {"confidence": 0.99, "days": 500},
    "cron": "30 18 * * 1-5",
    "time_zone": "America/New_York",
    "calendar": "XNYS",
    "paused": False,
    "problem": None,
    "next_firings": ["2026-06-30T22:30:00.000000Z", "2026-07-01T22:30:00.000000Z"],
    "last_fired_at": "2026-06-29T22:30:00.000000Z",
    "last_job_id": "0197a3c2-8d51-7074-9c31-9e4f2061ad85",
    "created_at": "2026-06-01T07:00:00.000000Z",
    "created_by": "local",
    "version": 21,
}
_NEW = ("name", "portfolio_id", "options", "cron", "time_zone", "calendar")


class NewSchedule(WireModel):
    """A schedule to be made."""

    model_config = example({name: _SCHEDULE[name] for name in _NEW})

    name: Name
    portfolio_id: UUID
    cron: _Cron
    time_zone: _TimeZone = "UTC"
    calendar: _Calendar | None = Field(
        default=None, description="Only on days on which this exchange trades; null for all days"
    )
    options: RunOptions = RunOptions()


class ScheduleChanges(WireModel):
    """What is to change; a field that is left out stays as it is."""

    model_config = example({"paused": True})

    name: Name | None = Field(default=None, description="New name; null leaves it")
    cron: _Cron | None = Field(default=None, description="Null leaves it")
    time_zone: _TimeZone | None = Field(default=None, description="Null leaves it")
    calendar: _Calendar | None = Field(default=None, description="Null makes it all days")
    options: RunOptions | None = Field(default=None, description="Null leaves them")
    paused: Flag | None = Field(default=None, description="Null leaves it")


class Schedule(WireModel):
    """A schedule; firings that are missed while nobody works are made up for by one."""

    model_config = example(_SCHEDULE)

    id: UUID
    name: str
    portfolio_id: UUID
    options: RunOptions
    cron: str
    time_zone: str
    calendar: str | None
    paused: bool
    problem: str | None = Field(description="Why it paused by itself; null where it did not")
    next_firings: tuple[AwareDatetime, ...] = Field(description="The next five; none while it is paused")
    last_fired_at: AwareDatetime | None
    last_job_id: UUID | None = Field(description="What it put down last")
    created_at: AwareDatetime
    created_by: str
    version: int = Field(ge=1, description="Counts its changes and firings; the ETag is made of it")


class SchedulePage(Page[Schedule]):
    """One page of schedules."""

    model_config = example({"items": [_SCHEDULE], "next": None})
