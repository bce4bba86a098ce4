"""Roles: what somebody may do; the calls, and the methods of both clients."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import httpx2

from plimsoll.client.answers import message
from plimsoll.client.call import API_PREFIX, Call, get, post
from plimsoll.client.messages import checked
from plimsoll.client.sending import AsyncSends, Sends
from plimsoll.wire.roles import NewRole, Role, RoleChanges, Roles

__all__ = ["AsyncRoleMethods", "RoleMethods"]


class RoleMethods(Sends):
    """The roles of a client that waits for each answer."""

    def roles(self) -> tuple[Role, ...]:
        """Return all roles, those that ship first."""
        return self.send(_list()).items

    def role(self, role_id: UUID) -> Role:
        """Return a role that the tenant has made."""
        return self.send(_one(role_id))

    def create_role(
        self,
        name: str,
        permissions: Iterable[str],
        *,
        description: str = "",
        idempotency_key: str | None = None,
    ) -> Role:
        """Make a role from permissions that you have yourself.

        Parameters
        ----------
        name, permissions, description
            What it is called, all that it gives, such as ``runs:read``, and a word about it.
        idempotency_key
            Under the same key the same role comes back; None for a fresh one.
        """
        return self.send(_create(name, permissions, description, idempotency_key))

    def change_role(self, known: Role, **changes: Any) -> Role:
        """Change ``permissions`` or ``description``; a PreconditionError says that it was changed since."""
        return self.send(_change(known, changes))

    def delete_role(self, known: Role) -> None:
        """Drop a role that nobody holds."""
        self.send(_delete(known))


class AsyncRoleMethods(AsyncSends):
    """The roles of a client on an event loop; see `RoleMethods`."""

    async def roles(self) -> tuple[Role, ...]:
        """Return all roles, those that ship first."""
        return (await self.send(_list())).items

    async def role(self, role_id: UUID) -> Role:
        """Return a role that the tenant has made."""
        return await self.send(_one(role_id))

    async def create_role(
        self,
        name: str,
        permissions: Iterable[str],
        *,
        description: str = "",
        idempotency_key: str | None = None,
    ) -> Role:
        """Make a role from permissions that you have yourself; see `RoleMethods`."""
        return await self.send(_create(name, permissions, description, idempotency_key))

    async def change_role(self, known: Role, **changes: Any) -> Role:
        """Change a role; see `RoleMethods`."""
        return await self.send(_change(known, changes))

    async def delete_role(self, known: Role) -> None:
        """Drop a role that nobody holds."""
        await self.send(_delete(known))


def _list() -> Call[Roles]:
    return get("/roles", message(Roles))


def _one(role_id: UUID) -> Call[Role]:
    return get(f"/roles/{role_id}", message(Role))


def _create(name: str, permissions: Iterable[str], description: str, key: str | None) -> Call[Role]:
    asked = {"name": name, "permissions": tuple(permissions), "description": description}
    return post("/roles", message(Role), checked(NewRole, asked), key=key)


def _change(known: Role, changes: Mapping[str, Any]) -> Call[Role]:
    content = checked(RoleChanges, changes).model_dump_json(exclude_unset=True).encode()
    return Call(
        method="PATCH",
        path=f"{API_PREFIX}/roles/{known.id}",
        read=message(Role),
        headers={"Content-Type": "application/json", "If-Match": f'"{known.version}"'},
        content=content,
    )


def _delete(known: Role) -> Call[None]:
    return Call(
        method="DELETE",
        path=f"{API_PREFIX}/roles/{known.id}",
        read=_nothing,
        headers={"If-Match": f'"{known.version}"'},
    )


def _nothing(_: httpx2.Response) -> None:
    return None
