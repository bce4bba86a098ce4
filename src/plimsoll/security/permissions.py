"""What may be done, and who may do it."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from plimsoll.security.clocks import is_younger
from plimsoll.security.scopes import EVERYTHING, Scope

__all__ = ["LIFE_OF_STEP_UP", "Permission", "Principal", "PrincipalKind"]

LIFE_OF_STEP_UP = dt.timedelta(minutes=10)
"""For so long somebody who has shown again who they are may do what is most sensitive."""


class Permission(StrEnum):
    """One right, as ``resource:action``.

    Examples
    --------
    >>> Permission.RUNS_START.value
    'runs:start'
    """

    ACCOUNTS_READ = "accounts:read"
    ACCOUNTS_WRITE = "accounts:write"
    JOBS_READ = "jobs:read"
    JOBS_WRITE = "jobs:write"
    LIVE_READ = "live:read"
    ALERTS_READ = "alerts:read"
    ALERTS_WRITE = "alerts:write"
    CHANNELS_READ = "channels:read"
    CHANNELS_WRITE = "channels:write"
    EVENTS_READ = "events:read"
    GRANTS_APPROVE = "grants:approve"
    GRANTS_READ = "grants:read"
    GRANTS_WRITE = "grants:write"
    INSTRUMENTS_READ = "instruments:read"
    INSTRUMENTS_WRITE = "instruments:write"
    AUDIT_EXPORT = "audit:export"
    AUDIT_READ = "audit:read"
    BREACHES_READ = "breaches:read"
    BREACHES_WRITE = "breaches:write"
    KEYS_READ = "keys:read"
    KEYS_WRITE = "keys:write"
    LIMITS_APPROVE = "limits:approve"
    LIMITS_PROPOSE = "limits:propose"
    LIMITS_READ = "limits:read"
    PORTFOLIOS_READ = "portfolios:read"
    PORTFOLIOS_WRITE = "portfolios:write"
    PRICES_READ = "prices:read"
    PRICES_WRITE = "prices:write"
    ROLES_READ = "roles:read"
    ROLES_WRITE = "roles:write"
    RUNS_READ = "runs:read"
    RUNS_START = "runs:start"
    SCHEDULES_READ = "schedules:read"
    SCHEDULES_WRITE = "schedules:write"
    SESSIONS_READ = "sessions:read"
    SESSIONS_WRITE = "sessions:write"
    SECRETS_READ = "secrets:read"
    SECRETS_WRITE = "secrets:write"
    SYSTEM_READ = "system:read"
    TEAMS_READ = "teams:read"
    TEAMS_WRITE = "teams:write"
    TICKS_WRITE = "ticks:write"
    USERS_READ = "users:read"
    USERS_WRITE = "users:write"
    WEBHOOKS_READ = "webhooks:read"
    WEBHOOKS_WRITE = "webhooks:write"


class PrincipalKind(StrEnum):
    """What sort of somebody: the user of this machine, a person with an account, or a program with one."""

    LOCAL = "local"
    USER = "user"
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody who has shown who they are.

    Parameters
    ----------
    id
        A stable word for them; it is what ``created_by`` of a run holds: ``local``, ``user:`` or ``account:``
        and an id.
    tenant
        Whose data they see.
    name
        For people.
    permissions
        All they may do.
    kind
        What sort of somebody they are.
    session
        Id of the session by which they came; None for a key.
    authenticated_at
        When they signed in, UTC; None for a key.
    factors
        How they have shown it, such as ``password`` and ``totp``.
    stepped_up_at
        When they last showed it again, UTC; None for never.
    scope
        Which portfolios their permissions reach.

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
    kind: PrincipalKind = PrincipalKind.LOCAL
    session: UUID | None = None
    authenticated_at: dt.datetime | None = None
    factors: frozenset[str] = frozenset()
    stepped_up_at: dt.datetime | None = None
    scope: Scope = EVERYTHING

    def may(self, permission: Permission) -> bool:
        """Return whether they have the permission."""
        return permission in self.permissions

    def is_stepped_up(self, now: dt.datetime) -> bool:
        """Return whether they have shown lately who they are; whoever holds the machine's key always has.

        Parameters
        ----------
        now
            UTC.
        """
        if self.kind is PrincipalKind.LOCAL:
            return True
        return self.stepped_up_at is not None and is_younger(self.stepped_up_at, LIFE_OF_STEP_UP, now)
