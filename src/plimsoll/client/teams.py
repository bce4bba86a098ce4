"""Teams and desks; the calls, and the methods of both clients."""

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

import httpx2

from plimsoll.client.answers import message
from plimsoll.client.call import API_PREFIX, Call, get, post
from plimsoll.client.messages import checked
from plimsoll.client.sending import AsyncSends, Sends
from plimsoll.wire.page import Page
from plimsoll.wire.teams import NewTeam, Team, TeamChanges, TeamMember, TeamPage

__all__ = ["AsyncTeamMethods", "TeamMethods"]


class TeamMethods(Sends):
    """The teams of a client that waits for each answer."""

    def teams(self, *, page_size: int | None = None) -> Iterator[Team]:
        """Yield teams, oldest first."""
        return self.items(_list(page_size))

    def team(self, team_id: UUID) -> Team:
        """Return a team: who is in it, and what it owns."""
        return self.send(_one(team_id))

    def create_team(
        self,
        name: str,
        *,
        members: Iterable[TeamMember] = (),
        portfolios: Iterable[UUID] = (),
        idempotency_key: str | None = None,
    ) -> Team:
        """Make a team.

        Parameters
        ----------
        name, members, portfolios
            What it is called, who is in it, and what it owns as a desk, with all that lies below.
        idempotency_key
            Under the same key the same team comes back; None for a fresh one.
        """
        return self.send(_create(name, members, portfolios, idempotency_key))

    def change_team(self, known: Team, **changes: Any) -> Team:
        """Change ``name``, ``members`` or ``portfolios``; each replaces what there was."""
        return self.send(_change(known, changes))

    def delete_team(self, known: Team) -> None:
        """Drop a team that no grant names."""
        self.send(_delete(known))


class AsyncTeamMethods(AsyncSends):
    """The teams of a client on an event loop; see `TeamMethods`."""

    def teams(self, *, page_size: int | None = None) -> AsyncIterator[Team]:
        """Yield teams, oldest first."""
        return self.items(_list(page_size))

    async def team(self, team_id: UUID) -> Team:
        """Return a team: who is in it, and what it owns."""
        return await self.send(_one(team_id))

    async def create_team(
        self,
        name: str,
        *,
        members: Iterable[TeamMember] = (),
        portfolios: Iterable[UUID] = (),
        idempotency_key: str | None = None,
    ) -> Team:
        """Make a team; see `TeamMethods`."""
        return await self.send(_create(name, members, portfolios, idempotency_key))

    async def change_team(self, known: Team, **changes: Any) -> Team:
        """Change a team; see `TeamMethods`."""
        return await self.send(_change(known, changes))

    async def delete_team(self, known: Team) -> None:
        """Drop a team that no grant names."""
        await self.send(_delete(known))


def _list(limit: int | None) -> Call[Page[Team]]:
    return get("/teams", message(TeamPage), limit=limit)


def _one(team_id: UUID) -> Call[Team]:
    return get(f"/teams/{team_id}", message(Team))


def _create(
    name: str, members: Iterable[TeamMember], portfolios: Iterable[UUID], key: str | None
) -> Call[Team]:
    asked = {"name": name, "members": tuple(members), "portfolios": tuple(portfolios)}
    return post("/teams", message(Team), checked(NewTeam, asked), key=key)


def _change(known: Team, changes: Mapping[str, Any]) -> Call[Team]:
    content = checked(TeamChanges, changes).model_dump_json(exclude_unset=True).encode()
    return Call(
        method="PATCH",
        path=f"{API_PREFIX}/teams/{known.id}",
        read=message(Team),
        headers={"Content-Type": "application/json", "If-Match": f'"{known.version}"'},
        content=content,
    )


def _delete(known: Team) -> Call[None]:
    return Call(
        method="DELETE",
        path=f"{API_PREFIX}/teams/{known.id}",
        read=_nothing,
        headers={"If-Match": f'"{known.version}"'},
    )


def _nothing(_: httpx2.Response) -> None:
    return None
