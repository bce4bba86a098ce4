"""Roles of a tenant's own: made from what their maker may do, never widened to what is privileged."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store import grants, roles
from plimsoll.data.store.roles import RoleRecord
from plimsoll.data.text import clean
from plimsoll.errors import ConflictError, UsageError
from plimsoll.security.permissions import Permission, Principal
from plimsoll.security.roles import PRIVILEGED, ROLES, named
from plimsoll.workflows.audit import AuditAction, record
from plimsoll.workflows.grants import refuse_beyond

__all__ = ["archive_role", "change_role", "create_role"]

_LONGEST_NAME = 100


async def create_role(
    session: AsyncSession, by: Principal, *, name: str, permissions: Iterable[str], description: str = ""
) -> RoleRecord:
    """Make a role.

    Parameters
    ----------
    session
        An open transaction of the tenant; whoever opened it commits.
    by
        Who makes it.
    name
        Unlike that of any other role, those that ship included.
    permissions
        What it gives; its maker has all of them, in the whole tenant.
    description
        For people; may be empty.

    Raises
    ------
    UsageError
        If the name cannot be used, or there is no permission, or one that is unknown.
    PermissionDeniedError
        If it would give what its maker does not have.
    ConflictError
        If a role has the name.
    """
    wanted = _known(permissions)
    refuse_beyond(by, wanted, None)
    plain = name.strip()
    if not plain or len(plain) > _LONGEST_NAME or clean(plain) != plain:
        raise UsageError(
            "the name cannot be used", remedy=f"It takes 1 to {_LONGEST_NAME} printable characters."
        )
    if plain.lower() in ROLES:
        raise ConflictError("a role that ships has that name", remedy="Choose another name.")
    made = await roles.create(
        session, name=plain, description=description, permissions=wanted, created_by=by.id
    )
    await record(session, AuditAction.ROLE_CREATED, actor=by, subject=made.id, detail=_told(made))
    return made


async def change_role(
    session: AsyncSession,
    role_id: UUID,
    by: Principal,
    *,
    expected_version: int,
    permissions: Iterable[str] | None = None,
    description: str | None = None,
) -> RoleRecord:
    """Change what a role gives to all who hold it, or what is said about it.

    Parameters
    ----------
    session, role_id
        Where and which.
    by
        Who changes it.
    expected_version
        The version that they have read.
    permissions, description
        None leaves them.

    Raises
    ------
    NotFoundError
        If there is no such role.
    UsageError
        If there is no permission, or one that is unknown.
    PermissionDeniedError
        If it would give more that whoever changes it does not have.
    ConflictError
        If it would give more that is privileged: that needs a grant that somebody approves.
    PreconditionError
        If somebody has changed it meanwhile.
    """
    await grants.lock(session)
    changes: dict[str, object] = {} if description is None else {"description": description}
    if permissions is not None:
        wanted = _known(permissions)
        added = wanted - named((await roles.get(session, role_id)).permissions)
        refuse_beyond(by, added, None)
        if not PRIVILEGED.isdisjoint(added):
            remedy = "Make another role with it, and grant that one."
            raise ConflictError("a role is not widened by what is privileged", remedy=remedy)
        changes["permissions"] = sorted(wanted)
    changed = await roles.change(session, role_id, expected_version=expected_version, **changes)
    await record(session, AuditAction.ROLE_CHANGED, actor=by, subject=role_id, detail=_told(changed))
    return changed


async def archive_role(
    session: AsyncSession, role_id: UUID, by: Principal, *, expected_version: int
) -> RoleRecord:
    """Take a role out of use that nobody holds; the parameters are those of :func:`change_role`.

    Raises
    ------
    NotFoundError
        If there is no such role.
    ConflictError
        If somebody holds it, or it is out of use already.
    PreconditionError
        If somebody has changed it meanwhile.
    """
    await grants.lock(session)
    if await grants.live_of_role(session, role_id):
        raise ConflictError("the role is granted to somebody", remedy="End those grants first.")
    archived = await roles.archive(session, role_id, expected_version=expected_version)
    await record(session, AuditAction.ROLE_REMOVED, actor=by, subject=role_id, detail=_told(archived))
    return archived


def _told(role: RoleRecord) -> dict[str, object]:
    return {"name": role.name, "permissions": role.permissions, "version": role.version}


def _known(permissions: Iterable[str]) -> frozenset[Permission]:
    wanted = set(permissions)
    found = named(wanted)
    if not found or len(found) < len(wanted):
        raise UsageError(
            "a role takes permissions that there are", remedy=f"There are {', '.join(sorted(Permission))}."
        )
    return found
