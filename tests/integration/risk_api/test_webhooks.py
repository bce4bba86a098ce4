"""Webhooks over HTTP."""

from uuid import UUID

import pytest
from sqlalchemy import select

from plimsoll.data.store.database import Database
from plimsoll.data.store.models import IdempotencyKeyRow
from risk_api_world import API, World, made, new_alert, refused

pytestmark = pytest.mark.anyio

WEBHOOKS = f"{API}/webhooks"
NEW = {"url": "https://example.com/hook", "kinds": ["alert.raised"]}


async def test_a_webhook_is_made_and_its_secret_shown_once(world: World) -> None:
    """Reading it later shows all but the secret."""
    sent = await world.owner.post(WEBHOOKS, json=NEW)
    webhook = made(sent, 201)
    secret = webhook.pop("secret")
    assert secret.startswith("whsec_")
    read = await world.owner.get(sent.headers["Location"])
    assert made(read, 200) == webhook
    assert made(await world.owner.get(WEBHOOKS), 200)["items"] == [webhook]
    known = {"If-None-Match": read.headers["ETag"]}
    assert (await world.owner.get(sent.headers["Location"], headers=known)).status_code == 304


async def test_a_repeated_creation_makes_one_webhook(world: World, database: Database, tenant: UUID) -> None:
    """The first answer comes back with its secret, which is kept sealed."""
    key = {"Idempotency-Key": "once"}
    first, second = [await world.owner.post(WEBHOOKS, json=NEW, headers=key) for _ in range(2)]
    assert made(first, 201) == made(second, 201)
    assert len(made(await world.owner.get(WEBHOOKS), 200)["items"]) == 1
    async with database.session(tenant) as session:
        kept = (await session.execute(select(IdempotencyKeyRow.body))).scalar_one()
    assert kept is not None
    assert b"whsec_" not in kept


async def test_a_webhook_goes_through_its_life(world: World) -> None:
    """A new secret, back in use, removed: each needs the version that was seen."""
    webhook = made(await world.owner.post(WEBHOOKS, json=NEW), 201)
    path = f"{WEBHOOKS}/{webhook['id']}"
    rotated = made(await world.owner.post(f"{path}/rotate", headers={"If-Match": '"1"'}), 200)
    assert rotated["secret"] != webhook["secret"]
    assert rotated["old_secret_until"] is not None
    refused(await world.owner.post(f"{path}/rotate", headers={"If-Match": '"1"'}), 412, "precondition-failed")
    refused(await world.owner.post(f"{path}/rotate"), 428, "precondition-required")
    assert made(await world.owner.post(f"{path}/enable", headers={"If-Match": '"2"'}), 200)["version"] == 3
    refused(await world.owner.delete(path, headers={"If-Match": '"2"'}), 412, "precondition-failed")
    assert (await world.owner.delete(path, headers={"If-Match": '"3"'})).status_code == 204
    refused(await world.owner.get(path), 404, "not-found")
    assert made(await world.owner.get(WEBHOOKS), 200)["items"] == []


async def test_deliveries_are_listed_and_replayed(world: World) -> None:
    """What is on its way is not sent twice; a range that is none is refused."""
    webhook = made(await world.owner.post(WEBHOOKS, json=NEW), 201)
    await new_alert(world)
    path = f"{WEBHOOKS}/{webhook['id']}"
    (delivery,) = made(await world.owner.get(f"{path}/deliveries"), 200)["items"]
    assert (delivery["status"], delivery["attempts"]) == ("pending", [])
    again = await world.owner.post(f"{path}/deliveries/{delivery['id']}/replay")
    assert made(again, 200) == {"deliveries": 0}
    refused(await world.owner.post(f"{path}/deliveries/{webhook['id']}/replay"), 404, "not-found")
    day = {"since": "2026-06-30T00:00:00Z", "until": "2026-07-01T00:00:00Z"}
    assert made(await world.owner.post(f"{path}/replay", json=day), 200) == {"deliveries": 0}
    backwards = {"since": day["until"], "until": day["since"]}
    refused(await world.owner.post(f"{path}/replay", json=backwards), 422, "usage")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"url": "http://example.com/"}, "usage"),
        ({"url": "https://user:pass@example.com/"}, "usage"),
        ({"url": "https://example.com/", "kinds": ["alert.eaten"]}, "usage"),
        ({"url": ""}, "invalid"),
        ({}, "invalid"),
        ({"url": "https://example.com/", "secret": "mine"}, "invalid"),
        ({"url": "https://example.com/", "kinds": "all"}, "invalid"),
    ],
)
async def test_a_malformed_webhook_is_refused(world: World, body: dict[str, object], code: str) -> None:
    """Nothing is made of it, and what was sent is not repeated."""
    problem = await world.owner.post(WEBHOOKS, json=body)
    refused(problem, 422, code)
    assert "user:pass" not in problem.text
    assert made(await world.owner.get(WEBHOOKS), 200)["items"] == []
