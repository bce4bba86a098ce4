"""Teams: list, make, read, change, drop."""

from collections.abc import Iterable
from typing import Annotated
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from plimsoll.data.store import teams
from plimsoll.data.store.grants import Holder, HolderKind
from plimsoll.data.store.teams import TeamRecord
from plimsoll.security.permissions import Permission, Principal
from plimsoll.services.risk_api.answers import answer, created
from plimsoll.services.risk_api.context import Callers, Context
from plimsoll.services.risk_api.etags import ExpectedVersion, etag, not_modified
from plimsoll.services.risk_api.idempotency import Once
from plimsoll.services.risk_api.paging import Paging
from plimsoll.services.risk_api.requirements import Require, StepUp
from plimsoll.services.risk_api.responses import CONFLICT, UNCHANGED
from plimsoll.services.risk_api.routes import ApiRouter
from plimsoll.wire.teams import NewTeam, Team, TeamChanges, TeamMember, TeamPage
from plimsoll.workflows.teams import archive_team
from plimsoll.workflows.teams import change_team as change
from plimsoll.workflows.teams import create_team as create

__all__ = ["change_team", "create_team", "delete_team", "get_team", "list_teams", "router"]

router = ApiRouter("teams")

_Reader = Annotated[Principal, Require[Permission.TEAMS_READ]]
_Writer = Annotated[Principal, Require[Permission.TEAMS_WRITE]]


@router.post("", status_code=201, response_model=Team, responses=CONFLICT, dependencies=[StepUp])
async def create_team(new: NewTeam, once: Once, caller: _Writer) -> Response:
    """Make a team."""

    async def make(session: AsyncSession) -> Response:
        record = await create(
            session, caller, name=new.name, members=_holders(new.members), portfolios=new.portfolios
        )
        location = f"{router.prefix}/{record.id}"
        return created(await _message(session, record), location=location, tag=record.version)

    return await once(make)


@router.get("")
async def list_teams(context: Context, caller: _Reader, paging: Paging) -> TeamPage:
    """List teams, oldest first."""
    async with context.database.session(caller.tenant) as session:
        found = await teams.page(session, after=paging.after, limit=paging.probe)
        shown, following = paging.cut(found, cursor=lambda record: record.id)
        items = tuple([await _message(session, record) for record in shown])
    return TeamPage(items=items, next=following)


@router.get("/{team_id}", response_model=Team, responses=UNCHANGED)
async def get_team(team_id: UUID, context: Context, caller: _Reader, request: Request) -> Response:
    """Read a team: who is in it, and what it owns."""
    async with context.database.session(caller.tenant) as session:
        record = await teams.get(session, team_id)
        message = await _message(session, record)
    return not_modified(request, etag(record.version)) or answer(message, tag=record.version)


@router.patch("/{team_id}", response_model=Team, responses=CONFLICT, dependencies=[StepUp])
async def change_team(
    team_id: UUID,
    changes: TeamChanges,
    version: ExpectedVersion,
    context: Context,
    callers: Callers,
    caller: _Writer,
) -> Response:
    """Change a team: who joins has at once what it was granted, who leaves has it no more."""
    async with context.database.session(caller.tenant) as session:
        record = await change(
            session,
            team_id,
            caller,
            expected_version=version,
            name=changes.name,
            members=None if changes.members is None else _holders(changes.members),
            portfolios=changes.portfolios,
        )
        message = await _message(session, record)
    callers.forget()
    return answer(message, tag=record.version)


@router.delete(
    "/{team_id}", status_code=204, response_class=Response, responses=CONFLICT, dependencies=[StepUp]
)
async def delete_team(team_id: UUID, version: ExpectedVersion, context: Context, caller: _Writer) -> Response:
    """Drop a team that no grant names."""
    async with context.database.session(caller.tenant) as session:
        await archive_team(session, team_id, caller, expected_version=version)
    return Response(status_code=204)


def _holders(members: Iterable[TeamMember]) -> tuple[Holder, ...]:
    return tuple(Holder(HolderKind(member.kind), member.id) for member in members)


async def _message(session: AsyncSession, record: TeamRecord) -> Team:
    return Team(
        id=record.id,
        name=record.name,
        members=tuple(map(TeamMember.model_validate, await teams.members(session, record.id))),
        portfolios=tuple(await teams.portfolios(session, record.id)),
        version=record.version,
    )
