"""What tenants allow of codes by SMS, on a real database."""

import asyncio
import datetime as dt
from dataclasses import replace
from uuid import UUID

import pytest

from plimsoll.data.store import sms_policies
from plimsoll.data.store.database import Database
from plimsoll.data.store.sms_policies import OFF, SmsPolicy
from plimsoll.errors import PreconditionError

pytestmark = pytest.mark.anyio

JUNE, JULY = dt.date(2026, 6, 1), dt.date(2026, 7, 1)


async def test_it_is_off_until_a_tenant_says_otherwise(
    database: Database, tenant: UUID, other_tenant: UUID
) -> None:
    """Each change needs the version that was seen, and is the tenant's own."""
    wanted = SmsPolicy(enabled=True, countries=["DE"], monthly_cents=1000, message_cents=10, version=0)
    async with database.session(tenant) as session:
        assert await sms_policies.get(session) == OFF
        assert not OFF.enabled
        first = await sms_policies.change(session, wanted)
        assert first == replace(wanted, version=1)
        second = await sms_policies.change(session, replace(first, enabled=False))
        assert await sms_policies.get(session) == second == replace(first, enabled=False, version=2)
        for seen in (0, 1, 3):
            with pytest.raises(PreconditionError):
                await sms_policies.change(session, replace(wanted, version=seen))
    async with database.session(other_tenant) as session:
        assert await sms_policies.get(session) == OFF


async def test_a_month_never_costs_more_than_it_may(database: Database, tenant: UUID) -> None:
    """Of eight that charge at the same time as many succeed as there is money; the next month is another."""

    async def once() -> bool:
        async with database.session(tenant) as session:
            return await sms_policies.charge(session, JUNE, 10, most=35)

    assert sum(await asyncio.gather(*(once() for _ in range(8)))) == 3
    async with database.session(tenant) as session:
        assert await sms_policies.spent(session, JUNE) == 30
        assert await sms_policies.spent(session, JULY) == 0
        assert await sms_policies.charge(session, JULY, 10, most=10)
        assert not await sms_policies.charge(session, JULY, 10, most=10)
        assert not await sms_policies.charge(session, dt.date(2026, 8, 1), 10, most=9)
