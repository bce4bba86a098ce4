"""Channels: the ways by which people are told of alerts and other events."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints

from plimsoll.wire.model import Flag, Label, Name, Whole, WireModel, example
from plimsoll.wire.page import Page

__all__ = ["Channel", "ChannelChanges", "ChannelPage", "ChannelTrial", "NewChannel", "QuietHours"]

_Time = Annotated[
    str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$"), Field(examples=["22:00"])
]
_Kinds = Annotated[
    tuple[Annotated[str, Field(max_length=100)], ...],
    Field(min_length=1, max_length=50, description="Of events; `alert.raised` also tells what became worse"),
]
_Severity = Annotated[
    Literal["info", "warning", "critical"], Field(description="Nothing less severe is told")
]
_Minutes = Annotated[Whole, Field(ge=1, le=10_080)]

_QUIET: dict[str, Any] = {"start": "22:00", "end": "07:00", "time_zone": "Europe/Berlin"}
_CHANNEL: dict[str, Any] = {
    "id": "0197a3c2-4f10-7c3e-9d5b-2f6f3a1c8e10",
    "name": "Risk desk",
    "scheme": "mailtos",
    "kinds": ["alert.raised"],
    "minimum_severity": "warning",
    "quiet_hours": _QUIET,
    "escalate_after_minutes": None,
    "enabled": True,
    "created_at": "2026-06-30T07:00:00.000000Z",
    "created_by": "local",
    "version": 1,
}
_NEW = ("name", "kinds", "minimum_severity", "quiet_hours", "escalate_after_minutes", "enabled")


class QuietHours(WireModel):
    """A part of each day in which only what is critical is told; over midnight where the end comes first."""

    model_config = example(_QUIET)

    start: _Time
    end: _Time
    time_zone: Annotated[Label, Field(description="IANA name", examples=["America/New_York"])] = "UTC"


class NewChannel(WireModel):
    """A channel to be made."""

    model_config = example(
        {
            **{name: _CHANNEL[name] for name in _NEW},
            "url": "mailtos://risk:secret@example.com?to=desk@example.com",
        }
    )

    name: Name
    url: Annotated[
        str, Field(min_length=1, max_length=2000, description="As Apprise writes it; it is never shown again")
    ]
    kinds: _Kinds = ("alert.raised",)
    minimum_severity: _Severity = "warning"
    quiet_hours: QuietHours | None = Field(default=None, description="Null for none")
    escalate_after_minutes: _Minutes | None = Field(
        default=None, description="Tell only of alerts that nobody acknowledges for so long; null: at once"
    )
    enabled: Flag = True


class ChannelChanges(WireModel):
    """What is to change; a field that is left out stays as it is."""

    model_config = example({"minimum_severity": "critical"})

    name: Name | None = Field(default=None, description="Null leaves it")
    kinds: _Kinds | None = Field(default=None, description="Null leaves them")
    minimum_severity: _Severity | None = Field(default=None, description="Null leaves it")
    quiet_hours: QuietHours | None = Field(default=None, description="Null makes it none")
    escalate_after_minutes: _Minutes | None = Field(default=None, description="Null makes it the first line")
    enabled: Flag | None = Field(default=None, description="Null leaves it")


class Channel(WireModel):
    """A way to people; of its URL only the scheme is shown."""

    model_config = example(_CHANNEL)

    id: UUID
    name: str
    scheme: str
    kinds: tuple[str, ...]
    minimum_severity: Literal["info", "warning", "critical"]
    quiet_hours: QuietHours | None
    escalate_after_minutes: int | None = Field(description="Null for the first line")
    enabled: bool
    created_at: AwareDatetime
    created_by: str
    version: int = Field(ge=1, description="Counts its changes; the ETag is made of it")


class ChannelPage(Page[Channel]):
    """One page of channels."""

    model_config = example({"items": [_CHANNEL], "next": None})


class ChannelTrial(WireModel):
    """What came of a message that was sent to try a channel."""

    model_config = example({"taken": False, "reason": "the channel has not taken the message"})

    taken: bool
    reason: str | None = Field(description="Why not; null where it was taken")
