"""Portfolios: a tree whose changes are compare-and-set."""

import datetime as dt
from dataclasses import dataclass
from enum import Enum
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, Row, bindparam, func, select, text
from sqlalchemy import update as update_rows
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store.changes import note_change
from plimsoll.data.store.models import PortfolioRow, new_id, table_of
from plimsoll.errors import ConflictError, NotFoundError, PreconditionError

__all__ = ["PortfolioRecord", "Unchanged", "archive", "create", "get", "page", "restore", "update"]

_TABLE = table_of(PortfolioRow)
_COLUMNS = (
    _TABLE.c.id,
    _TABLE.c.name,
    _TABLE.c.parent_id,
    _TABLE.c.base_currency,
    _TABLE.c.version,
    _TABLE.c.created_at,
    _TABLE.c.updated_at,
    _TABLE.c.archived_at,
)
# Built once: building them takes as long as asking.
_CREATE = insert(_TABLE).on_conflict_do_nothing().returning(*_COLUMNS)
_GET = select(*_COLUMNS).where(_TABLE.c.id == bindparam("portfolio"))
_FIRST = select(*_COLUMNS).order_by(_TABLE.c.id).limit(bindparam("most", type_=Integer))
_NEXT = _FIRST.where(_TABLE.c.id > bindparam("after"))
_IS_LIVE = _TABLE.c.archived_at.is_(None)
_PAGES = {  # by whether something comes before, and whether archived ones are there
    (False, False): _FIRST.where(_IS_LIVE),
    (False, True): _FIRST,
    (True, False): _NEXT.where(_IS_LIVE),
    (True, True): _NEXT,
}
# Two moves that are each fine can close a circle together, so that moves of one tenant queue up.
_LOCK_TREE = text(
    "SELECT pg_advisory_xact_lock(hashtextextended('tree ' || current_setting('plimsoll.tenant'), 0))"
)


class Unchanged(Enum):
    """Says that a field keeps its value, where None is a value of its own."""

    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class PortfolioRecord:
    """A portfolio as stored.

    Parameters
    ----------
    id
        UUIDv7.
    name
        Unique among the live portfolios under the same parent.
    parent_id
        None at a root of the tree.
    base_currency
        ISO code.
    version
        Counts the changes from 1; what a writer expects it to be.
    created_at, updated_at
        UTC.
    archived_at
        None while the portfolio is live.
    """

    id: UUID
    name: str
    parent_id: UUID | None
    base_currency: str
    version: int
    created_at: dt.datetime
    updated_at: dt.datetime
    archived_at: dt.datetime | None


async def create(
    session: AsyncSession, *, name: str, base_currency: str, parent_id: UUID | None
) -> PortfolioRecord:
    """Store a new portfolio.

    Raises
    ------
    NotFoundError
        If there is no live portfolio `parent_id`.
    ConflictError
        If a live sibling has the name.
    """
    if parent_id is not None:
        await session.execute(_LOCK_TREE)
        await _check_parent(session, parent_id)
    values = {"id": new_id(), "name": name, "base_currency": base_currency, "parent_id": parent_id}
    row = (await session.execute(_CREATE, values)).one_or_none()
    if row is None:
        raise _name_taken(name)
    note_change(session, row.id)
    return _record(row)


async def get(session: AsyncSession, portfolio_id: UUID) -> PortfolioRecord:
    """Return a portfolio, archived or not.

    Raises
    ------
    NotFoundError
        If there is none of that id.
    """
    row = (await session.execute(_GET, {"portfolio": portfolio_id})).one_or_none()
    if row is None:
        raise NotFoundError("there is no such portfolio")
    return _record(row)


async def page(
    session: AsyncSession, *, after: UUID | None, limit: int, include_archived: bool = False
) -> list[PortfolioRecord]:
    """Return the first `limit` portfolios whose id comes after `after`, oldest first."""
    query = _PAGES[after is not None, include_archived]
    asked = {"most": limit} if after is None else {"most": limit, "after": after}
    return [_record(row) for row in await session.execute(query, asked)]


async def update(
    session: AsyncSession,
    portfolio_id: UUID,
    *,
    expected_version: int,
    name: str | Unchanged = Unchanged.UNCHANGED,
    parent_id: UUID | Unchanged | None = Unchanged.UNCHANGED,
) -> PortfolioRecord:
    """Change the name, the parent or both, if nobody has changed the portfolio meanwhile.

    Parameters
    ----------
    session, portfolio_id
        Where and which.
    expected_version
        The version that the caller has read.
    name
        The new name.
    parent_id
        The new parent; None makes the portfolio a root.

    Raises
    ------
    NotFoundError
        If there is no such portfolio, or no live portfolio `parent_id`.
    PreconditionError
        If its version is another.
    ConflictError
        If it is archived, a live sibling has the name, or the parent lies below the portfolio.
    """
    changes: dict[str, Any] = {}
    if not isinstance(name, Unchanged):
        changes["name"] = name
    if not isinstance(parent_id, Unchanged):
        changes["parent_id"] = parent_id
        await session.execute(_LOCK_TREE)
        if parent_id is not None:
            await _check_parent(session, parent_id, child=portfolio_id)
    try:
        async with session.begin_nested():
            return await _compare_and_set(session, portfolio_id, expected_version, changes)
    except IntegrityError:
        raise _name_taken(name if isinstance(name, str) else "that") from None


async def archive(session: AsyncSession, portfolio_id: UUID, *, expected_version: int) -> PortfolioRecord:
    """Take a portfolio out of use; its positions and runs stay readable and its name becomes free.

    Raises
    ------
    NotFoundError
        If there is no such portfolio.
    PreconditionError
        If its version is not `expected_version`.
    ConflictError
        If it is archived already or has live portfolios below it.
    """
    await session.execute(_LOCK_TREE)
    children = select(PortfolioRow.id).where(
        PortfolioRow.parent_id == portfolio_id, PortfolioRow.archived_at.is_(None)
    )
    # Held by an import under way: the instant of the archive is later than that of what it records.
    await session.execute(select(PortfolioRow.id).where(PortfolioRow.id == portfolio_id).with_for_update())
    async with session.begin_nested():
        record = await _compare_and_set(
            session, portfolio_id, expected_version, {"archived_at": func.clock_timestamp()}
        )
        if (await session.execute(children.limit(1))).first() is not None:
            remedy = "Archive or move those first."
            raise ConflictError("the portfolio has live portfolios below it", remedy=remedy)
    return record


async def restore(session: AsyncSession, portfolio_id: UUID, *, expected_version: int) -> PortfolioRecord:
    """Take an archived portfolio into use again, where it was in the tree.

    Raises
    ------
    NotFoundError
        If there is no such portfolio.
    PreconditionError
        If its version is not `expected_version`.
    ConflictError
        If it is not archived, the portfolio above it is, or a live sibling has taken the name.
    """
    await session.execute(_LOCK_TREE)
    known = await get(session, portfolio_id)
    try:
        async with session.begin_nested():
            record = await _compare_and_set(
                session, portfolio_id, expected_version, {"archived_at": None}, archived=True
            )
    except IntegrityError:
        remedy = "Rename or archive that one first."
        raise ConflictError(f"there is a portfolio called {known.name} there by now", remedy=remedy) from None
    if record.parent_id is not None and (await get(session, record.parent_id)).archived_at is not None:
        raise ConflictError("the portfolio above it is archived", remedy="Restore that one first.")
    return record


async def _compare_and_set(
    session: AsyncSession,
    portfolio_id: UUID,
    expected_version: int,
    changes: dict[str, Any],
    *,
    archived: bool = False,
) -> PortfolioRecord:
    is_archived = PortfolioRow.archived_at.is_not(None)
    statement = (
        update_rows(PortfolioRow)
        .where(
            PortfolioRow.id == portfolio_id,
            PortfolioRow.version == expected_version,
            is_archived if archived else ~is_archived,
        )
        .values(version=PortfolioRow.version + 1, updated_at=func.clock_timestamp(), **changes)
        .returning(*_COLUMNS)
        .execution_options(synchronize_session=False)
    )
    note_change(session, portfolio_id)
    row = (await session.execute(statement)).one_or_none()
    if row is not None:
        return _record(row)
    current = await get(session, portfolio_id)
    if current.version == expected_version:
        if archived:
            raise ConflictError(
                "the portfolio is not archived", remedy="It is in use; nothing needs to be done."
            )
        raise ConflictError("the portfolio is archived", remedy="Restore it first.")
    remedy = "Read it again and repeat the change."
    raise PreconditionError(f"the portfolio is at version {current.version} by now", remedy=remedy)


async def _check_parent(session: AsyncSession, parent_id: UUID, *, child: UUID | None = None) -> None:
    """Refuse a parent that is not there or lies at or below `child`; the tree is locked."""
    place = select(PortfolioRow.id, PortfolioRow.parent_id, PortfolioRow.archived_at)
    above = place.where(PortfolioRow.id == parent_id).cte("above", recursive=True)
    above = above.union(place.where(PortfolioRow.id == above.c.parent_id))
    found = {
        row.id: row.archived_at for row in await session.execute(select(above.c.id, above.c.archived_at))
    }
    if parent_id not in found or found[parent_id] is not None:
        remedy = "Name one that is there; restore it first if it is archived."
        raise NotFoundError("there is no such parent portfolio", remedy=remedy)
    if child in found:
        remedy = "Choose one that does not lie below it, or none for the top."
        raise ConflictError("a portfolio cannot lie below itself", remedy=remedy)


def _record(row: Row[*tuple[Any, ...]]) -> PortfolioRecord:
    return PortfolioRecord(*row)


def _name_taken(name: str) -> ConflictError:
    return ConflictError(f"there is already a portfolio called {name} there", remedy="Choose another name.")
