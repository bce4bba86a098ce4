"""Who needs a second factor: whoever decides what others may do."""

from collections.abc import Iterable

from plimsoll.security.permissions import Permission

__all__ = ["allowed_with", "has_shown_second", "needs_second_factor"]

_FIRST = frozenset({"password", "single-sign-on"})
_DECIDES = frozenset(
    {"users", "sessions", "roles", "teams", "grants", "accounts", "keys", "secrets", "audit", "recoveries"}
)


def needs_second_factor(permissions: Iterable[Permission]) -> bool:
    """Return whether permissions are those of somebody who decides what others may do.

    Parameters
    ----------
    permissions
        All that somebody has.

    Examples
    --------
    >>> needs_second_factor({Permission.RUNS_READ, Permission.USERS_READ})
    False
    >>> needs_second_factor({Permission.USERS_WRITE})
    True
    """
    return any(_decides(permission) for permission in permissions)


def allowed_with(permissions: frozenset[Permission], factors: Iterable[str]) -> frozenset[Permission]:
    """Return what somebody may do who has shown these factors.

    Parameters
    ----------
    permissions
        All that were granted.
    factors
        What was shown in this session, such as ``password`` and ``totp``. A single sign-on is one factor, and
        two where the provider says that it has asked for two.

    Returns
    -------
    frozenset of Permission
        All of them; none for an administrator without a second factor, who can do one thing: get one, which
        needs no permission.

    Examples
    --------
    >>> allowed_with(frozenset({Permission.USERS_WRITE, Permission.RUNS_READ}), {"password"})
    frozenset()
    """
    if not has_shown_second(factors) and needs_second_factor(permissions):
        return frozenset()
    return permissions


def has_shown_second(factors: Iterable[str]) -> bool:
    """Return whether more was shown than a password, or than a provider that has asked for one.

    Parameters
    ----------
    factors
        What was shown in a session, such as ``password`` and ``totp``.

    Examples
    --------
    >>> has_shown_second({"password"}), has_shown_second({"password", "totp"})
    (False, True)
    """
    return not _FIRST.issuperset(factors)


def _decides(permission: Permission) -> bool:
    resource, _, action = permission.value.partition(":")
    return resource in _DECIDES and action != "read"
