"""The second step by stored factors, on a real database; each factor is tested in test_factors.py."""

import datetime as dt
from uuid import UUID

import pytest

from people import as_principal, new_person
from plimsoll.data.store.database import Database
from plimsoll.security.totp import code_at, step_of
from plimsoll.workflows.factor_enrolment import begin_totp, confirm_totp
from plimsoll.workflows.factor_step import FactorStep
from plimsoll.workflows.tenant_sealers import TenantSealers, forgetful_kms

pytestmark = pytest.mark.anyio

NOW = dt.datetime(2026, 6, 30, 12, tzinfo=dt.UTC)


async def test_somebody_is_asked_by_what_they_have(database: Database, tenant: UUID) -> None:
    """Nothing until there is a factor; then that one or a recovery code, and a right answer once."""
    step = FactorStep(TenantSealers(forgetful_kms()), "https://risk.example.com", "192.0.2.1")
    person = await new_person(database, tenant)
    actor = as_principal(tenant, person)
    async with database.session(tenant) as session:
        sealer = await step.sealers.of(session)
        assert list(await step.kinds(session, person)) == []
        begun = await begin_totp(session, actor, name="Phone", now=NOW, sealer=sealer)
        code = code_at(begun.secret, step_of(NOW))
        await confirm_totp(session, actor, begun.record.id, code, now=NOW, sealer=sealer)
        assert list(await step.kinds(session, person)) == ["totp", "recovery"]
        later = NOW + dt.timedelta(seconds=30)
        code = code_at(begun.secret, step_of(later))
        shown = [await step.verify(session, person, "totp", code, now=later) for _ in range(2)]
    assert shown == [True, False]
