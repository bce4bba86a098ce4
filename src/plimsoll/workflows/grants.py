"""Grants: who gives which role to whom; what is privileged comes into force when a second person approves."""

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store import grants, program_accounts, roles, teams, users
from plimsoll.data.store.grants import GrantRecord, GrantStatus, Holder, HolderKind
from plimsoll.errors import ConflictError, FourEyesError, NotFoundError, PermissionDeniedError, UsageError
from plimsoll.security.permissions import Permission, Principal, PrincipalKind
from plimsoll.security.roles import IN_PORTFOLIOS, ROLES, Role, is_privileged, named
from plimsoll.security.scopes import Scope
from plimsoll.workflows.audit import AuditAction, record
from plimsoll.workflows.granted import holder_of, permissions_of

__all__ = [
    "covers",
    "decide_grant",
    "end_grant",
    "first_administrator",
    "propose_grant",
    "refuse_beyond",
    "refuse_beyond_team",
]

_EXPORT = Permission.AUDIT_EXPORT
_PEOPLE_ONLY = "a program does not decide who may do what is privileged"


async def propose_grant(
    session: AsyncSession,
    by: Principal,
    holder: Holder,
    role: str,
    *,
    team_id: UUID | None = None,
    portfolio_id: UUID | None = None,
    expires_at: dt.datetime | None = None,
    comment: str = "",
    four_eyes: bool,
) -> GrantRecord:
    """Give a role to somebody: at once, or where it is privileged when a second person has approved it.

    Where nobody else could approve it, as while a tenant has one administrator, it is in force at once; the
    record says so.

    Parameters
    ----------
    session
        An open transaction of the tenant; whoever opened it commits.
    by
        Who gives.
    holder
        Who gets.
    role
        Name of a role that ships or that the tenant has made.
    team_id, portfolio_id
        Where it holds: on the portfolios of a desk, or on a portfolio and all below it; without either in the
        whole tenant.
    expires_at
        From when on it gives nothing; None for never.
    comment
        Why; may be empty.
    four_eyes
        Whether a second person is needed for what is privileged.

    Raises
    ------
    NotFoundError
        If there is no such role, desk or portfolio, or nobody to hold it.
    PermissionDeniedError
        If it gives what the giver does not have, or is privileged and the giver or the holder is a program.
    UsageError
        If it holds in two places, or nowhere, or is privileged and for a team.
    ConflictError
        If the holder has it, or it is proposed.
    """
    if team_id is not None and portfolio_id is not None:
        raise UsageError("a grant holds on a desk or on a portfolio", remedy="Make two grants.")
    if expires_at is not None and expires_at <= dt.datetime.now(dt.UTC):
        raise UsageError("the grant would be over already", remedy="Choose an instant to come.")
    await grants.lock(session)
    role_id, permissions = await _meaning(session, role)
    whole = team_id is None and portfolio_id is None
    given = permissions if whole else permissions & IN_PORTFOLIOS
    if not given:
        raise UsageError("the role gives nothing there", remedy="Grant it in the whole tenant.")
    await _check_holder(session, holder, given)
    roots = await _roots(session, team_id, portfolio_id)
    refuse_beyond(by, given, None if whole else roots)
    privileged = is_privileged(given)
    if privileged and by.kind is PrincipalKind.SERVICE:
        raise PermissionDeniedError(_PEOPLE_ONLY, remedy="Sign in as a person.")
    waits = privileged and four_eyes and await _others_may_approve(session, by, holder)
    made = await grants.add(
        session,
        holder,
        role=role,
        role_id=role_id,
        scope_team_id=team_id,
        scope_portfolio_id=portfolio_id,
        status=GrantStatus.PROPOSED if waits else GrantStatus.ACTIVE,
        privileged=privileged,
        comment=comment,
        proposed_by=by.id,
        four_eyes=False if privileged and not waits else None,
        expires_at=expires_at,
    )
    await _mark(session, made)
    action = AuditAction.GRANT_PROPOSED if waits else AuditAction.GRANT_MADE
    await record(session, action, actor=by, subject=made.id, detail=_told(made))
    return made


async def decide_grant(
    session: AsyncSession, grant_id: UUID, by: Principal, *, approve: bool, four_eyes: bool
) -> GrantRecord:
    """Approve or reject a proposed grant; of several who do so at once, one does.

    Parameters
    ----------
    session, grant_id
        Where and which.
    by
        Who decides; anybody may reject who may approve.
    approve
        False rejects it.
    four_eyes
        Whether whoever approves must be another than whoever proposed.

    Raises
    ------
    NotFoundError
        If there is no such grant.
    FourEyesError
        If the proposer approves, or whoever would get it.
    PermissionDeniedError
        If a program decides.
    ConflictError
        If it has been decided, or the proposer may not give it any more.
    """
    await grants.lock(session)
    known = await grants.get(session, grant_id)
    if by.kind is PrincipalKind.SERVICE:
        raise PermissionDeniedError(_PEOPLE_ONLY, remedy="Sign in as a person.")
    if approve:
        if four_eyes and by.id in (known.proposed_by, f"{known.holder_kind}:{known.holder_id}"):
            remedy = "Ask somebody else to approve it."
            raise FourEyesError("nobody approves what they propose or get themselves", remedy=remedy)
        await _check_proposer(session, known)
    decided = await grants.decide(session, grant_id, approve=approve, by=by.id, four_eyes=four_eyes)
    await _mark(session, decided)
    action = AuditAction.GRANT_APPROVED if approve else AuditAction.GRANT_REJECTED
    await record(session, action, actor=by, subject=grant_id, detail=_told(decided))
    return decided


async def refuse_beyond_team(
    session: AsyncSession, team_id: UUID, by: Principal, *, joins: bool, portfolios: Iterable[UUID]
) -> None:
    """Refuse that somebody gives by a team what they do not have themselves.

    Parameters
    ----------
    session, team_id
        Where and which.
    by
        Who changes the team.
    joins
        Whether somebody joins: they get what is granted to the team.
    portfolios
        What comes to the team: whatever is granted on what it owns then reaches these.

    Raises
    ------
    PermissionDeniedError
        If it is more than they have.
    """
    added = frozenset(portfolios)
    for grant in await grants.live_of_team(session, team_id):
        given, roots = await _given(session, grant)
        if joins and grant.holder_kind is HolderKind.TEAM and grant.holder_id == team_id:
            refuse_beyond(by, given, roots)
        if added and grant.scope_team_id == team_id:
            refuse_beyond(by, given, added)


async def _given(
    session: AsyncSession, grant: GrantRecord
) -> tuple[frozenset[Permission], frozenset[UUID] | None]:
    """Return what a stored grant gives, and in which portfolios; None for the whole tenant."""
    _, permissions = await _stored_meaning(session, grant)
    if grant.scope_team_id is None and grant.scope_portfolio_id is None:
        return permissions, None
    roots = await _roots(session, grant.scope_team_id, grant.scope_portfolio_id)
    return permissions & IN_PORTFOLIOS, roots


async def _check_proposer(session: AsyncSession, proposed: GrantRecord) -> None:
    """Refuse what its proposer could not give any more: they were shut out since, or have it no longer."""
    holder = holder_of(proposed.proposed_by)
    if holder is None or proposed.status is not GrantStatus.PROPOSED:
        return
    given, roots = await _given(session, proposed)
    has, scope = await permissions_of(session, proposed.proposed_by)
    gone = holder.kind is HolderKind.USER and not (await users.get(session, holder.id)).enabled
    if gone or Permission.GRANTS_WRITE not in has or not covers(has, scope, given, roots):
        remedy = "Reject it, and let somebody who may give it propose it anew."
        raise ConflictError("whoever has proposed it may not give it any more", remedy=remedy)


async def end_grant(session: AsyncSession, grant_id: UUID, by: Principal) -> GrantRecord:
    """Take a role away from whoever holds it; it is without effect within five seconds.

    Raises
    ------
    NotFoundError
        If there is no such grant.
    ConflictError
        If it has ended, or nobody could grant anything afterwards.
    """
    await grants.lock(session)
    known = await grants.get(session, grant_id)
    ended = await grants.end(session, grant_id, by=by.id)
    if known.status is GrantStatus.ACTIVE and not await _somebody_grants(session, known):
        remedy = "Make somebody else an administrator first."
        raise ConflictError("nobody could grant anything after that", remedy=remedy)
    await _mark(session, ended)
    await record(session, AuditAction.GRANT_REVOKED, actor=by, subject=grant_id, detail=_told(ended))
    return ended


async def first_administrator(session: AsyncSession, user: UUID, *, by: str) -> GrantRecord:
    """Make a user administrator of a tenant that has none.

    Parameters
    ----------
    session, user
        Where and who.
    by
        What made them one, such as ``first start``.

    Raises
    ------
    ConflictError
        If somebody can grant roles already: they are to be asked.
    """
    await grants.lock(session)
    if await _with_permission(session, Permission.GRANTS_WRITE):
        raise ConflictError("the tenant has an administrator", remedy="Ask them for a role.")
    made = await grants.add(
        session,
        Holder(HolderKind.USER, user),
        role=Role.ADMINISTRATOR.value,
        status=GrantStatus.ACTIVE,
        privileged=True,
        proposed_by=by,
        four_eyes=False,
    )
    await record(session, AuditAction.GRANT_MADE, actor=None, subject=made.id, detail=_told(made))
    return made


def _told(grant: GrantRecord) -> dict[str, object]:
    """Return what the audit says about a grant."""
    return {
        "holder": f"{grant.holder_kind}:{grant.holder_id}",
        "role": grant.role,
        "desk": grant.scope_team_id,
        "portfolio": grant.scope_portfolio_id,
        "privileged": grant.privileged,
        "four_eyes": grant.four_eyes,
        "proposed_by": grant.proposed_by,
    }


async def _mark(session: AsyncSession, changed: GrantRecord) -> None:
    """Keep with a user whether they are an administrator: those must show a second factor."""
    if changed.holder_kind is HolderKind.USER:
        permissions, _ = await permissions_of(session, f"user:{changed.holder_id}")
        await users.mark(session, changed.holder_id, administrator=Permission.GRANTS_WRITE in permissions)


def covers(
    has: frozenset[Permission],
    scope: Scope,
    given: Iterable[Permission],
    portfolios: Iterable[UUID] | None,
) -> bool:
    """Return whether somebody has what is given, wherever it is given.

    Parameters
    ----------
    has, scope
        What they have, and where.
    given, portfolios
        What is given, and where; None for the whole tenant.
    """
    wanted = frozenset(given)
    there = Scope() if portfolios is None else Scope.of(dict.fromkeys(wanted, frozenset(portfolios)))
    return wanted <= has and scope.covers(there, wanted)


def refuse_beyond(by: Principal, given: Iterable[Permission], portfolios: Iterable[UUID] | None) -> None:
    """Refuse that somebody gives what they do not have themselves.

    Parameters
    ----------
    by
        Who gives.
    given
        What.
    portfolios
        Where; None for the whole tenant.

    Raises
    ------
    PermissionDeniedError
        If it is more than they have.
    """
    if not covers(by.permissions, by.scope, given, portfolios):
        remedy = "Ask somebody who has it."
        raise PermissionDeniedError("nobody gives what they do not have themselves", remedy=remedy)


async def _meaning(session: AsyncSession, role: str) -> tuple[UUID | None, frozenset[Permission]]:
    """Return the id of a role, if the tenant has made it, and what it gives."""
    if role in ROLES:
        return None, ROLES[role]
    record = await roles.named(session, role)
    return record.id, named(record.permissions)


async def _check_holder(session: AsyncSession, holder: Holder, given: frozenset[Permission]) -> None:
    """Refuse a holder who is not there, and for what is privileged whoever does not answer for it.

    Nobody approves who joins a team, and a program cannot show again who it is.
    """
    if holder.kind is HolderKind.USER:
        await users.get(session, holder.id)
    if holder.kind is HolderKind.ACCOUNT:
        await program_accounts.get(session, holder.id)
        if is_privileged(given):
            remedy = "Leave out what decides on limits, or on who may do what"
            remedy += "; whoever collects the audit reads it, by audit:read." if _EXPORT in given else "."
            raise PermissionDeniedError("a program may not have such a permission", remedy=remedy)
    if holder.kind is not HolderKind.TEAM:
        return
    if (await teams.get(session, holder.id)).archived_at is not None:
        raise NotFoundError("there is no such team")
    if is_privileged(given):
        remedy = "Give it to each of its members."
        raise UsageError("what is privileged is given to somebody by name, not to a team", remedy=remedy)


async def _roots(session: AsyncSession, team_id: UUID | None, portfolio_id: UUID | None) -> frozenset[UUID]:
    if team_id is not None:
        if (await teams.get(session, team_id)).archived_at is not None:
            raise NotFoundError("there is no such team")
        return frozenset(await teams.portfolios(session, team_id))
    return frozenset() if portfolio_id is None else frozenset({portfolio_id})


async def _others_may_approve(session: AsyncSession, by: Principal, holder: Holder) -> bool:
    own = holder_of(by.id)
    found = await _with_permission(session, Permission.GRANTS_APPROVE)
    return bool(found - {holder.id, *(() if own is None else (own.id,))})


async def _somebody_grants(session: AsyncSession, ended: GrantRecord) -> bool:
    """Return whether somebody can still grant roles, if what has ended was the right to."""
    _, permissions = await _stored_meaning(session, ended)
    if Permission.GRANTS_WRITE not in permissions or ended.holder_kind is not HolderKind.USER:
        return True
    return bool(await _with_permission(session, Permission.GRANTS_WRITE))


async def _with_permission(session: AsyncSession, permission: Permission) -> set[UUID]:
    """Return the users who have a permission in the whole tenant by a grant of their own."""
    found: set[UUID] = set()
    for grant in await grants.held_by_people(session):
        _, permissions = await _stored_meaning(session, grant)
        if permission in permissions:
            found.add(grant.holder_id)
    return found


async def _stored_meaning(
    session: AsyncSession, grant: GrantRecord
) -> tuple[UUID | None, frozenset[Permission]]:
    if grant.role_id is None:
        return None, ROLES.get(grant.role, frozenset())
    return grant.role_id, named((await roles.get(session, grant.role_id)).permissions)
