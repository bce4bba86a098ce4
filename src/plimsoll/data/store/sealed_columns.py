"""Where sealed secrets are kept, so that all of them can be sealed anew under another key."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, LargeBinary, column, exists, func, select, table, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from plimsoll.data.store.channel_rows import ChannelRow
from plimsoll.data.store.factor_rows import FactorRow
from plimsoll.data.store.provider_rows import IdentityProviderRow
from plimsoll.data.store.signing_key_rows import SigningKeyRow
from plimsoll.data.store.webhook_rows import WebhookRow

__all__ = ["SEALED", "SealedColumn", "count", "in_use", "replace", "stale"]


# What the application may not read it cannot open either.
_BYTES = text("""
SELECT table_name::text, column_name::text FROM information_schema.columns
WHERE table_schema = current_schema() AND data_type = 'bytea'
AND has_column_privilege(quote_ident(table_name), column_name::text, 'SELECT')
""")


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """A column that holds sealed secrets.

    Parameters
    ----------
    content
        The column; empty and NULL are no secrets.
    key
        The column by which the place of a secret is known.
    purpose
        What its place begins with, as ``table|column``.
    """

    content: InstrumentedAttribute[Any]
    key: InstrumentedAttribute[Any]
    purpose: str

    @property
    def name(self) -> str:
        """The column as people know it."""
        return f"{self.content.class_.__tablename__}.{self.content.key}"

    def place(self, key: object) -> str:
        """Return the place to which the secret of a row is sealed."""
        return f"{self.purpose}|{key}"


SEALED: Sequence[SealedColumn] = (
    SealedColumn(ChannelRow.url, ChannelRow.id, "channels|url"),
    SealedColumn(FactorRow.secret, FactorRow.id, "factors|secret"),
    SealedColumn(
        IdentityProviderRow.client_secret, IdentityProviderRow.id, "identity_providers|client_secret"
    ),
    SealedColumn(SigningKeyRow.private_key, SigningKeyRow.kid, "signing_keys|private_key"),
    SealedColumn(WebhookRow.secret, WebhookRow.id, "webhooks|secret"),
    SealedColumn(WebhookRow.old_secret, WebhookRow.id, "webhooks|secret"),
)
"""All of them. What is kept for a day only, answers to repeated requests, need not be sealed anew."""


async def count(session: AsyncSession, sealed: SealedColumn, header: bytes) -> tuple[int, int]:
    """Return how many secrets a column holds, and how many of them are not under the key of now.

    Parameters
    ----------
    session
        An open transaction of the tenant.
    sealed
        Which column.
    header
        What everything begins with that the key of now has sealed.
    """
    old = func.count().filter(func.substring(sealed.content, 1, len(header)) != header)
    query = select(func.count(), old).where(func.octet_length(sealed.content) > 0)
    row = (await session.execute(query)).one()
    return row[0], row[1]


async def stale(
    session: AsyncSession, sealed: SealedColumn, header: bytes, *, after: object | None, limit: int
) -> list[tuple[Any, bytes]]:
    """Return the next rows, locked, whose secret is not under the key of now: key of the row, and secret.

    Parameters
    ----------
    session, sealed, header
        As for :func:`count`.
    after
        Key of the last row before; None for the first ones.
    limit
        Most rows.
    """
    query = (
        select(sealed.key, sealed.content)
        .where(func.octet_length(sealed.content) > 0)
        .where(func.substring(sealed.content, 1, len(header)) != header)
        .order_by(sealed.key)
        .limit(limit)
        .with_for_update()
    )
    if after is not None:
        query = query.where(sealed.key > after)
    return [(row[0], row[1]) for row in await session.execute(query)]


async def replace(session: AsyncSession, sealed: SealedColumn, key: object, content: bytes) -> None:
    """Store a secret of a locked row anew; for those who read the row nothing changes."""
    statement = update(sealed.content.class_).where(sealed.key == key).values({sealed.content: content})
    await session.execute(statement.execution_options(synchronize_session=False))


async def in_use(session: AsyncSession, header: bytes) -> bool:
    """Return whether anything of the tenant begins with a header, in any table, listed above or not.

    Parameters
    ----------
    session
        An open transaction of the tenant.
    header
        What everything begins with that a certain key has sealed.
    """
    for name, of in (await session.execute(_BYTES)).all():
        content = column(of, LargeBinary)
        query = select(exists(select(content).select_from(table(name)).where(_begins(content, header))))
        if (await session.execute(query)).scalar_one():
            return True
    return False


def _begins(content: ColumnElement[Any], header: bytes) -> ColumnElement[bool]:
    return func.substring(content, 1, len(header)) == header
