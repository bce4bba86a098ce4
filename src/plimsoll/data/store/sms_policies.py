"""What a tenant allows of codes by SMS, and what it has spent on them."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store.sms_rows import SmsPolicyRow, SmsSpendingRow
from plimsoll.errors import PreconditionError

__all__ = ["OFF", "SmsPolicy", "change", "charge", "get", "spent"]


@dataclass(frozen=True, slots=True)
class SmsPolicy:
    """What a tenant allows.

    Parameters
    ----------
    enabled
        Whether its people may have codes by SMS.
    countries
        ISO 3166 codes; numbers elsewhere get none.
    monthly_cents
        That a month may cost; then nothing more is sent.
    message_cents
        That one message counts for: what the dearest one costs.
    version
        Counts its changes; 0 for a tenant that has never said anything.
    """

    enabled: bool
    countries: Sequence[str]
    monthly_cents: int
    message_cents: int
    version: int


OFF = SmsPolicy(enabled=False, countries=(), monthly_cents=0, message_cents=10, version=0)
"""What holds until a tenant says otherwise: SMS is the weakest factor, and costs."""

_COLUMNS = (
    SmsPolicyRow.enabled,
    SmsPolicyRow.countries,
    SmsPolicyRow.monthly_cents,
    SmsPolicyRow.message_cents,
    SmsPolicyRow.version,
)


async def get(session: AsyncSession) -> SmsPolicy:
    """Return what the tenant allows."""
    row = (await session.execute(select(*_COLUMNS))).one_or_none()
    return OFF if row is None else SmsPolicy(**row._asdict())


async def change(session: AsyncSession, wanted: SmsPolicy) -> SmsPolicy:
    """Store what the tenant allows, if nobody has changed it since the version of `wanted` was read.

    Raises
    ------
    PreconditionError
        If somebody has.
    """
    values = {
        "enabled": wanted.enabled,
        "countries": list(wanted.countries),
        "monthly_cents": wanted.monthly_cents,
        "message_cents": wanted.message_cents,
    }
    statement = insert(SmsPolicyRow).values(**values, version=1)
    changed = statement.on_conflict_do_update(
        index_elements=[SmsPolicyRow.tenant_id],
        set_={**values, "version": SmsPolicyRow.version + 1},
        where=SmsPolicyRow.version == wanted.version,
    )
    row = (await session.execute(changed.returning(*_COLUMNS))).one_or_none()
    if row is None:
        raise PreconditionError("the rules were changed meanwhile", remedy="Read them again.")
    return SmsPolicy(**row._asdict())


async def charge(session: AsyncSession, month: dt.date, cents: int, *, most: int) -> bool:
    """Add to what a month has cost, by one statement; return whether it stays within `most`."""
    if cents > most:
        return False
    statement = insert(SmsSpendingRow).values(month=month, cents=cents)
    charged = statement.on_conflict_do_update(
        index_elements=[SmsSpendingRow.tenant_id, SmsSpendingRow.month],
        set_={"cents": SmsSpendingRow.cents + cents},
        where=SmsSpendingRow.cents + cents <= most,
    )
    return (await session.execute(charged.returning(SmsSpendingRow.cents))).one_or_none() is not None


async def spent(session: AsyncSession, month: dt.date) -> int:
    """Return what a month has cost, in cents."""
    query = select(SmsSpendingRow.cents).where(SmsSpendingRow.month == month)
    return (await session.execute(query)).scalar_one_or_none() or 0
