"""Transactions that see some portfolios alone: the ids go into a setting that row-level security reads."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

__all__ = ["is_narrowed", "narrowing", "note_narrowed", "whole_tenant"]

_NARROWED = "plimsoll_narrowed"
_BELOW = """
{name} AS (
    SELECT id FROM portfolios WHERE id = ANY ('{{{roots}}}'::uuid[])
    UNION
    SELECT child.id FROM portfolios AS child JOIN {name} ON child.parent_id = {name}.id
)
"""
_NARROW = """
WITH RECURSIVE {trees}
SELECT set_config('plimsoll.portfolios', coalesce(array_agg(id), '{{}}')::text, true) FROM ({seen}) AS seen
"""
_GET = text("SELECT current_setting('plimsoll.portfolios')")
_SET = text("SELECT set_config('plimsoll.portfolios', :portfolios, true)")


def narrowing(reach: Sequence[frozenset[UUID]]) -> str:
    """Return the statement that lets a transaction of a tenant see some portfolios, and what belongs to them.

    It has no parameters, so that it can be sent in the message that begins the transaction: all that varies
    in it are ids.

    Parameters
    ----------
    reach
        Sets of portfolios; what lies at or below one of every set is seen, nothing where there is none.
    """
    trees = [
        _BELOW.format(name=f"below_{number}", roots=",".join(map(str, sorted(roots))))
        for number, roots in enumerate(reach or [frozenset()])
    ]
    seen = " INTERSECT ".join(f"SELECT id FROM below_{number}" for number in range(len(trees)))  # noqa: S608 - no text from outside
    return _NARROW.format(trees=",".join(trees), seen=seen)


def note_narrowed(session: AsyncSession) -> None:
    """Note that a transaction began with the statement of :func:`narrowing`."""
    session.info[_NARROWED] = True


def is_narrowed(session: AsyncSession) -> bool:
    """Return whether a transaction sees some portfolios alone."""
    return _NARROWED in session.info


@asynccontextmanager
async def whole_tenant(session: AsyncSession) -> AsyncIterator[None]:
    """Let the platform's own work in a narrowed transaction see the whole tenant while the block lasts.

    What a user changes may have to be told to channels and webhooks of the tenant, which they do not see.

    Parameters
    ----------
    session
        Of any transaction; one that was never narrowed is left as it is.
    """
    if session.info.pop(_NARROWED, None) is None:
        yield
        return
    setting = (await session.execute(_GET)).scalar_one()
    await session.execute(_SET, {"portfolios": ""})
    try:
        yield
    except BaseException:
        note_narrowed(session)
        with suppress(DBAPIError):  # after an error of the database it is undone with all the rest
            await session.execute(_SET, {"portfolios": setting})
        raise
    note_narrowed(session)
    await session.execute(_SET, {"portfolios": setting})
