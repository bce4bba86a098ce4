"""Second factors over HTTP, as a browser uses them."""

import asyncio
import datetime as dt
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import pytest
from httpx2 import ASGITransport, AsyncClient

from people import new_person
from plimsoll.data.store import user_sessions, users
from plimsoll.security.tokens import digest
from plimsoll.security.totp import code_at, step_of
from plimsoll.workflows.factor_enrolment import MOST_FACTORS
from plimsoll.workflows.sessions import Origin, begin
from risk_api_world import API, World, made, refused
from soft_authenticator import SoftAuthenticator

pytestmark = pytest.mark.anyio

MINE, RECOVERIES, POLICY = f"{API}/me/factors", f"{API}/recoveries", f"{API}/sms-policy"
SITE = "http://localhost"


def now_code(secret: str) -> str:
    """Return the code of this moment."""
    return code_at(secret, step_of(dt.datetime.now(dt.UTC)))


@asynccontextmanager
async def browser_of(
    world: World, person: UUID, *factors: str, fresh: bool = True
) -> AsyncIterator[AsyncClient]:
    """Yield the browser of somebody who is signed in, lately or not."""
    now = dt.datetime.now(dt.UTC)
    async with world.database.session(world.tenant) as session:
        user = await users.get(session, person)
        shown = frozenset({"password", *factors})
        begun = await begin(session, user, tenant=world.tenant, factors=shown, origin=Origin(), now=now)
        if not fresh:
            old = now - dt.timedelta(minutes=11)
            await user_sessions.rotate(session, begun.session_id, digest(begun.token), stepped_up_at=old)
    transport = ASGITransport(app=world.served, raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url=SITE, headers={"Origin": SITE}) as client:
        client.cookies.set("plimsoll", begun.token, domain="localhost.local", path="/")
        yield client


@pytest.fixture
async def ada(world: World) -> AsyncIterator[AsyncClient]:
    """Yield the browser of somebody without factors."""
    async with browser_of(world, await new_person(world.database, world.tenant)) as client:
        yield client


async def with_app(client: AsyncClient) -> dict[str, Any]:
    """Enrol an authenticator app and return what came of it, with its secret."""
    begun = made(await client.post(f"{MINE}/totp", json={"name": "Phone"}), 201)
    path = f"{MINE}/{begun['factor']['id']}/confirm"
    added = made(await client.post(path, json={"code": now_code(begun["secret"])}), 200)
    return {**added, "secret": begun["secret"]}


async def test_an_app_is_added_by_its_code(ada: AsyncClient) -> None:
    """The first factor brings ten codes, the session a new token, and the secret is never shown again."""
    begun = await ada.post(f"{MINE}/totp", json={"name": "Phone"})
    secret = made(begun, 201)["secret"]
    assert made(begun, 201)["qr"].startswith("<svg ")
    path = f"{MINE}/{made(begun, 201)['factor']['id']}/confirm"
    refused(
        await ada.post(path, json={"code": "000000" if now_code(secret) != "000000" else "1"}), 422, "usage"
    )
    before = ada.cookies["plimsoll"]
    added = await ada.post(path, json={"code": now_code(secret)})
    assert len(made(added, 200)["recovery_codes"]) == 10
    assert before not in added.headers["Set-Cookie"]
    shown = await ada.get(MINE)
    assert made(shown, 200)["recovery_codes"] == 10
    assert [one["name"] for one in shown.json()["items"]] == ["Phone"]
    assert secret not in added.text + shown.text
    refused(await ada.get(MINE, headers={"Cookie": f"plimsoll={before}"}), 401, "unauthenticated")
    refused(await ada.post(path, json={"code": now_code(secret)}), 409, "conflict")


async def test_an_enrolment_is_confirmed_once(ada: AsyncClient) -> None:
    """Of eight requests with the right code at the same time one is answered with codes."""
    begun = made(await ada.post(f"{MINE}/totp", json={"name": "Phone"}), 201)
    path, code = f"{MINE}/{begun['factor']['id']}/confirm", {"code": now_code(begun["secret"])}
    answers = await asyncio.gather(*(ada.post(path, json=code) for _ in range(8)))
    assert [answer.status_code for answer in answers].count(200) == 1


async def test_a_passkey_is_added(ada: AsyncClient) -> None:
    """One that was made here, for a challenge of ours; from another site, or twice, it is refused."""
    options = made(await ada.post(f"{MINE}/passkeys/options"), 200)["options"]
    for origin in ("https://localhost", "http://localhost.evil.example"):
        false = json.loads(SoftAuthenticator(origin).create(options))
        answer = await ada.post(f"{MINE}/passkeys", json={"name": "Key", "credential": false})
        refused(answer, 422, "usage")
        options = made(await ada.post(f"{MINE}/passkeys/options"), 200)["options"]
    key = {"name": "Key", "credential": json.loads(SoftAuthenticator(SITE).create(options))}
    added = made(await ada.post(f"{MINE}/passkeys", json=key), 200)
    assert (added["factor"]["kind"], len(added["recovery_codes"])) == ("passkey", 10)
    refused(await ada.post(f"{MINE}/passkeys", json=key), 422, "usage")
    hostiles: tuple[dict[str, Any], ...] = ({}, {"id": 1}, {"response": []}, {"id": "x" * 20_000})
    for hostile in hostiles:
        answer = await ada.post(f"{MINE}/passkeys", json={"name": "Key", "credential": hostile})
        refused(answer, 422, "usage")


async def test_passkeys_need_a_name(world: World) -> None:
    """Under an address browsers make none, and the answer says where to go."""
    async with browser_of(world, await new_person(world.database, world.tenant)) as client:
        here = {"Host": "127.0.0.1", "Origin": "http://127.0.0.1"}
        problem = refused(await client.post(f"{MINE}/passkeys/options", headers=here), 422, "usage")
    assert "localhost" in problem["remedy"]


async def test_new_codes_and_removal(ada: AsyncClient) -> None:
    """Codes are for who has a factor; with the last factor they go."""
    refused(await ada.post(f"{MINE}/recovery-codes"), 409, "conflict")
    factor = (await with_app(ada))["factor"]["id"]
    assert len(made(await ada.post(f"{MINE}/recovery-codes"), 200)["codes"]) == 10
    assert (await ada.delete(f"{MINE}/{factor}")).status_code == 204
    assert made(await ada.get(MINE), 200) == {"items": [], "recovery_codes": 0}
    refused(await ada.delete(f"{MINE}/{factor}"), 404, "not-found")


async def test_changes_need_a_fresh_sign_in(world: World) -> None:
    """After ten minutes a session that somebody has left open adds and removes nothing."""
    person = await new_person(world.database, world.tenant)
    async with browser_of(world, person, fresh=False) as client:
        made(await client.get(MINE), 200)
        for path in ("totp", "passkeys/options", "passkeys", "recovery-codes", "sms"):
            refused(await client.post(f"{MINE}/{path}", json={}), 403, "step-up-required")
        refused(await client.delete(f"{MINE}/{UUID(int=1)}"), 403, "step-up-required")


async def test_factors_are_for_people(world: World) -> None:
    """Nobody without an account, and nobody who is not signed in."""
    refused(await world.owner.get(MINE), 403, "forbidden")
    refused(await world.anonymous.get(MINE), 401, "unauthenticated")
    refused(await world.anonymous.post(f"{MINE}/totp", json={"name": "x"}), 401, "unauthenticated")


async def test_a_factor_of_somebody_else_is_not_there(world: World, ada: AsyncClient) -> None:
    """In the same tenant too, to confirm and to remove."""
    begun = made(await ada.post(f"{MINE}/totp", json={"name": "Phone"}), 201)
    path = f"{MINE}/{begun['factor']['id']}"
    eve = await new_person(world.database, world.tenant, "eve@example.com")
    async with browser_of(world, eve) as client:
        code = {"code": now_code(begun["secret"])}
        refused(await client.post(f"{path}/confirm", json=code), 404, "not-found")
        refused(await client.delete(path), 404, "not-found")


async def test_there_is_an_end_to_factors(ada: AsyncClient) -> None:
    """Nobody fills the table."""
    for _ in range(MOST_FACTORS):
        await with_app(ada)
    refused(await ada.post(f"{MINE}/totp", json={"name": "x"}), 409, "conflict")


async def test_another_site_adds_nothing(ada: AsyncClient) -> None:
    """What a page of somebody else makes a browser send is refused."""
    evil = {"Origin": "https://evil.example"}
    refused(await ada.post(f"{MINE}/totp", json={"name": "x"}, headers=evil), 403, "cross-site")


async def test_two_others_recover_an_administrator(world: World, ada: AsyncClient) -> None:
    """One asks, another one agrees; then factors and sessions are gone. For others one is enough."""
    boss = await new_person(world.database, world.tenant, "boss@example.com", administrator=True)
    async with browser_of(world, boss) as client:
        await with_app(client)
        asked = {"user_id": str(boss), "reason": "lost telephone"}
        recovery = made(await world.owner.post(RECOVERIES, json=asked), 201)
        path = f"{RECOVERIES}/{recovery['id']}"
        assert recovery["approved"] is None
        refused(await world.owner.post(f"{path}/approve"), 403, "four-eyes")
        refused(await client.post(f"{path}/approve"), 403, "four-eyes")
        refused(await world.powerless.post(f"{path}/approve"), 403, "forbidden")
        refused(await world.outsider.post(f"{path}/approve"), 404, "not-found")
        done = made(await world.approver.post(f"{path}/approve"), 200)
        assert (recovery["link"], done["approved"]) == (None, True)
        refused(await world.approver.post(f"{path}/approve"), 409, "conflict")
        refused(await client.get(MINE), 401, "unauthenticated")
    factors = await world.owner.get(f"{API}/users/{boss}/factors")
    assert made(factors, 200) == {"items": [], "recovery_codes": 0}
    assert made(await world.owner.get(RECOVERIES), 200)["items"] == [made(await world.owner.get(path), 200)]
    assert made(await world.outsider.get(RECOVERIES), 200)["items"] == []
    await with_app(ada)
    user = await new_person(world.database, world.tenant, "user@example.com")
    alone = await world.owner.post(RECOVERIES, json={"user_id": str(user), "reason": "lost"})
    assert made(alone, 201)["approved"]
    refused(
        await world.outsider.post(RECOVERIES, json={"user_id": str(user), "reason": "x"}), 404, "not-found"
    )
    refused(await world.outsider.get(f"{API}/users/{user}/factors"), 404, "not-found")


async def test_sms_is_off_until_a_tenant_wants_it(world: World, ada: AsyncClient) -> None:
    """Then codes go to allowed countries, at what a month may cost; a wrong code counts."""
    telephone = {"name": "Mobile", "number": "+49 30 901820"}
    refused(await ada.post(f"{MINE}/sms", json=telephone), 403, "forbidden")
    policy = {"enabled": True, "countries": ["DE"], "monthly_cents": 10, "message_cents": 10, "version": 0}
    refused(await world.powerless.put(POLICY, json=policy), 403, "forbidden")
    assert made(await world.owner.put(POLICY, json=policy), 200)["version"] == 1
    refused(await world.owner.put(POLICY, json=policy), 412, "precondition-failed")
    assert not made(await world.outsider.get(POLICY), 200)["enabled"]
    refused(await ada.post(f"{MINE}/sms", json={**telephone, "number": "+12125550123"}), 403, "forbidden")
    factor = made(await ada.post(f"{MINE}/sms", json=telephone), 201)
    (sent,) = world.texts.sent
    path = f"{MINE}/{factor['id']}/confirm"
    wrong = "000000" if not sent[1].startswith("000000") else "111111"
    refused(await ada.post(path, json={"code": wrong}), 422, "usage")
    assert made(await ada.post(path, json={"code": sent[1][:6]}), 200)["factor"]["kind"] == "sms"
    refused(await ada.post(f"{MINE}/sms", json=telephone), 409, "conflict")
    assert len(world.texts.sent) == 1
