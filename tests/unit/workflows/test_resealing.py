"""The job that brings a tenant under the keys of now, on a real database."""

import datetime as dt
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from plimsoll.data.store import alerts, channels, data_keys, webhooks
from plimsoll.data.store.database import Database
from plimsoll.data.store.jobs import JobKind
from plimsoll.data.store.models import new_id
from plimsoll.security.kms import Kms, LocalKms
from plimsoll.security.sealing import Sealer
from plimsoll.security.tenant_sealing import header_of
from plimsoll.security.tokens import new_token
from plimsoll.workflows.channels import add_channel, opened_url
from plimsoll.workflows.data_key_rotation import rotate, seal_anew
from plimsoll.workflows.job_attempts import attempt
from plimsoll.workflows.outward import Outward
from plimsoll.workflows.resealing import ALERT_KEY, RETIRED_FOR, reseal_handler
from plimsoll.workflows.tenant_sealers import TenantSealers
from plimsoll.workflows.webhooks import add_webhook, rotate_secret, secret_place

pytestmark = pytest.mark.anyio


class Vault:
    """A tenant with secrets from before tenants had keys."""

    def __init__(self, database: Database, tenant: UUID) -> None:
        self.database, self.tenant = database, tenant
        self.masters = [new_token("plq")]
        self.machine = self.masters[0]

    def sealers(self) -> TenantSealers:
        """Return the sealers of a process that starts now."""
        return TenantSealers(Kms(LocalKms(lambda: self.masters)), before=self.machine)

    async def fill(self, sealer: Sealer | None = None) -> dict[UUID, list[str]]:
        """Store a webhook whose secret was changed, and a channel; return what they hold."""
        async with self.database.session(self.tenant) as session:
            sealer = sealer or await self.sealers().of(session)
            url = "https://example.com/"
            webhook, old = await add_webhook(
                session, url=url, kinds=[], sealer=sealer, outward=Outward(), created_by="me"
            )
            at = dt.datetime.now(dt.UTC)
            _, new = await rotate_secret(session, webhook.id, expected_version=1, sealer=sealer, at=at)
            channel = await add_channel(
                session,
                name="Desk",
                url="json://user:hunter2@127.0.0.1:9/",
                scheme="json",
                kinds=["alert.raised"],
                minimum_severity=alerts.Severity.INFO,
                quiet_hours=None,
                escalate_after_minutes=None,
                enabled=True,
                sealer=sealer,
                created_by="me",
            )
        return {webhook.id: [new, old], channel.id: ["json://user:hunter2@127.0.0.1:9/"]}

    async def opened(self, wanted: dict[UUID, list[str]]) -> dict[UUID, list[str]]:
        """Return what is held, opened by a process that starts now."""
        webhook_id, channel_id = wanted
        async with self.database.session(self.tenant) as session:
            sealer = await self.sealers().of(session)
            webhook = await webhooks.get(session, webhook_id)
            channel = await channels.get(session, channel_id)
            sealed = [webhook.secret, webhook.old_secret or b""]
            secrets = [sealer.open(one, secret_place(webhook_id)) for one in sealed]
            return {webhook_id: secrets, channel_id: [opened_url(channel, sealer)]}

    async def reseal(self) -> Mapping[str, Any]:
        """Do the job as a worker does."""
        async with self.database.session(self.tenant) as session:
            job = await seal_anew(session, created_by="me")
        handlers = {JobKind.RESEAL: reseal_handler(self.sealers())}
        done = await attempt(self.database, self.tenant, job.id, 1, handlers=handlers)
        assert done is not None
        assert done.result is not None, done.reason
        return done.result

    async def as_owner(self, statement: str) -> None:
        """Let time pass in the tables."""
        async with self.database.engine.begin() as connection:
            await connection.execute(text(statement))

    async def new_key(self) -> None:
        """Rotate, and let the new key be active at once."""
        async with self.database.session(self.tenant) as session:
            await rotate(session, self.sealers(), created_by="me")
        await self.as_owner("UPDATE data_keys SET active_from = now() - interval '1 second'")

    async def numbers(self) -> list[int]:
        """Return the numbers of the sealing keys."""
        async with self.database.session(self.tenant) as session:
            return [key.number for key in await data_keys.load(session) if key.purpose == "seal"]


@pytest.fixture
def vault(database: Database, tenant: UUID) -> Vault:
    """Return a tenant without secrets."""
    return Vault(database, tenant)


async def test_secrets_of_the_machine_move_to_the_tenants_key(vault: Vault) -> None:
    """Nothing is lost on the way, and afterwards the key of the machine opens none of them."""
    kept = await vault.fill(Sealer(vault.machine))
    assert await vault.opened(kept) == kept
    result = await vault.reseal()
    assert (result["secrets_sealed"], result["unreadable"]) == (3, 0)
    vault.machine = new_token("plq")
    assert await vault.opened(kept) == kept
    assert (await vault.reseal())["secrets_sealed"] == 0


async def test_a_rotation_leaves_nothing_under_the_old_key(vault: Vault) -> None:
    """All is sealed anew; the old key is kept for a while, then destroyed; what is held is the same."""
    kept = await vault.fill()
    await vault.new_key()
    assert await vault.opened(kept) == kept
    assert (await vault.reseal())["secrets_sealed"] == 3
    assert await vault.numbers() == [1, 2]
    assert dt.timedelta(days=9) > RETIRED_FOR
    await vault.as_owner("UPDATE data_keys SET retired_at = now() - interval '9 days' WHERE number = 1")
    assert (await vault.reseal())["keys_destroyed"] == 1
    assert await vault.numbers() == [2]
    assert await vault.opened(kept) == kept


async def test_a_key_is_not_destroyed_while_anything_is_under_it(vault: Vault) -> None:
    """Not even what is in a column that nobody seals anew."""
    kept = await vault.fill()
    await vault.new_key()
    await vault.reseal()
    async with vault.database.session(vault.tenant) as session:
        statement = (
            "INSERT INTO idempotency_keys (principal, key, fingerprint, body) VALUES ('me', 'k', 'f', :body)"
        )
        await session.execute(text(statement), {"body": header_of(1) + b"rest"})
    await vault.as_owner("UPDATE data_keys SET retired_at = now() - interval '9 days' WHERE number = 1")
    assert (await vault.reseal())["keys_destroyed"] == 0
    assert await vault.numbers() == [1, 2]
    assert await vault.opened(kept) == kept


async def test_a_new_master_key_takes_over(vault: Vault) -> None:
    """After the job nothing needs the old one: a process that has only the new one opens everything."""
    kept = await vault.fill()
    vault.masters.insert(0, new_token("plq"))
    assert await vault.opened(kept) == kept
    assert (await vault.reseal())["keys_wrapped"] == 2
    del vault.masters[1]
    assert await vault.opened(kept) == kept


async def test_what_cannot_be_opened_is_left_and_told(vault: Vault) -> None:
    """It may be a key that is restored later; until then there is an alert, and no key is destroyed."""
    kept = await vault.fill(Sealer(new_token("plq")))
    result = await vault.reseal()
    assert (result["secrets_sealed"], result["unreadable"]) == (0, 3)
    async with vault.database.session(vault.tenant) as session:
        alert = await alerts.latest(session, ALERT_KEY)
    assert alert is not None
    assert "3 of them" in alert.detail
    assert not any(secret in alert.detail for secrets in kept.values() for secret in secrets)


async def test_many_secrets_are_sealed_in_pages(vault: Vault) -> None:
    """More than one transaction's worth."""
    machine = Sealer(vault.machine)
    async with vault.database.session(vault.tenant) as session:
        for _ in range(205):
            webhook_id = new_id()
            sealed = machine.seal("hush", secret_place(webhook_id))
            await webhooks.add(session, webhook_id, url="u", kinds=[], secret=sealed, created_by="me")
    assert (await vault.reseal())["secrets_sealed"] == 205
    assert (await vault.reseal())["secrets_sealed"] == 0
