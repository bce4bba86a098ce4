"""Teams: who is in one, which portfolios it owns as a desk."""

from collections.abc import Iterable
from dataclasses import replace
from typing import TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store import grants, teams
from plimsoll.data.store.grants import Holder, HolderKind
from plimsoll.data.store.teams import TeamRecord
from plimsoll.data.text import clean
from plimsoll.errors import ConflictError, UsageError
from plimsoll.security.permissions import Principal
from plimsoll.workflows.audit import AuditAction, record
from plimsoll.workflows.grants import refuse_beyond_team

__all__ = ["archive_team", "change_team", "create_team"]

_LONGEST_NAME = 100
_MOST = 1_000
_Item = TypeVar("_Item")


async def create_team(
    session: AsyncSession,
    by: Principal,
    *,
    name: str,
    members: Iterable[Holder] = (),
    portfolios: Iterable[UUID] = (),
) -> TeamRecord:
    """Make a team.

    Parameters
    ----------
    session
        An open transaction of the tenant; whoever opened it commits.
    by
        Who makes it.
    name
        Unlike that of any other team.
    members
        Users and service accounts.
    portfolios
        What it owns, with all that lies below.

    Raises
    ------
    UsageError
        If the name cannot be used, or there are too many of something.
    NotFoundError
        If there is no such portfolio.
    ConflictError
        If a team has the name.
    """
    made = await teams.create(session, name=_name(name), created_by=by.id)
    filled = await _changed(
        session, made, by, members=tuple(members) or None, owned=tuple(portfolios) or None
    )
    await _note(session, AuditAction.TEAM_CREATED, by, filled)
    return filled


async def change_team(
    session: AsyncSession,
    team_id: UUID,
    by: Principal,
    *,
    expected_version: int,
    name: str | None = None,
    members: Iterable[Holder] | None = None,
    portfolios: Iterable[UUID] | None = None,
) -> TeamRecord:
    """Change a team; whoever joins has at once what it was granted, and whoever leaves has it no more.

    Parameters
    ----------
    session, team_id
        Where and which.
    by
        Who changes it.
    expected_version
        The version that they have read.
    name, members, portfolios
        As they are to be; None leaves them.

    Raises
    ------
    NotFoundError
        If there is no such team or portfolio.
    UsageError
        If nothing is to change, the name cannot be used, a team is to be in a team, or there are too many of
        something.
    ConflictError
        If a team has the name, or it is out of use.
    PreconditionError
        If somebody has changed it meanwhile.
    PermissionDeniedError
        If somebody would get by it what `by` does not have.
    """
    if name is None and members is None and portfolios is None:
        raise UsageError("nothing is to change", remedy="Say name, members or portfolios.")
    await grants.lock(session)
    known = replace(await teams.get(session, team_id), version=expected_version)
    if name is not None:
        known = await teams.rename(session, team_id, expected_version=known.version, name=_name(name))
    changed = await _changed(session, known, by, members=members, owned=portfolios)
    await _note(session, AuditAction.TEAM_CHANGED, by, changed)
    return changed


async def archive_team(
    session: AsyncSession, team_id: UUID, by: Principal, *, expected_version: int
) -> TeamRecord:
    """Take a team out of use that no grant names; the parameters are those of :func:`change_team`.

    Raises
    ------
    NotFoundError
        If there is no such team.
    ConflictError
        If a grant is to it or on its portfolios, or it is out of use already.
    PreconditionError
        If somebody has changed it meanwhile.
    """
    await grants.lock(session)
    if await grants.live_of_team(session, team_id):
        raise ConflictError("a grant names the team", remedy="End those grants first.")
    archived = await teams.archive(session, team_id, expected_version=expected_version)
    await _note(session, AuditAction.TEAM_REMOVED, by, archived)
    return archived


async def _changed(
    session: AsyncSession,
    known: TeamRecord,
    by: Principal,
    *,
    members: Iterable[Holder] | None,
    owned: Iterable[UUID] | None,
) -> TeamRecord:
    if members is not None:
        inside = _few(members)
        if any(member.kind is HolderKind.TEAM for member in inside):
            raise UsageError("a team is in no team", remedy="Name its members.")
        joins = not set(inside) <= set(await teams.members(session, known.id))
        await refuse_beyond_team(session, known.id, by, joins=joins, portfolios=())
        known = await teams.set_members(session, known.id, expected_version=known.version, wanted=inside)
    if owned is not None:
        wanted = _few(owned)
        added = set(wanted) - set(await teams.portfolios(session, known.id))
        await refuse_beyond_team(session, known.id, by, joins=False, portfolios=added)
        known = await teams.set_portfolios(session, known.id, expected_version=known.version, wanted=wanted)
    return known


async def _note(session: AsyncSession, action: AuditAction, by: Principal, team: TeamRecord) -> None:
    """Write down what was done to a team, and who and what is in it now."""
    inside = [f"{one.kind}:{one.id}" for one in await teams.members(session, team.id)]
    owned = await teams.portfolios(session, team.id)
    detail = {"name": team.name, "members": inside, "portfolios": owned, "version": team.version}
    await record(session, action, actor=by, subject=team.id, detail=detail)


def _few(items: Iterable[_Item]) -> tuple[_Item, ...]:
    found = tuple(items)
    if len(found) > _MOST:
        raise UsageError(f"a team takes {_MOST:,} members and as many portfolios", remedy="Make two teams.")
    return found


def _name(text: str) -> str:
    name = text.strip()
    if not name or len(name) > _LONGEST_NAME or clean(name) != name:
        raise UsageError(
            "the name cannot be used", remedy=f"It takes 1 to {_LONGEST_NAME} printable characters."
        )
    return name
