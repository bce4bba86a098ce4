"""People of a tenant and their sessions; the calls, and the methods of both clients."""

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any
from uuid import UUID

from plimsoll.client.answers import message
from plimsoll.client.call import API_PREFIX, Call, get, post, text
from plimsoll.client.messages import checked
from plimsoll.client.sending import AsyncSends, Sends
from plimsoll.wire.page import Page
from plimsoll.wire.sessions import Me, Session, SessionPage
from plimsoll.wire.users import Invited, NewUser, User, UserChanges, UserPage

__all__ = ["AsyncUserMethods", "UserMethods"]


class UserMethods(Sends):
    """The people of a client that waits for each answer."""

    def me(self) -> Me:
        """Return who asks, and what they may do."""
        return self.send(_me())

    def invite_user(self, name: str, email: str, *, idempotency_key: str | None = None) -> Invited:
        """Invite somebody; the link by which they choose a password is shown in this answer alone.

        Parameters
        ----------
        name, email
            Of the new person, who may do nothing before something is granted to them.
        idempotency_key
            Under the same key the same answer comes back; None for a fresh one.
        """
        return self.send(_invite(name, email, idempotency_key))

    def invite_user_again(self, user_id: UUID) -> Invited:
        """Make a new link for somebody who has yet to choose a password."""
        return self.send(_again(user_id))

    def users(self, *, page_size: int | None = None) -> Iterator[User]:
        """Yield people, oldest first."""
        return self.items(_list(page_size))

    def user(self, user_id: UUID) -> User:
        """Return a person."""
        return self.send(_one(user_id))

    def change_user(self, known: User, **changes: Any) -> User:
        """Change a person (``name``, ``enabled``); a PreconditionError says that they were changed since."""
        return self.send(_change(known, changes))

    def sessions(self, *, user_id: UUID | None = None, page_size: int | None = None) -> Iterator[Session]:
        """Yield the sessions that go on, of everybody or of one, oldest first."""
        return self.items(_sessions(user_id, page_size))

    def end_session(self, session_id: UUID) -> None:
        """End somebody's session; on every instance it counts after five seconds at the latest."""
        self.send(_end(session_id))


class AsyncUserMethods(AsyncSends):
    """The people of a client on an event loop; see `UserMethods`."""

    async def me(self) -> Me:
        """Return who asks, and what they may do."""
        return await self.send(_me())

    async def invite_user(self, name: str, email: str, *, idempotency_key: str | None = None) -> Invited:
        """Invite somebody; see `UserMethods`."""
        return await self.send(_invite(name, email, idempotency_key))

    async def invite_user_again(self, user_id: UUID) -> Invited:
        """Make a new link for somebody who has yet to choose a password."""
        return await self.send(_again(user_id))

    def users(self, *, page_size: int | None = None) -> AsyncIterator[User]:
        """Yield people, oldest first."""
        return self.items(_list(page_size))

    async def user(self, user_id: UUID) -> User:
        """Return a person."""
        return await self.send(_one(user_id))

    async def change_user(self, known: User, **changes: Any) -> User:
        """Change a person; see `UserMethods`."""
        return await self.send(_change(known, changes))

    def sessions(
        self, *, user_id: UUID | None = None, page_size: int | None = None
    ) -> AsyncIterator[Session]:
        """Yield the sessions that go on; see `UserMethods`."""
        return self.items(_sessions(user_id, page_size))

    async def end_session(self, session_id: UUID) -> None:
        """End somebody's session; see `UserMethods`."""
        await self.send(_end(session_id))


def _me() -> Call[Me]:
    return get("/me", message(Me))


def _invite(name: str, email: str, key: str | None) -> Call[Invited]:
    return post("/users", message(Invited), checked(NewUser, {"name": name, "email": email}), key=key)


def _again(user_id: UUID) -> Call[Invited]:
    path = f"{API_PREFIX}/users/{user_id}/invitation"
    return Call(method="POST", path=path, read=message(Invited))


def _list(limit: int | None) -> Call[Page[User]]:
    return get("/users", message(UserPage), limit=limit)


def _one(user_id: UUID) -> Call[User]:
    return get(f"/users/{user_id}", message(User))


def _change(known: User, changes: Mapping[str, Any]) -> Call[User]:
    wanted = checked(UserChanges, dict(changes))
    return Call(
        method="PATCH",
        path=f"{API_PREFIX}/users/{known.id}",
        read=message(User),
        headers={"Content-Type": "application/json", "If-Match": f'"{known.version}"'},
        content=wanted.model_dump_json(exclude_unset=True).encode(),
    )


def _sessions(user_id: UUID | None, limit: int | None) -> Call[Page[Session]]:
    return get("/sessions", message(SessionPage), user=text(user_id), limit=limit)


def _end(session_id: UUID) -> Call[None]:
    path = f"{API_PREFIX}/sessions/{session_id}/end"
    return Call(method="POST", path=path, read=lambda _: None, repeatable=True)
