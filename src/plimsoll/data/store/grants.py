"""Grants: a role for a holder in a part of the tenant, proposed, decided and ended, never rewritten."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store.account_rows import UserRow
from plimsoll.data.store.grant_rows import GrantRow
from plimsoll.data.store.models import new_id
from plimsoll.errors import ConflictError, NotFoundError

__all__ = [
    "EffectiveGrant",
    "GrantRecord",
    "GrantStatus",
    "Holder",
    "HolderKind",
    "add",
    "decide",
    "effective",
    "effective_of",
    "end",
    "get",
    "held_by_people",
    "live_of_role",
    "live_of_team",
    "lock",
    "page",
]

_LOCK = text(
    "SELECT pg_advisory_xact_lock(hashtextextended('grants ' || current_setting('plimsoll.tenant'), 0))"
)
_EFFECTIVE = text("""
    WITH whose AS (
        SELECT id AS holder_id, :kind AS kind, id FROM unnest(CAST(:ids AS uuid[])) AS one (id)
        UNION ALL
        SELECT member_id, 'team', team_id FROM team_members WHERE kind = :kind AND member_id = ANY(:ids)
    )
    SELECT
        whose.holder_id,
        held.role,
        roles.permissions,
        held.scope_team_id IS NULL AND held.scope_portfolio_id IS NULL AS whole,
        CASE
            WHEN held.scope_portfolio_id IS NOT NULL THEN ARRAY[held.scope_portfolio_id]
            ELSE ARRAY(SELECT portfolio_id FROM team_portfolios WHERE team_id = held.scope_team_id)
        END AS portfolios
    FROM whose
    JOIN grants AS held ON held.holder_kind = whose.kind AND held.holder_id = whose.id
    LEFT JOIN roles ON roles.id = held.role_id
    WHERE held.status = 'active' AND (held.expires_at IS NULL OR held.expires_at > clock_timestamp())
""")


class HolderKind(StrEnum):
    """Who may hold a role."""

    USER = "user"
    ACCOUNT = "account"
    TEAM = "team"


class GrantStatus(StrEnum):
    """How far a grant is: a privileged one is proposed first; what is rejected or ended stays so."""

    PROPOSED = "proposed"
    ACTIVE = "active"
    REJECTED = "rejected"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a role.

    Parameters
    ----------
    kind, id
        A user, a service account or a team.
    """

    kind: HolderKind
    id: UUID


@dataclass(frozen=True, slots=True)
class GrantRecord:
    """A grant.

    Parameters
    ----------
    id
        UUIDv7.
    holder_kind, holder_id
        Who holds it.
    role, role_id
        What it gives: the name of a role, and the id of one that the tenant has made.
    scope_team_id, scope_portfolio_id
        Where it holds: on the portfolios of a desk, on a portfolio and all below it; without either in the
        whole tenant.
    status
        See :class:`GrantStatus`.
    privileged
        Whether it gave something privileged when it was proposed.
    comment
        Why; may be empty.
    proposed_by, proposed_at, decided_by, decided_at, ended_by, ended_at
        Ids of principals, and UTC.
    four_eyes
        Whether another than the proposer had to decide; None while nobody has.
    expires_at
        From when on it gives nothing; None for never.
    """

    id: UUID
    holder_kind: HolderKind
    holder_id: UUID
    role: str
    role_id: UUID | None
    scope_team_id: UUID | None
    scope_portfolio_id: UUID | None
    status: GrantStatus
    privileged: bool
    comment: str
    proposed_by: str
    proposed_at: dt.datetime
    decided_by: str | None
    decided_at: dt.datetime | None
    four_eyes: bool | None
    ended_by: str | None
    ended_at: dt.datetime | None
    expires_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class EffectiveGrant:
    """What a holder has at this instant.

    Parameters
    ----------
    role
        Its name.
    permissions
        Of a role that the tenant has made; None for one that ships.
    portfolios
        Where it holds, with all below; None for the whole tenant.
    """

    role: str
    permissions: tuple[str, ...] | None
    portfolios: frozenset[UUID] | None


_COLUMNS = tuple(getattr(GrantRow, name) for name in GrantRecord.__dataclass_fields__)
_LIVE = (GrantStatus.PROPOSED, GrantStatus.ACTIVE)


async def lock(session: AsyncSession) -> None:
    """Let others who change grants of the tenant wait for the end of this transaction."""
    await session.execute(_LOCK)


async def add(session: AsyncSession, holder: Holder, **values: Any) -> GrantRecord:
    """Store a grant.

    Parameters
    ----------
    session
        An open transaction of the tenant.
    holder
        Who.
    **values
        By field of :class:`GrantRecord`.

    Raises
    ------
    ConflictError
        If the holder has the same one, or it is proposed.
    NotFoundError
        If there is no such desk or portfolio.
    """
    expired = (GrantRow.status == GrantStatus.ACTIVE) & (GrantRow.expires_at <= func.clock_timestamp())
    over = {"status": GrantStatus.ENDED, "ended_by": "plimsoll", "ended_at": GrantRow.expires_at}
    await session.execute(
        update(GrantRow).where(expired).values(over).execution_options(synchronize_session=False)
    )
    row = {"id": new_id(), "holder_kind": holder.kind, "holder_id": holder.id, "comment": "", **values}
    try:
        async with session.begin_nested():
            made = await session.execute(insert(GrantRow).values(row).returning(*_COLUMNS))
    except IntegrityError as error:
        if "uq_grants_live" in str(error.orig):
            raise ConflictError("the same is granted or proposed already") from None
        raise NotFoundError("there is no such desk or portfolio") from None
    return _record(made.one())


async def get(session: AsyncSession, grant: UUID) -> GrantRecord:
    """Return a grant.

    Raises
    ------
    NotFoundError
        If there is none of that id.
    """
    row = (await session.execute(select(*_COLUMNS).where(GrantRow.id == grant))).one_or_none()
    if row is None:
        raise NotFoundError("there is no such grant")
    return _record(row)


async def page(
    session: AsyncSession,
    *,
    after: UUID | None,
    limit: int,
    holder: UUID | None = None,
    statuses: Sequence[GrantStatus] = (),
) -> list[GrantRecord]:
    """Return `limit` grants, the last proposed first.

    Parameters
    ----------
    session
        An open transaction of the tenant.
    after
        Id of the last grant of the page before; None for the first page.
    limit
        Most grants to return.
    holder
        Only of this user, service account or team; None for all.
    statuses
        Only these; empty for all.
    """
    query = select(*_COLUMNS).order_by(GrantRow.id.desc()).limit(limit)
    if after is not None:
        query = query.where(GrantRow.id < after)
    if holder is not None:
        query = query.where(GrantRow.holder_id == holder)
    if statuses:
        query = query.where(GrantRow.status.in_(statuses))
    return [_record(row) for row in await session.execute(query)]


async def decide(
    session: AsyncSession, grant: UUID, *, approve: bool, by: str, four_eyes: bool
) -> GrantRecord:
    """Bring a proposed grant into force or reject it; of several who do so at once, one does.

    Raises
    ------
    NotFoundError
        If there is none of that id.
    ConflictError
        If it has been decided.
    """
    status = GrantStatus.ACTIVE if approve else GrantStatus.REJECTED
    return await _moved(
        session,
        grant,
        (GrantStatus.PROPOSED,),
        status=status,
        decided_by=by,
        decided_at=func.clock_timestamp(),
        four_eyes=four_eyes,
    )


async def end(session: AsyncSession, grant: UUID, *, by: str) -> GrantRecord:
    """End a grant that is proposed or in force.

    Raises
    ------
    NotFoundError
        If there is none of that id.
    ConflictError
        If it has ended.
    """
    return await _moved(
        session, grant, _LIVE, status=GrantStatus.ENDED, ended_by=by, ended_at=func.clock_timestamp()
    )


async def effective(session: AsyncSession, holder: Holder) -> list[EffectiveGrant]:
    """Return what a user or service account has at this instant, by itself and through its teams."""
    return (await effective_of(session, holder.kind, [holder.id]))[holder.id]


async def effective_of(
    session: AsyncSession, kind: HolderKind, ids: Sequence[UUID]
) -> dict[UUID, list[EffectiveGrant]]:
    """Return what each of several users or service accounts has, as `effective` does, by its id."""
    found: dict[UUID, list[EffectiveGrant]] = {one: [] for one in ids}
    for row in await session.execute(_EFFECTIVE, {"kind": kind.value, "ids": list(ids)}):
        permissions = None if row.permissions is None else tuple(map(str, row.permissions))
        portfolios = None if row.whole else frozenset(row.portfolios)
        found[row.holder_id].append(EffectiveGrant(row.role, permissions, portfolios))
    return found


async def held_by_people(session: AsyncSession) -> list[GrantRecord]:
    """Return the grants in the whole tenant that are in force, to users who may sign in."""
    people = select(UserRow.id).where(UserRow.enabled)
    query = select(*_COLUMNS).where(
        GrantRow.holder_id.in_(people),
        GrantRow.holder_kind == HolderKind.USER,
        GrantRow.status == GrantStatus.ACTIVE,
        GrantRow.scope_team_id.is_(None),
        GrantRow.scope_portfolio_id.is_(None),
        (GrantRow.expires_at.is_(None)) | (GrantRow.expires_at > func.clock_timestamp()),
    )
    return [_record(row) for row in await session.execute(query)]


async def live_of_role(session: AsyncSession, role: UUID) -> int:
    """Return how many grants of a role of the tenant's own are proposed or in force."""
    query = select(func.count()).where(GrantRow.role_id == role, GrantRow.status.in_(_LIVE))
    return (await session.execute(query)).scalar_one()


async def live_of_team(session: AsyncSession, team: UUID) -> list[GrantRecord]:
    """Return the grants to a team, or on its portfolios, that are proposed or in force."""
    held = (GrantRow.holder_kind == HolderKind.TEAM) & (GrantRow.holder_id == team)
    query = select(*_COLUMNS).where(held | (GrantRow.scope_team_id == team), GrantRow.status.in_(_LIVE))
    return [_record(row) for row in await session.execute(query)]


async def _moved(
    session: AsyncSession, grant: UUID, before: Sequence[GrantStatus], **changes: Any
) -> GrantRecord:
    statement = (
        update(GrantRow)
        .where(GrantRow.id == grant, GrantRow.status.in_(before))
        .values(changes)
        .returning(*_COLUMNS)
        .execution_options(synchronize_session=False)
    )
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        raise ConflictError(f"the grant is {(await get(session, grant)).status} by now")
    return _record(row)


def _record(row: Row[*tuple[Any, ...]]) -> GrantRecord:
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for it
    kind, status = HolderKind(values["holder_kind"]), GrantStatus(values["status"])
    return GrantRecord(**{**values, "holder_kind": kind, "status": status})
