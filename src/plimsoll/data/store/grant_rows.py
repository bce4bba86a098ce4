"""The tables of a tenant's own roles, of teams with their members and desks, and of grants."""

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, PrimaryKeyConstraint, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from plimsoll.data.store.models import StoredRow, own_tenant

__all__ = ["GrantRow", "RoleRow", "TeamMemberRow", "TeamPortfolioRow", "TeamRow"]

_NOW = text("now()")
_LIVE = text("archived_at IS NULL")


class RoleRow(StoredRow):
    """A role that a tenant has made for itself; those that ship are in code."""

    __tablename__ = "roles"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        UniqueConstraint("tenant_id", "id"),
        Index("uq_roles_live_name", "tenant_id", "name", unique=True, postgresql_where=_LIVE),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(server_default=own_tenant())
    name: Mapped[str]
    description: Mapped[str]
    permissions: Mapped[list[Any]] = mapped_column(JSONB)
    version: Mapped[int] = mapped_column(server_default=text("1"))
    created_at: Mapped[dt.datetime] = mapped_column(server_default=_NOW)
    created_by: Mapped[str]
    archived_at: Mapped[dt.datetime | None]


class TeamRow(StoredRow):
    """A team; as a desk it owns portfolios."""

    __tablename__ = "teams"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        UniqueConstraint("tenant_id", "id"),
        Index("uq_teams_live_name", "tenant_id", "name", unique=True, postgresql_where=_LIVE),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(server_default=own_tenant())
    name: Mapped[str]
    version: Mapped[int] = mapped_column(server_default=text("1"))
    created_at: Mapped[dt.datetime] = mapped_column(server_default=_NOW)
    created_by: Mapped[str]
    archived_at: Mapped[dt.datetime | None]


class TeamMemberRow(StoredRow):
    """Somebody in a team: a user or a service account."""

    __tablename__ = "team_members"
    __table_args__ = (
        PrimaryKeyConstraint("tenant_id", "team_id", "kind", "member_id"),
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        ForeignKeyConstraint(["tenant_id", "team_id"], ["teams.tenant_id", "teams.id"]),
        Index("ix_team_members_tenant_id_kind_member_id", "tenant_id", "kind", "member_id"),
    )

    tenant_id: Mapped[UUID] = mapped_column(server_default=own_tenant())
    team_id: Mapped[UUID]
    kind: Mapped[str]
    member_id: Mapped[UUID]


class TeamPortfolioRow(StoredRow):
    """A portfolio that a team owns, with all that lies below it."""

    __tablename__ = "team_portfolios"
    __table_args__ = (
        PrimaryKeyConstraint("tenant_id", "team_id", "portfolio_id"),
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        ForeignKeyConstraint(["tenant_id", "team_id"], ["teams.tenant_id", "teams.id"]),
        ForeignKeyConstraint(["tenant_id", "portfolio_id"], ["portfolios.tenant_id", "portfolios.id"]),
        Index("ix_team_portfolios_tenant_id_portfolio_id", "tenant_id", "portfolio_id"),
    )

    tenant_id: Mapped[UUID] = mapped_column(server_default=own_tenant())
    team_id: Mapped[UUID]
    portfolio_id: Mapped[UUID]


class GrantRow(StoredRow):
    """A role for a holder, in the tenant, a desk or a portfolio; proposed, active and then ended."""

    __tablename__ = "grants"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        ForeignKeyConstraint(["tenant_id", "role_id"], ["roles.tenant_id", "roles.id"]),
        ForeignKeyConstraint(["tenant_id", "scope_team_id"], ["teams.tenant_id", "teams.id"]),
        ForeignKeyConstraint(["tenant_id", "scope_portfolio_id"], ["portfolios.tenant_id", "portfolios.id"]),
        UniqueConstraint("tenant_id", "id"),
        Index("ix_grants_tenant_id_holder_id", "tenant_id", "holder_id"),
        Index(
            "uq_grants_live",
            "tenant_id",
            "holder_kind",
            "holder_id",
            "role",
            "role_id",
            "scope_team_id",
            "scope_portfolio_id",
            unique=True,
            postgresql_nulls_not_distinct=True,
            postgresql_where=text("status IN ('proposed', 'active')"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(server_default=own_tenant())
    holder_kind: Mapped[str]
    holder_id: Mapped[UUID]
    role: Mapped[str]
    role_id: Mapped[UUID | None]
    scope_team_id: Mapped[UUID | None]
    scope_portfolio_id: Mapped[UUID | None]
    status: Mapped[str]
    privileged: Mapped[bool]
    comment: Mapped[str]
    proposed_by: Mapped[str]
    proposed_at: Mapped[dt.datetime] = mapped_column(server_default=_NOW)
    decided_by: Mapped[str | None]
    decided_at: Mapped[dt.datetime | None]
    four_eyes: Mapped[bool | None]
    ended_by: Mapped[str | None]
    ended_at: Mapped[dt.datetime | None]
    expires_at: Mapped[dt.datetime | None]
