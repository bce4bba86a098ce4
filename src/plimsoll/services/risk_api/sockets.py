"""WebSocket routes: who calls is checked before the connection is taken, as for every other route."""

from collections.abc import Awaitable, Callable

from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from plimsoll.security.permissions import Permission, Principal
from plimsoll.services.risk_api.authentication import authenticated, refuse_other_sites
from plimsoll.services.risk_api.authorisation import authorize
from plimsoll.services.risk_api.problems import ProblemError, problem_response

__all__ = ["Conversation", "SocketRoute"]

Conversation = Callable[[WebSocket, Principal], Awaitable[None]]
"""Talks on a connection that is not accepted yet, with somebody who may."""


class SocketRoute(WebSocketRoute):
    """A WebSocket that only those with a permission reach, and no page of another site.

    Parameters
    ----------
    path
        Below ``/api/v1``, prefix included.
    conversation
        See `Conversation`.
    permission
        What the caller needs.
    """

    def __init__(self, path: str, conversation: Conversation, *, permission: Permission) -> None:
        super().__init__(path, self._talk)
        self.conversation = conversation
        self.permission = permission

    async def _talk(self, socket: WebSocket) -> None:
        socket.state.route = self.path
        try:
            principal = await self._caller(socket)
        except ProblemError as error:
            await problem_response(socket, error)(socket.scope, socket.receive, socket.send)
            return
        await self.conversation(socket, principal)

    async def _caller(self, socket: WebSocket) -> Principal:
        # Pages may open sockets to other sites, whatever CORS says: a page says where it comes from.
        if "origin" in socket.headers:
            refuse_other_sites(socket)
        principal = await authenticated(socket)
        authorize(socket, principal, frozenset({self.permission}))
        return principal
