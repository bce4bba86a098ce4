"""Transactions that see some portfolios alone: the ids go into a setting that row-level security reads."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Uuid

__all__ = ["is_narrowed", "narrow", "whole_tenant"]

_SETTING = "plimsoll_portfolios"
_BELOW = text("""
    WITH RECURSIVE below AS (
        SELECT id FROM portfolios WHERE id = ANY (:roots)
        UNION
        SELECT child.id FROM portfolios AS child JOIN below ON child.parent_id = below.id
    )
    SELECT id FROM below
""")
_NARROW_TO = text("""
    WITH RECURSIVE below AS (
        SELECT id FROM portfolios WHERE id = ANY (:roots)
        UNION
        SELECT child.id FROM portfolios AS child JOIN below ON child.parent_id = below.id
    )
    SELECT set_config('plimsoll.portfolios', coalesce(array_agg(id), '{}')::text, true) FROM below
""")
_SET = text("SELECT set_config('plimsoll.portfolios', :portfolios, true)")


async def narrow(session: AsyncSession, reach: Sequence[frozenset[UUID]]) -> None:
    """Let the transaction see the portfolios at or below one of each set, and what belongs to them.

    Parameters
    ----------
    session
        An open transaction of a tenant that has not been narrowed.
    reach
        Sets of portfolios; what lies below one of every set is seen.
    """
    if len(reach) == 1:
        statement = _NARROW_TO.bindparams(_roots(reach[0]))
        setting = (await session.execute(statement)).scalar_one()
    else:
        found = [set((await session.execute(_BELOW.bindparams(_roots(one)))).scalars()) for one in reach]
        both = set.intersection(*found) if found else set()
        setting = "{" + ",".join(map(str, sorted(both))) + "}"
        await session.execute(_SET, {"portfolios": setting})
    session.info[_SETTING] = setting


def is_narrowed(session: AsyncSession) -> bool:
    """Return whether a transaction sees some portfolios alone."""
    return _SETTING in session.info


@asynccontextmanager
async def whole_tenant(session: AsyncSession) -> AsyncIterator[None]:
    """Let the platform's own work in a narrowed transaction see the whole tenant while the block lasts.

    What a user changes may have to be told to channels and webhooks of the tenant, which they do not see.

    Parameters
    ----------
    session
        Of any transaction; one that was never narrowed is left as it is.
    """
    setting = session.info.pop(_SETTING, None)
    if setting is None:
        yield
        return
    await session.execute(_SET, {"portfolios": ""})
    try:
        yield
    except BaseException:
        session.info[_SETTING] = setting
        with suppress(DBAPIError):  # after an error of the database it is undone with all the rest
            await session.execute(_SET, {"portfolios": setting})
        raise
    session.info[_SETTING] = setting
    await session.execute(_SET, {"portfolios": setting})


def _roots(ids: frozenset[UUID]) -> BindParameter[Any]:
    kind: Any = ARRAY(Uuid)
    return bindparam("roots", sorted(ids), type_=kind)
