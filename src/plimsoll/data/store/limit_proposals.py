"""Proposals: what somebody wants a limit to be, and what somebody else decided."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, insert, select
from sqlalchemy import update as update_rows
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store.limit_document import from_document, to_document
from plimsoll.data.store.limit_rows import LimitProposalRow
from plimsoll.data.store.models import new_id
from plimsoll.errors import ConflictError, NotFoundError
from plimsoll.risk.limits import Limit

__all__ = [
    "LimitProposal",
    "ProposalKind",
    "ProposalStatus",
    "add",
    "decide",
    "expire",
    "get",
    "of_limit",
    "open_ones",
]

_COLUMNS = (
    LimitProposalRow.id,
    LimitProposalRow.limit_id,
    LimitProposalRow.kind,
    LimitProposalRow.based_on,
    LimitProposalRow.name,
    LimitProposalRow.definition,
    LimitProposalRow.valid_from,
    LimitProposalRow.comment,
    LimitProposalRow.proposed_by,
    LimitProposalRow.proposed_at,
    LimitProposalRow.expires_at,
    LimitProposalRow.status,
    LimitProposalRow.decided_by,
    LimitProposalRow.decided_at,
    LimitProposalRow.decision_comment,
    LimitProposalRow.four_eyes,
)


class ProposalKind(StrEnum):
    """What is wanted."""

    CREATE = "create"
    CHANGE = "change"
    RETIRE = "retire"


class ProposalStatus(StrEnum):
    """What became of it."""

    OPEN = "open"
    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class LimitProposal:
    """A change of a limit that somebody wants.

    Parameters
    ----------
    id, limit_id
        UUIDv7 of the proposal, and of the limit.
    kind
        What is wanted.
    based_on
        Version of the limit that the proposer saw; 0 for a new one.
    name, limit, valid_from
        As they would come into force; no limit retires it.
    comment
        Why; may be empty.
    proposed_by, proposed_at
        Who and when, UTC.
    expires_at
        From when on nobody can approve it.
    status
        What became of it.
    decided_by, decided_at, decision_comment
        Who decided and when; None while nobody has.
    four_eyes
        Whether the one who approved had to be another than the one who proposed; None while nobody has.
    """

    id: UUID
    limit_id: UUID
    kind: ProposalKind
    based_on: int
    name: str
    limit: Limit | None
    valid_from: dt.date | None
    comment: str
    proposed_by: str
    proposed_at: dt.datetime
    expires_at: dt.datetime
    status: ProposalStatus
    decided_by: str | None
    decided_at: dt.datetime | None
    decision_comment: str | None
    four_eyes: bool | None


async def add(
    session: AsyncSession,
    limit_id: UUID,
    *,
    kind: ProposalKind,
    based_on: int,
    name: str,
    limit: Limit | None,
    valid_from: dt.date | None,
    comment: str,
    proposed_by: str,
    lives: dt.timedelta,
) -> LimitProposal:
    """Store a proposal; what was proposed before and has expired makes room for it.

    Parameters
    ----------
    session, limit_id
        Where and of which limit.
    kind, based_on, name, limit, valid_from, comment, proposed_by
        See :class:`LimitProposal`.
    lives
        For how long it can be approved.

    Raises
    ------
    ConflictError
        If another proposal for the limit is open.
    """
    await expire(session, limit_id)
    values = {
        "id": new_id(),
        "limit_id": limit_id,
        "kind": kind.value,
        "based_on": based_on,
        "name": name,
        "definition": None if limit is None else to_document(limit),
        "valid_from": valid_from,
        "comment": comment,
        "proposed_by": proposed_by,
        "expires_at": func.now() + lives,
    }
    made = insert(LimitProposalRow).values(values).returning(*_COLUMNS)
    try:
        async with session.begin_nested():
            return _proposal((await session.execute(made)).one())
    except IntegrityError:
        remedy = "Decide that one first."
        raise ConflictError("another proposal for the limit is open", remedy=remedy) from None


async def get(session: AsyncSession, limit_id: UUID, proposal_id: UUID) -> LimitProposal:
    """Return a proposal for a limit.

    Raises
    ------
    NotFoundError
        If there is none of that id.
    """
    wanted = (LimitProposalRow.id == proposal_id) & (LimitProposalRow.limit_id == limit_id)
    row = (await session.execute(select(*_COLUMNS).where(wanted))).one_or_none()
    if row is None:
        raise NotFoundError("there is no such proposal")
    return _proposal(row)


async def of_limit(session: AsyncSession, limit_id: UUID) -> list[LimitProposal]:
    """Return all proposals for a limit, the last one first."""
    query = select(*_COLUMNS).where(LimitProposalRow.limit_id == limit_id)
    rows = await session.execute(query.order_by(LimitProposalRow.id.desc()))
    return [_proposal(row) for row in rows]


async def open_ones(session: AsyncSession, limit_ids: list[UUID]) -> dict[UUID, LimitProposal]:
    """Return the proposals that wait for a decision, by limit."""
    query = select(*_COLUMNS).where(
        LimitProposalRow.limit_id.in_(limit_ids),
        LimitProposalRow.status == ProposalStatus.OPEN,
        LimitProposalRow.expires_at > func.now(),
    )
    return {row.limit_id: _proposal(row) for row in await session.execute(query)}


async def expire(session: AsyncSession, limit_id: UUID) -> None:
    """Mark proposals that waited for too long."""
    waited = (
        update_rows(LimitProposalRow)
        .where(
            LimitProposalRow.limit_id == limit_id,
            LimitProposalRow.status == ProposalStatus.OPEN,
            LimitProposalRow.expires_at <= func.now(),
        )
        .values(status=ProposalStatus.EXPIRED.value)
    )
    await session.execute(waited)


async def decide(
    session: AsyncSession,
    proposal_id: UUID,
    *,
    status: ProposalStatus,
    by: str,
    comment: str,
    four_eyes: bool | None,
) -> LimitProposal:
    """Decide a proposal that is open and has not expired, once: the first to decide wins.

    Parameters
    ----------
    session, proposal_id
        Where and which.
    status
        Approved or rejected.
    by, comment, four_eyes
        See :class:`LimitProposal`.

    Raises
    ------
    ConflictError
        If it is not open any more.
    """
    decided = (
        update_rows(LimitProposalRow)
        .where(
            LimitProposalRow.id == proposal_id,
            LimitProposalRow.status == ProposalStatus.OPEN,
            LimitProposalRow.expires_at > func.now(),
        )
        .values(
            status=status.value,
            decided_by=by,
            decided_at=func.now(),
            decision_comment=comment,
            four_eyes=four_eyes,
        )
        .returning(*_COLUMNS)
    )
    row = (await session.execute(decided)).one_or_none()
    if row is None:
        remedy = "Read it again; propose the change anew if it is still wanted."
        raise ConflictError("the proposal has been decided or has expired", remedy=remedy)
    return _proposal(row)


def _proposal(row: Row[*tuple[Any, ...]]) -> LimitProposal:
    cells = row._asdict()
    definition = cells.pop("definition")
    kind, status = ProposalKind(cells.pop("kind")), ProposalStatus(cells.pop("status"))
    limit = None if definition is None else from_document(definition)
    return LimitProposal(**cells, kind=kind, status=status, limit=limit)
