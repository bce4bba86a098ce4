"""What somebody may do: the grants that they hold, by themselves and through teams, added up."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store import grants, program_accounts
from plimsoll.data.store.grants import EffectiveGrant, Holder, HolderKind
from plimsoll.security.permissions import Permission, Principal
from plimsoll.security.roles import IN_PORTFOLIOS, ROLES, named
from plimsoll.security.scopes import EVERYTHING, Scope

__all__ = [
    "LOCAL",
    "account_id_of",
    "added_up",
    "holder_of",
    "may_all_of",
    "people_behind",
    "permissions_of",
    "permissions_of_accounts",
    "principal_id",
]

LOCAL = "local"
"""Id of the principal of the machine, who may do everything in its tenant."""


def holder_of(principal_id: str) -> Holder | None:
    """Return who holds the grants of a principal; None for one that is neither a user nor a service account.

    Parameters
    ----------
    principal_id
        As ``user:`` or ``account:`` and an id.

    Examples
    --------
    >>> holder_of("user:00000000-0000-0000-0000-000000000001").kind.value, holder_of("local") is None
    ('user', True)
    """
    kind, _, number = principal_id.partition(":")
    if kind not in (HolderKind.USER, HolderKind.ACCOUNT):
        return None
    try:
        return Holder(HolderKind(kind), UUID(number))
    except ValueError:
        return None


def principal_id(account_id: UUID) -> str:
    """Return the id of a service account as a principal."""
    return f"{HolderKind.ACCOUNT}:{account_id}"


def account_id_of(principal: str) -> UUID | None:
    """Return which service account a principal is; None for somebody else.

    Examples
    --------
    >>> account_id_of(principal_id(UUID(int=1))) == UUID(int=1), account_id_of("local") is None
    (True, True)
    """
    holder = holder_of(principal)
    return holder.id if holder is not None and holder.kind is HolderKind.ACCOUNT else None


async def permissions_of(session: AsyncSession, principal_id: str) -> tuple[frozenset[Permission], Scope]:
    """Return what a principal may do at this instant, and where; nothing for one that nobody knows.

    Parameters
    ----------
    session
        An open transaction of the principal's tenant.
    principal_id
        ``local``, or ``user:`` or ``account:`` and an id.
    """
    if principal_id == LOCAL:
        return frozenset(Permission), EVERYTHING
    holder = holder_of(principal_id)
    if holder is None:
        return frozenset(), EVERYTHING
    return added_up(await grants.effective(session, holder))


async def may_all_of(session: AsyncSession, principal: Principal, user_id: UUID) -> bool:
    """Return whether somebody may do all that a user may, wherever the user may do it.

    Parameters
    ----------
    session
        An open transaction of the tenant.
    principal, user_id
        Who, and whom they are compared with.
    """
    held, scope = await permissions_of(session, f"{HolderKind.USER}:{user_id}")
    return held <= principal.permissions and principal.scope.covers(scope, held)


async def people_behind(session: AsyncSession, principal: str) -> frozenset[str]:
    """Return who may speak as a principal: they themselves, and of a program whoever made it or a key of it.

    Parameters
    ----------
    session
        An open transaction of the tenant.
    principal
        ``local``, or ``user:`` or ``account:`` and an id.
    """
    account = account_id_of(principal)
    makers = frozenset() if account is None else await program_accounts.makers(session, account)
    return makers | {principal}


async def permissions_of_accounts(
    session: AsyncSession, accounts: Sequence[UUID]
) -> dict[UUID, frozenset[Permission]]:
    """Return what each of several service accounts may do somewhere in the tenant, by its id."""
    held = await grants.effective_of(session, HolderKind.ACCOUNT, accounts)
    return {account: added_up(found)[0] for account, found in held.items()}


def added_up(held: list[EffectiveGrant]) -> tuple[frozenset[Permission], Scope]:
    """Return what several grants give together.

    A role that is granted for some portfolios gives only what can be had for portfolios alone; what one grant
    gives in the whole tenant no other one takes away.

    Parameters
    ----------
    held
        In any order.
    """
    whole: set[Permission] = set()
    parts: defaultdict[Permission, set[UUID]] = defaultdict(set)
    for grant in held:
        shipped = ROLES.get(grant.role, frozenset())
        permissions = shipped if grant.permissions is None else named(grant.permissions)
        if grant.portfolios is None:
            whole |= permissions
            continue
        for permission in permissions & IN_PORTFOLIOS:
            parts[permission] |= grant.portfolios
    narrow: dict[str, set[UUID]] = {one: ids for one, ids in parts.items() if one not in whole}
    return frozenset(whole | set(parts)), Scope.of(narrow) if narrow else EVERYTHING
