"""The tables of limits: what is in force since when, what is proposed, and what was measured."""

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import Double, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from plimsoll.data.store.models import StoredRow, own_tenant

__all__ = ["LimitCheckRow", "LimitProposalRow", "LimitRow", "LimitVersionRow"]

_NOW = text("now()")


class LimitRow(StoredRow):
    """A limit on a portfolio; `version` counts what came into force, 0 while nothing has."""

    __tablename__ = "limits"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        ForeignKeyConstraint(["tenant_id", "portfolio_id"], ["portfolios.tenant_id", "portfolios.id"]),
        UniqueConstraint("tenant_id", "id"),
        Index("ix_limits_tenant_id_portfolio_id_id", "tenant_id", "portfolio_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(server_default=own_tenant())
    portfolio_id: Mapped[UUID]
    version: Mapped[int] = mapped_column(server_default=text("0"))
    created_at: Mapped[dt.datetime] = mapped_column(server_default=_NOW)


class LimitVersionRow(StoredRow):
    """What a limit is from `valid_from` on, as known since `known_at`; never changed afterwards."""

    __tablename__ = "limit_versions"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        ForeignKeyConstraint(["tenant_id", "limit_id"], ["limits.tenant_id", "limits.id"]),
        ForeignKeyConstraint(
            ["tenant_id", "proposal_id"], ["limit_proposals.tenant_id", "limit_proposals.id"]
        ),
        UniqueConstraint("tenant_id", "id"),
        UniqueConstraint("tenant_id", "limit_id", "version"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(server_default=own_tenant())
    limit_id: Mapped[UUID]
    proposal_id: Mapped[UUID]
    version: Mapped[int]
    name: Mapped[str]
    definition: Mapped[dict[str, Any] | None]
    valid_from: Mapped[dt.date | None]
    known_at: Mapped[dt.datetime]


class LimitProposalRow(StoredRow):
    """A change that one proposes and another decides; what it says is never changed."""

    __tablename__ = "limit_proposals"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        ForeignKeyConstraint(["tenant_id", "limit_id"], ["limits.tenant_id", "limits.id"]),
        UniqueConstraint("tenant_id", "id"),
        Index("ix_limit_proposals_tenant_id_limit_id_id", "tenant_id", "limit_id", "id"),
        Index(
            "uq_limit_proposals_open",
            "tenant_id",
            "limit_id",
            unique=True,
            postgresql_where=text("status = 'open'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(server_default=own_tenant())
    limit_id: Mapped[UUID]
    kind: Mapped[str]
    based_on: Mapped[int]
    name: Mapped[str]
    definition: Mapped[dict[str, Any] | None]
    valid_from: Mapped[dt.date | None]
    comment: Mapped[str]
    proposed_by: Mapped[str]
    proposed_at: Mapped[dt.datetime] = mapped_column(server_default=_NOW)
    expires_at: Mapped[dt.datetime]
    status: Mapped[str] = mapped_column(server_default=text("'open'"))
    decided_by: Mapped[str | None]
    decided_at: Mapped[dt.datetime | None]
    decision_comment: Mapped[str | None]
    four_eyes: Mapped[bool | None]


class LimitCheckRow(StoredRow):
    """How a run stood to a limit; never changed afterwards."""

    __tablename__ = "limit_checks"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        ForeignKeyConstraint(["tenant_id", "limit_id"], ["limits.tenant_id", "limits.id"]),
        ForeignKeyConstraint(["tenant_id", "run_id"], ["runs.tenant_id", "runs.id"]),
        UniqueConstraint("tenant_id", "run_id", "limit_id"),
        Index("ix_limit_checks_tenant_id_limit_id_id", "tenant_id", "limit_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(server_default=own_tenant())
    limit_id: Mapped[UUID]
    run_id: Mapped[UUID]
    version: Mapped[int]
    as_of: Mapped[dt.date]
    checked_at: Mapped[dt.datetime] = mapped_column(server_default=_NOW)
    state: Mapped[str]
    value: Mapped[float | None] = mapped_column(Double)
    low: Mapped[float | None] = mapped_column(Double)
    high: Mapped[float | None] = mapped_column(Double)
    utilisation: Mapped[float | None] = mapped_column(Double)
    probability: Mapped[float | None] = mapped_column(Double)
    missing: Mapped[str]
