"""What a service account may do: what it was made with, in the whole tenant."""

from collections.abc import Iterable
from uuid import UUID

from plimsoll.security.permissions import Permission

__all__ = ["TWO_PEOPLE", "account_id_of", "known", "principal_id"]

_KIND = "account:"

TWO_PEOPLE = frozenset(
    {
        Permission.ACCOUNTS_WRITE,
        Permission.KEYS_WRITE,
        Permission.LIMITS_APPROVE,
        Permission.SESSIONS_WRITE,
        Permission.USERS_WRITE,
    }
)
"""What nobody gives to a program alone: it decides who may do what, or on limits."""


def principal_id(account_id: UUID) -> str:
    """Return the id of a service account as a principal."""
    return f"{_KIND}{account_id}"


def account_id_of(principal: str) -> UUID | None:
    """Return which service account a principal is; None for somebody else.

    Examples
    --------
    >>> account_id_of(principal_id(UUID(int=1))) == UUID(int=1), account_id_of("local") is None
    (True, True)
    """
    try:
        return UUID(principal.removeprefix(_KIND)) if principal.startswith(_KIND) else None
    except ValueError:
        return None


def known(permissions: Iterable[str]) -> frozenset[Permission]:
    """Return those of the texts that are permissions: a stored one may be of a newer or older version.

    Examples
    --------
    >>> sorted(known(["runs:read", "moon:land"]))
    [<Permission.RUNS_READ: 'runs:read'>]
    """
    texts = frozenset(permissions)
    return frozenset(permission for permission in Permission if permission.value in texts)
