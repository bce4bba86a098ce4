"""A KMS that is down or black-holed, and a clock that is moved: running work goes on, all stays sealed."""

import asyncio
import datetime as dt
import time
from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from fault_proxy import FaultProxy, Stream, Timeout, fault_proxy
from plimsoll.data.store.database import Database
from plimsoll.security.aws_client import aws_client
from plimsoll.security.aws_kms import AwsKms
from plimsoll.security.kms import Kms
from plimsoll.workflows.outward import Outward
from plimsoll.workflows.tenant_sealers import TenantSealers
from risk_api_world import API, World, made, refused, world_on

pytestmark = pytest.mark.anyio

HOOK = {"url": "https://example.com/hook", "kinds": ["alert.raised"]}


@pytest.fixture
async def kms(aws_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[FaultProxy, str]]:
    """Yield a proxy before the KMS of the test session, and a key."""
    arn = aws_client("kms", endpoint_url=aws_url).create_key()["KeyMetadata"]["Arn"]
    with fault_proxy(("127.0.0.1", int(aws_url.rpartition(":")[2]))) as proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{proxy.port}")
        yield proxy, arn


def _process(arn: str) -> Outward:
    """Return what a process that starts now reaches the KMS by."""
    return Outward(sealers=TenantSealers(Kms(AwsKms(arn))))


async def _shown(world: World, path: str) -> str:
    rotated = await world.owner.post(f"{path}/rotate", headers={"If-Match": '"1"'})
    return str(made(rotated, 200)["secret"])


async def test_a_process_goes_on_while_the_kms_is_down(
    kms: tuple[FaultProxy, str], database: Database, tenant: UUID, other_tenant: UUID
) -> None:
    """What it has keys for works; a tenant without keys gets 503 and nothing is stored; then all is well."""
    proxy, arn = kms
    async with world_on(database, tenant, other_tenant, outward=_process(arn)) as world:
        hook = made(await world.owner.post(f"{API}/webhooks", json=HOOK), 201)
        with proxy.down():
            assert (await _shown(world, f"{API}/webhooks/{hook['id']}")).startswith("whsec_")
            refused(await world.outsider.post(f"{API}/webhooks", json=HOOK), 503, "unavailable")
            assert made(await world.owner.get(f"{API}/secrets"), 200)["problem"]
        assert made(await world.outsider.get(f"{API}/webhooks"), 200)["items"] == []
        for _ in range(200):
            if (await world.outsider.post(f"{API}/webhooks", json=HOOK)).status_code == 201:
                return
            await asyncio.sleep(0.2)
        pytest.fail("the KMS is back, and still nothing can be sealed")


async def test_a_process_that_starts_meanwhile_waits_for_it(
    kms: tuple[FaultProxy, str], database: Database, tenant: UUID, other_tenant: UUID
) -> None:
    """It answers all that needs no secret, opens nothing, and waits for KMS once and no longer than 2 s."""
    proxy, arn = kms
    async with world_on(database, tenant, other_tenant, outward=_process(arn)) as world:
        hook = made(await world.owner.post(f"{API}/webhooks", json=HOOK), 201)
    again = Database(database.engine.url.render_as_string(hide_password=False))
    async with world_on(again, tenant, other_tenant, outward=_process(arn)) as world:
        with proxy.toxic(Timeout(stream=Stream.UPSTREAM)):
            path = f"{API}/webhooks/{hook['id']}/rotate"
            await asyncio.to_thread(aws_client, "kms")  # boto3 reads its files once
            waited = []
            for _ in range(4):
                begun = time.monotonic()
                refused(await world.owner.post(path, headers={"If-Match": '"1"'}), 503, "unavailable")
                waited.append(time.monotonic() - begun)
            assert waited[0] < 4.0  # on a machine that has something else to do
            assert min(waited[1:]) < 1.0
            assert made(await world.owner.get(f"{API}/webhooks"), 200)["items"]


async def test_a_clock_that_is_moved_changes_no_key(
    kms: tuple[FaultProxy, str], database: Database, tenant: UUID, other_tenant: UUID
) -> None:
    """The clock of the platform is a day off, either way: the key that seals is the same, and all opens."""
    _, arn = kms
    outward = _process(arn)
    for day in (0, 1, -1):
        now = dt.datetime.now(dt.UTC) + dt.timedelta(days=day)
        fresh = Database(database.engine.url.render_as_string(hide_password=False))
        async with world_on(fresh, tenant, other_tenant, outward=outward, clock=lambda now=now: now) as world:
            made(await world.owner.post(f"{API}/webhooks", json=HOOK), 201)
            found = made(await world.owner.get(f"{API}/secrets"), 200)
            assert (found["number"], len(found["keys"])) == (1, 2)
            assert not any(column["stale"] for column in found["columns"])
