"""Roles: list, make, read, change, drop."""

from typing import Annotated
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from plimsoll.data.store import roles
from plimsoll.data.store.roles import RoleRecord
from plimsoll.security.permissions import Permission, Principal
from plimsoll.security.roles import ROLES, is_privileged, named
from plimsoll.services.risk_api.answers import answer, created
from plimsoll.services.risk_api.context import Callers, Context
from plimsoll.services.risk_api.etags import ExpectedVersion, etag, not_modified
from plimsoll.services.risk_api.idempotency import Once
from plimsoll.services.risk_api.requirements import Require, StepUp
from plimsoll.services.risk_api.responses import CONFLICT, UNCHANGED
from plimsoll.services.risk_api.routes import ApiRouter
from plimsoll.wire.roles import NewRole, Role, RoleChanges, Roles
from plimsoll.workflows.roles import archive_role
from plimsoll.workflows.roles import change_role as change
from plimsoll.workflows.roles import create_role as create

__all__ = ["change_role", "create_role", "delete_role", "get_role", "list_roles", "router"]

router = ApiRouter("roles")

_MOST = 1_000
_Reader = Annotated[Principal, Require[Permission.ROLES_READ]]
_Writer = Annotated[Principal, Require[Permission.ROLES_WRITE]]


@router.get("")
async def list_roles(context: Context, caller: _Reader) -> Roles:
    """List all roles, those that ship first."""
    shipped = tuple(
        Role(
            id=None,
            name=name,
            description="",
            permissions=tuple(sorted(permissions)),
            privileged=is_privileged(permissions),
            version=0,
        )
        for name, permissions in ROLES.items()
    )
    async with context.database.session(caller.tenant) as session:
        own = await roles.page(session, after=None, limit=_MOST)
    return Roles(items=(*shipped, *map(_message, own)))


@router.post("", status_code=201, response_model=Role, responses=CONFLICT, dependencies=[StepUp])
async def create_role(new: NewRole, once: Once, caller: _Writer) -> Response:
    """Make a role from permissions that you have yourself."""

    async def make(session: AsyncSession) -> Response:
        record = await create(
            session, caller, name=new.name, permissions=new.permissions, description=new.description
        )
        location = f"{router.prefix}/{record.id}"
        return created(_message(record), location=location, tag=record.version)

    return await once(make)


@router.get("/{role_id}", response_model=Role, responses=UNCHANGED)
async def get_role(role_id: UUID, context: Context, caller: _Reader, request: Request) -> Response:
    """Read a role that the tenant has made."""
    async with context.database.session(caller.tenant) as session:
        record = await roles.get(session, role_id)
    return not_modified(request, etag(record.version)) or _role(record)


@router.patch("/{role_id}", response_model=Role, responses=CONFLICT, dependencies=[StepUp])
async def change_role(
    role_id: UUID,
    changes: RoleChanges,
    version: ExpectedVersion,
    context: Context,
    callers: Callers,
    caller: _Writer,
) -> Response:
    """Change what a role gives to all who hold it; nothing that is privileged can be added."""
    async with context.database.session(caller.tenant) as session:
        record = await change(
            session,
            role_id,
            caller,
            expected_version=version,
            permissions=changes.permissions,
            description=changes.description,
        )
    callers.forget()
    return _role(record)


@router.delete(
    "/{role_id}", status_code=204, response_class=Response, responses=CONFLICT, dependencies=[StepUp]
)
async def delete_role(role_id: UUID, version: ExpectedVersion, context: Context, caller: _Writer) -> Response:
    """Drop a role that nobody holds."""
    async with context.database.session(caller.tenant) as session:
        await archive_role(session, role_id, caller, expected_version=version)
    return Response(status_code=204)


def _role(record: RoleRecord) -> Response:
    return answer(_message(record), tag=record.version)


def _message(record: RoleRecord) -> Role:
    return Role(
        id=record.id,
        name=record.name,
        description=record.description,
        permissions=tuple(record.permissions),
        privileged=is_privileged(named(record.permissions)),
        version=record.version,
    )
