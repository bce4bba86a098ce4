"""Providers of single sign-on as stored, and who is on the way to them."""

import datetime as dt
from dataclasses import dataclass, field, fields
from uuid import UUID

from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or
from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store.models import new_id
from plimsoll.data.store.provider_rows import IdentityProviderRow, LinkedIdentityRow, ProviderSignInRow
from plimsoll.errors import NotFoundError

__all__ = [
    "ProviderRecord",
    "add",
    "get",
    "has_link",
    "link",
    "linked",
    "page",
    "remove",
    "send",
    "take_back",
]


@dataclass(frozen=True, slots=True)
class ProviderRecord:
    """Somebody who says who people are.

    Parameters
    ----------
    id
        UUIDv7.
    name
        For people.
    issuer
        Its address, and its name in what it says.
    client_id, client_secret
        Who we are there; the secret is sealed.
    created_at, created_by
        When and by whom it was added.
    """

    id: UUID
    name: str
    issuer: str
    client_id: str
    client_secret: bytes = field(repr=False)
    created_at: dt.datetime
    created_by: str


_COLUMNS = tuple(getattr(IdentityProviderRow, column.name) for column in fields(ProviderRecord))


async def add(
    session: AsyncSession,
    provider_id: UUID,
    *,
    name: str,
    issuer: str,
    client_id: str,
    client_secret: bytes,
    created_by: str,
) -> ProviderRecord:
    """Store a new provider under an id that was made for it, because the secret is sealed to the id."""
    values = {"id": provider_id, "name": name, "issuer": issuer, "client_id": client_id}
    values |= {"client_secret": client_secret, "created_by": created_by}
    made = await session.execute(insert(IdentityProviderRow).values(values).returning(*_COLUMNS))
    return ProviderRecord(*made.one())


async def get(session: AsyncSession, provider_id: UUID) -> ProviderRecord:
    """Return a provider.

    Raises
    ------
    NotFoundError
        If there is none of that id, or it was removed.
    """
    query = select(*_COLUMNS).where(
        IdentityProviderRow.id == provider_id, IdentityProviderRow.removed_at.is_(None)
    )
    row = (await session.execute(query)).one_or_none()
    if row is None:
        raise NotFoundError("there is no such provider")
    return ProviderRecord(*row)


async def page(session: AsyncSession, *, after: UUID | None, limit: int) -> list[ProviderRecord]:
    """Return the first `limit` providers whose id comes after `after`, oldest first."""
    query = select(*_COLUMNS).where(IdentityProviderRow.removed_at.is_(None))
    query = query.order_by(IdentityProviderRow.id).limit(limit)
    if after is not None:
        query = query.where(IdentityProviderRow.id > after)
    return [ProviderRecord(*row) for row in await session.execute(query)]


async def remove(session: AsyncSession, provider_id: UUID, at: dt.datetime) -> None:
    """Believe a provider no more.

    Raises
    ------
    NotFoundError
        If there is none of that id.
    """
    await get(session, provider_id)
    statement = update(IdentityProviderRow).where(IdentityProviderRow.id == provider_id)
    await session.execute(statement.values(removed_at=at).execution_options(synchronize_session=False))


async def send(
    session: AsyncSession,
    provider_id: UUID,
    *,
    digest: bytes,
    browser: bytes,
    expires_at: dt.datetime,
    now: dt.datetime,
) -> None:
    """Note that somebody was sent to a provider; those who never came back are forgotten on the way."""
    old = delete(ProviderSignInRow).where(ProviderSignInRow.expires_at < now)
    await session.execute(old.execution_options(synchronize_session=False))
    values = {"id": new_id(), "provider_id": provider_id, "digest": digest, "browser": browser}
    await session.execute(insert(ProviderSignInRow).values({**values, "expires_at": expires_at}))


async def take_back(session: AsyncSession, sign_in: UUID, *, browser: bytes, now: dt.datetime) -> UUID | None:
    """Use up that somebody was sent, and return to which provider; None if they were not, or came before.

    Of several who come back at the same time, one does.
    """
    statement = (
        delete(ProviderSignInRow)
        .where(
            ProviderSignInRow.id == sign_in,
            ProviderSignInRow.browser == browser,
            ProviderSignInRow.expires_at > now,
        )
        .returning(ProviderSignInRow.provider_id)
        .execution_options(synchronize_session=False)
    )
    return (await session.execute(statement)).scalar_one_or_none()


async def linked(session: AsyncSession, provider_id: UUID, subject: str) -> UUID | None:
    """Return whom a provider means by a subject; None for nobody."""
    query = select(LinkedIdentityRow.user_id).where(
        LinkedIdentityRow.provider_id == provider_id, LinkedIdentityRow.subject == subject
    )
    return (await session.execute(query)).scalar_one_or_none()


async def has_link(session: AsyncSession, provider_id: UUID, user_id: UUID) -> bool:
    """Return whether a provider means somebody by one of its subjects already."""
    query = select(LinkedIdentityRow.subject).where(
        LinkedIdentityRow.provider_id == provider_id, LinkedIdentityRow.user_id == user_id
    )
    return (await session.execute(query.limit(1))).one_or_none() is not None


async def link(session: AsyncSession, provider_id: UUID, subject: str, user_id: UUID) -> None:
    """Note whom a provider means by a subject, once and for all."""
    values = {"provider_id": provider_id, "subject": subject, "user_id": user_id}
    await session.execute(insert_or(LinkedIdentityRow).values(values).on_conflict_do_nothing())
