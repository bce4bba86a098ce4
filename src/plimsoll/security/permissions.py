"""What may be done, and who may do it."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

__all__ = ["Permission", "Principal"]


class Permission(StrEnum):
    """One right, as ``resource:action``.

    Examples
    --------
    >>> Permission.RUNS_START.value
    'runs:start'
    """

    JOBS_READ = "jobs:read"
    JOBS_WRITE = "jobs:write"
    LIVE_READ = "live:read"
    ALERTS_READ = "alerts:read"
    ALERTS_WRITE = "alerts:write"
    CHANNELS_READ = "channels:read"
    CHANNELS_WRITE = "channels:write"
    EVENTS_READ = "events:read"
    INSTRUMENTS_READ = "instruments:read"
    INSTRUMENTS_WRITE = "instruments:write"
    BREACHES_READ = "breaches:read"
    BREACHES_WRITE = "breaches:write"
    LIMITS_APPROVE = "limits:approve"
    LIMITS_PROPOSE = "limits:propose"
    LIMITS_READ = "limits:read"
    PORTFOLIOS_READ = "portfolios:read"
    PORTFOLIOS_WRITE = "portfolios:write"
    PRICES_READ = "prices:read"
    PRICES_WRITE = "prices:write"
    RUNS_READ = "runs:read"
    RUNS_START = "runs:start"
    SCHEDULES_READ = "schedules:read"
    SCHEDULES_WRITE = "schedules:write"
    SYSTEM_READ = "system:read"
    TICKS_WRITE = "ticks:write"
    WEBHOOKS_READ = "webhooks:read"
    WEBHOOKS_WRITE = "webhooks:write"


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody who has shown who they are.

    Parameters
    ----------
    id
        A stable word for them; it is what ``created_by`` of a run holds.
    tenant
        Whose data they see.
    name
        For people.
    permissions
        All they may do.

    Examples
    --------
    >>> reader = Principal("ada", UUID(int=1), "Ada", frozenset({Permission.RUNS_READ}))
    >>> reader.may(Permission.RUNS_READ), reader.may(Permission.RUNS_START)
    (True, False)
    """

    id: str
    tenant: UUID
    name: str
    permissions: frozenset[Permission]

    def may(self, permission: Permission) -> bool:
        """Return whether they have the permission."""
        return permission in self.permissions
