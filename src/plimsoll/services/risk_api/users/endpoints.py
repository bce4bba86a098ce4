"""People of a tenant: invited, listed, changed, shut out."""

from typing import Annotated
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from plimsoll.data.store import users
from plimsoll.data.store.users import UserRecord
from plimsoll.errors import UnavailableError
from plimsoll.security.permissions import Permission, Principal
from plimsoll.services.risk_api.answers import answer, created
from plimsoll.services.risk_api.context import Callers, Context
from plimsoll.services.risk_api.etags import ExpectedVersion, etag, not_modified
from plimsoll.services.risk_api.idempotency import Once
from plimsoll.services.risk_api.paging import Paging
from plimsoll.services.risk_api.requirements import Require, StepUp
from plimsoll.services.risk_api.responses import CONFLICT, UNCHANGED
from plimsoll.services.risk_api.routes import ApiRouter
from plimsoll.wire.users import Invited, NewUser, User, UserChanges, UserPage
from plimsoll.workflows import people
from plimsoll.workflows.mail import Mailer
from plimsoll.workflows.people import Invitation

__all__ = ["change_user", "get_user", "invite_user", "invite_user_again", "list_users", "router"]

router = ApiRouter("users")

_Reader = Annotated[Principal, Require[Permission.USERS_READ]]
_Writer = Annotated[Principal, Require[Permission.USERS_WRITE]]


@router.post("", status_code=201, response_model=Invited, dependencies=[StepUp])
async def invite_user(new: NewUser, once: Once, context: Context, caller: _Writer) -> Response:
    """Invite somebody; they choose a password by the link, which is also sent to them."""

    async def make(session: AsyncSession) -> Response:
        made = await people.invite(session, caller, name=new.name, email=new.email, now=context.clock())
        message = await _told(made, context.mailer, context.address)
        return created(message, location=f"{router.prefix}/{made.user.id}", tag=made.user.version)

    return await once(make, secret=True)


@router.get("")
async def list_users(context: Context, caller: _Reader, paging: Paging) -> UserPage:
    """List people, oldest first."""
    async with context.database.session(caller.tenant) as session:
        found = await users.page(session, after=paging.after, limit=paging.probe)
    shown, following = paging.cut(found, cursor=lambda record: record.id)
    return UserPage(items=tuple(map(_shown, shown)), next=following)


@router.get("/{user_id}", response_model=User, responses=UNCHANGED)
async def get_user(user_id: UUID, context: Context, caller: _Reader, request: Request) -> Response:
    """Read a person."""
    async with context.database.session(caller.tenant) as session:
        record = await users.get(session, user_id)
    return not_modified(request, etag(record.version)) or answer(_shown(record), tag=record.version)


@router.patch("/{user_id}", response_model=User, dependencies=[StepUp])
async def change_user(
    user_id: UUID,
    changes: UserChanges,
    version: ExpectedVersion,
    context: Context,
    caller: _Writer,
    callers: Callers,
) -> Response:
    """Change a person, or shut them out, unless they were changed meanwhile."""
    async with context.database.session(caller.tenant) as session:
        record = await people.change_person(
            session,
            caller,
            user_id,
            name=changes.name,
            enabled=changes.enabled,
            expected_version=version,
            now=context.clock(),
        )
    callers.forget()
    return answer(_shown(record), tag=record.version)


@router.post("/{user_id}/invitation", responses=CONFLICT, dependencies=[StepUp])
async def invite_user_again(user_id: UUID, context: Context, caller: _Writer) -> Invited:
    """Make a new link for somebody who has yet to choose a password; the one before is good for nothing."""
    async with context.database.session(caller.tenant) as session:
        made = await people.invite_again(session, caller, user_id, context.clock())
    return await _told(made, context.mailer, context.address)


async def _told(made: Invitation, mailer: Mailer, address: str) -> Invited:
    """Send the link to whom it is for, as far as that is possible."""
    link = f"{address}/sign-in#{made.token}"
    try:
        await mailer.send(people.invitation_mail(made, link))
        mailed = True
    except UnavailableError:
        mailed = False
    return Invited(user=_shown(made.user), link=link, expires_at=made.expires_at, mailed=mailed)


def _shown(record: UserRecord) -> User:
    return User(
        id=record.id,
        name=record.name,
        email=record.email,
        enabled=record.enabled,
        invited=record.password is None,
        created_at=record.created_at,
        created_by=record.created_by,
        version=record.version,
    )
