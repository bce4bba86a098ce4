"""What the database says about accounts that are weaker than they should be."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store.account_rows import UserRow
from plimsoll.data.store.factor_rows import FactorRow
from plimsoll.data.store.grant_rows import GrantRow
from plimsoll.data.store.grants import GrantStatus
from plimsoll.data.store.program_account_rows import ApiKeyRow, ServiceAccountRow

__all__ = [
    "ExpiringKey",
    "Waiting",
    "WeakPeople",
    "endless_programs",
    "keys_ending",
    "waiting",
    "weak_people",
]


@dataclass(frozen=True, slots=True)
class WeakPeople:
    """People who may sign in and lack something.

    Parameters
    ----------
    administrators
        Addresses of those who decide about others and have no second factor.
    alone
        Of those whose password was chosen beside a factor that they have removed: it may be short.
    passwords
        Everybody's, as they are kept.
    """

    administrators: Sequence[str]
    alone: Sequence[str]
    passwords: Sequence[str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class ExpiringKey:
    """An API key that is in use and ends.

    Parameters
    ----------
    account, name
        Whose, and which.
    expires_at
        When.
    """

    account: str
    name: str
    expires_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """Privileged grants on which nobody has decided.

    Parameters
    ----------
    count
        How many.
    since
        Since when the oldest waits; None where there is none.
    """

    count: int
    since: dt.datetime | None


async def weak_people(session: AsyncSession) -> WeakPeople:
    """Return who of the tenant lacks something."""
    own = (FactorRow.user_id == UserRow.id) & FactorRow.confirmed_at.is_not(None)
    usable: ColumnElement[bool] = exists().where(
        own, FactorRow.removed_at.is_(None), FactorRow.suspended_at.is_(None)
    )
    removed: ColumnElement[bool] = exists().where(
        own,
        FactorRow.confirmed_at < UserRow.password_changed_at,
        FactorRow.removed_at > UserRow.password_changed_at,
    )
    query = select(UserRow.email, UserRow.administrator, UserRow.password, usable, removed)
    query = query.where(UserRow.enabled, UserRow.password.is_not(None)).order_by(UserRow.email)
    found = (await session.execute(query)).all()
    return WeakPeople(
        administrators=[email for email, decides, _, has, _ in found if decides and not has],
        alone=[email for email, _, _, has, had in found if had and not has],
        passwords=[password for _, _, password, _, _ in found if password],
    )


async def keys_ending(session: AsyncSession, *, after: dt.datetime, before: dt.datetime) -> list[ExpiringKey]:
    """Return the API keys that are in use and end within a time, the first to end first."""
    query = select(ServiceAccountRow.name, ApiKeyRow.name, ApiKeyRow.expires_at)
    query = query.join(ServiceAccountRow, ServiceAccountRow.id == ApiKeyRow.account_id).where(
        ServiceAccountRow.disabled_at.is_(None),
        ApiKeyRow.revoked_at.is_(None),
        ApiKeyRow.expires_at.between(after, before),
    )
    return [ExpiringKey(*row) for row in await session.execute(query.order_by(ApiKeyRow.expires_at))]


async def endless_programs(session: AsyncSession) -> list[str]:
    """Return the service accounts with public keys: these sign in until somebody removes them."""
    query = select(ServiceAccountRow.name).where(
        ServiceAccountRow.disabled_at.is_(None), func.jsonb_array_length(ServiceAccountRow.public_keys) > 0
    )
    return list((await session.execute(query.order_by(ServiceAccountRow.name))).scalars())


async def waiting(session: AsyncSession) -> Waiting:
    """Return the privileged grants that wait for a second person."""
    query = select(func.count(), func.min(GrantRow.proposed_at))
    query = query.where(GrantRow.privileged, GrantRow.status == GrantStatus.PROPOSED)
    return Waiting(*(await session.execute(query)).one())
