"""Limits that are in force, in a real database."""

import datetime as dt
from typing import Any
from uuid import UUID

from plimsoll.data.store.database import Database
from plimsoll.data.store.limits import LimitRecord
from plimsoll.risk.limits import Limit, LimitMeasure
from plimsoll.workflows.limits import decide, propose_change, propose_limit


def var_limit(hard: float | None = None, **fields: Any) -> Limit:
    """Return a limit on VaR."""
    return Limit(**{"measure": LimitMeasure.VAR, "hard": hard, **fields})


async def limit_in_force(
    database: Database,
    tenant: UUID,
    portfolio_id: UUID,
    limit: Limit,
    *,
    name: str = "VaR",
    valid_from: dt.date | None = None,
) -> LimitRecord:
    """Propose a limit as Ada and approve it as Bob."""
    async with database.session(tenant) as session:
        record, proposal = await propose_limit(
            session, portfolio_id, name=name, limit=limit, valid_from=valid_from, proposed_by="ada"
        )
        return (await decide(session, record.id, proposal.id, approve=True, by="bob", four_eyes=True))[0]


async def limit_changed(
    database: Database, tenant: UUID, known: LimitRecord, limit: Limit, *, valid_from: dt.date | None = None
) -> LimitRecord:
    """Change a limit as Ada and approve it as Bob."""
    async with database.session(tenant) as session:
        proposal = await propose_change(
            session,
            known.id,
            expected_version=known.version,
            name=known.name,
            limit=limit,
            valid_from=valid_from,
            proposed_by="ada",
        )
        return (await decide(session, known.id, proposal.id, approve=True, by="bob", four_eyes=True))[0]
