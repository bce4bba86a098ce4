"""The roles that ship: one table from role to permissions, printed in the documents from here."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType

from plimsoll.security.permissions import Permission

__all__ = ["IN_PORTFOLIOS", "PRIVILEGED", "ROLES", "Role", "is_privileged", "matrix", "named"]


class Role(StrEnum):
    """A role that ships; its name never changes its meaning."""

    VIEWER = "viewer"
    ANALYST = "analyst"
    PORTFOLIO_MANAGER = "portfolio-manager"
    RISK_MANAGER = "risk-manager"
    OPERATOR = "operator"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


_P = Permission
_VIEWER = frozenset(
    {
        _P.PORTFOLIOS_READ,
        _P.INSTRUMENTS_READ,
        _P.PRICES_READ,
        _P.RUNS_READ,
        _P.LIVE_READ,
        _P.LIMITS_READ,
        _P.BREACHES_READ,
        _P.ALERTS_READ,
        _P.EVENTS_READ,
    }
)
_ANALYST = _VIEWER | {_P.RUNS_START, _P.JOBS_READ, _P.JOBS_WRITE, _P.SCHEDULES_READ, _P.SCHEDULES_WRITE}
_PORTFOLIO_MANAGER = _ANALYST | {
    _P.PORTFOLIOS_WRITE,
    _P.LIMITS_PROPOSE,
    _P.BREACHES_WRITE,
    _P.ALERTS_WRITE,
}
_RISK_MANAGER = _ANALYST | {_P.LIMITS_PROPOSE, _P.LIMITS_APPROVE, _P.BREACHES_WRITE, _P.ALERTS_WRITE}
_OPERATOR = _VIEWER | {
    _P.RUNS_START,
    _P.JOBS_READ,
    _P.JOBS_WRITE,
    _P.SCHEDULES_READ,
    _P.SCHEDULES_WRITE,
    _P.INSTRUMENTS_WRITE,
    _P.PRICES_WRITE,
    _P.TICKS_WRITE,
    _P.ALERTS_WRITE,
    _P.CHANNELS_READ,
    _P.CHANNELS_WRITE,
    _P.WEBHOOKS_READ,
    _P.WEBHOOKS_WRITE,
    _P.SYSTEM_READ,
}
_AUDITOR = frozenset(permission for permission in Permission if permission.endswith(":read"))

ROLES: Mapping[str, frozenset[Permission]] = MappingProxyType(
    {
        Role.VIEWER: _VIEWER,
        Role.ANALYST: _ANALYST,
        Role.PORTFOLIO_MANAGER: _PORTFOLIO_MANAGER,
        Role.RISK_MANAGER: _RISK_MANAGER,
        Role.OPERATOR: frozenset(_OPERATOR),
        Role.ADMINISTRATOR: frozenset(Permission),
        Role.AUDITOR: _AUDITOR,
    }
)
"""What each role may do. An auditor reads all and changes nothing; an administrator may do everything, and
two pairs of eyes stand before what is privileged."""

IN_PORTFOLIOS: frozenset[Permission] = frozenset(
    {
        *_RISK_MANAGER,
        *_PORTFOLIO_MANAGER,
    }
)
"""Permissions that can be granted for some portfolios alone. A role that is granted so gives no others: who
may send webhooks or change prices does so for the whole tenant. Prices and instruments are the tenant's, and
are read whole."""

_ADMINISTERS = frozenset(
    {"users", "roles", "teams", "grants", "accounts", "keys", "sessions", "secrets", "audit"}
)
PRIVILEGED: frozenset[Permission] = frozenset(
    permission
    for permission in Permission
    if permission is _P.LIMITS_APPROVE
    or (permission.partition(":")[0] in _ADMINISTERS and not permission.endswith(":read"))
)
"""Permissions that a second person has to approve: to decide on limits, and to decide who may do what."""


def is_privileged(permissions: Iterable[Permission]) -> bool:
    """Return whether one of the permissions is privileged."""
    return not PRIVILEGED.isdisjoint(permissions)


def named(permissions: Iterable[str]) -> frozenset[Permission]:
    """Return those of the texts that are permissions: a stored one may be of a newer or older version.

    Examples
    --------
    >>> sorted(named(["runs:read", "moon:land"]))
    [<Permission.RUNS_READ: 'runs:read'>]
    """
    return frozenset(permission for permission in Permission if permission.value in set(permissions))


def matrix() -> str:
    """Return the table of roles and permissions as Markdown, as the documents show it."""
    heads = [role.value.replace("-", " ") for role in Role]
    lines = [
        f"| permission | {' | '.join(heads)} | by portfolio | two persons |",
        f"|---|{'---|' * (len(heads) + 2)}",
    ]
    for permission in sorted(Permission):
        cells = ["x" if permission in ROLES[role] else "" for role in Role]
        cells += ["x" if permission in IN_PORTFOLIOS else "", "x" if permission in PRIVILEGED else ""]
        lines.append(" ".join(f"| `{permission.value}` | {' | '.join(cells)} |".split()))
    return "\n".join(lines) + "\n"
