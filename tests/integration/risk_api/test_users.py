"""People over HTTP: invited, signed in, changed, shut out, as browsers and programs see it."""

import datetime as dt
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from httpx2 import ASGITransport, AsyncClient

from plimsoll.data.store.database import Database
from plimsoll.data.store.tenants import LOCAL_TENANT
from plimsoll.services.risk_api.app import create_app
from plimsoll.services.risk_api.context import ApiContext, in_process
from plimsoll.services.risk_api.sign_in import LocalSignIn
from plimsoll.workflows.mail import Outbox
from risk_api_world import API, made, refused
from somebody import EMAIL, NOW, PASSWORD, Codes, new_user

pytestmark = pytest.mark.anyio

KEY = "plk_" + "k" * 43
ADDRESS = "https://127.0.0.1:8000"
OURS = {"origin": ADDRESS}
OTHER = "a different engine of words"


@dataclass
class House:
    """A running platform whose clock stands still until it is moved."""

    folder: Path
    database: Database
    clients: dict[str, AsyncClient] = field(default_factory=dict)
    now: dt.datetime = NOW
    stack: AsyncExitStack = field(default_factory=AsyncExitStack)
    app: Any = None
    codes: Codes = field(default_factory=Codes)

    async def client(self, key: str | None = None) -> AsyncClient:
        """Return a browser with no cookies, or a program with a key."""
        headers = {"Authorization": f"Bearer {key}"} if key else OURS
        transport = ASGITransport(app=self.app, raise_app_exceptions=False)
        return await self.stack.enter_async_context(
            AsyncClient(transport=transport, base_url=ADDRESS, headers=headers)
        )

    async def signed_in(self, email: str = EMAIL, password: str = PASSWORD) -> AsyncClient:
        """Return a browser in which somebody has signed in."""
        browser = await self.client()
        answer = await browser.post("/sign-in/password", json={"email": email, "password": password})
        if answer.status_code == 200:
            said = {"challenge": answer.json()["challenge"], "kind": "slip", "answer": "open"}
            answer = await browser.post("/sign-in/factor", json=said)
        assert answer.status_code == 204, answer.text
        return browser

    def mailed(self) -> list[tuple[str, str]]:
        """Return to whom messages were sent, and the token in each, first to last."""
        found = []
        for path in sorted(self.folder.iterdir()) if self.folder.exists() else ():
            message = message_from_bytes(path.read_bytes(), policy=default)
            found.append((str(message["To"]), message.get_content().split("#")[1].split()[0]))
        return found


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> AsyncIterator[House]:
    """Yield a platform with one administrator, who has a slip of codes beside the password."""
    house = House(tmp_path / "outbox", database)
    house.codes.left[(await new_user(database)).id] = ["open"] * 9
    context = ApiContext(
        database=database,
        sign_in=LocalSignIn(LOCAL_TENANT, KEY),
        clock=lambda: house.now,
        mailer=Outbox(house.folder),
        second=house.codes,
        address=ADDRESS,
    )
    async with house.stack:
        house.app = await house.stack.enter_async_context(in_process(create_app(context)))
        yield house


async def test_somebody_is_invited_and_chooses_a_password(house: House) -> None:
    """The link comes by e-mail and in the answer; it works once; the new person may do nothing yet."""
    ada = await house.signed_in()
    answer = await ada.post(f"{API}/users", json={"name": "Bob", "email": "Bob@Example.com"})
    invited = made(answer, 201)
    token = invited["link"].partition("#")[2]
    assert invited["link"].startswith(f"{ADDRESS}/sign-in#pli_")
    assert house.mailed() == [("bob@example.com", token)]
    bob = await house.client()
    accepted = {"token": token, "password": OTHER}
    assert (await bob.post("/sign-in/invitation", json=accepted)).status_code == 204
    refused(await bob.post("/sign-in/invitation", json=accepted), 401, "unauthenticated")
    me = made(await bob.get(f"{API}/me"), 200)
    assert (me["name"], me["email"], me["permissions"]) == ("Bob", "bob@example.com", [])
    refused(await bob.get(f"{API}/users"), 403, "forbidden")
    listed = made(await ada.get(f"{API}/users"), 200)["items"]
    assert [(user["email"], user["invited"]) for user in listed] == [
        (EMAIL, False),
        ("bob@example.com", False),
    ]


async def test_an_invitation_is_made_once_however_often_it_is_sent(house: House) -> None:
    """The same key gives the same link; the answer is kept sealed."""
    ada = await house.signed_in()
    key = {"Idempotency-Key": "invite-bob"}
    new = {"name": "Bob", "email": "bob@example.com"}
    first, second = [await ada.post(f"{API}/users", json=new, headers=key) for _ in range(2)]
    assert first.json() == second.json()
    refused(await ada.post(f"{API}/users", json=new), 409, "conflict")


async def test_who_is_shut_out_is_out_at_once(house: House) -> None:
    """Their next request is refused, and so is their password."""
    ada = await house.signed_in()
    user = await new_user(house.database, email="bob@example.com", administrator=False)
    bob = await house.signed_in("bob@example.com")
    path = f"{API}/users/{user.id}"
    assert (await bob.get(f"{API}/me")).status_code == 200
    refused(await ada.patch(path, json={"enabled": False}), 428, "precondition-required")
    changed = await ada.patch(path, json={"enabled": False}, headers={"If-Match": '"1"'})
    assert made(changed, 200)["version"] == 2
    refused(await bob.get(f"{API}/me"), 401, "unauthenticated")
    claim = {"email": "bob@example.com", "password": PASSWORD}
    refused(await bob.post("/sign-in/password", json=claim), 401, "unauthenticated")


async def test_sensitive_things_need_a_fresh_sign_in(house: House) -> None:
    """After ten minutes the second factor is asked for again; the cookie is another one then."""
    ada = await house.signed_in()
    house.now += dt.timedelta(minutes=11)
    new = {"name": "Bob", "email": "bob@example.com"}
    refused(await ada.post(f"{API}/users", json=new), 403, "step-up-required")
    before = ada.cookies["__Host-plimsoll"]
    wrong = {"kind": "slip", "answer": "shut"}
    refused(await ada.post(f"{API}/me/step-up", json=wrong), 401, "unauthenticated")
    password = {"kind": "password", "answer": PASSWORD}
    refused(await ada.post(f"{API}/me/step-up", json=password), 403, "forbidden")
    right = {"kind": "slip", "answer": "open"}
    assert (await ada.post(f"{API}/me/step-up", json=right)).status_code == 204
    made(await ada.post(f"{API}/users", json=new), 201)
    copy = await house.client()
    copy.cookies.set("__Host-plimsoll", before)
    refused(await copy.get(f"{API}/me"), 401, "unauthenticated")


async def test_a_password_is_changed(house: House) -> None:
    """All other browsers are out, this one stays."""
    ada, other = await house.signed_in(), await house.signed_in()
    change = {"current": PASSWORD, "chosen": OTHER}
    assert (await ada.post(f"{API}/me/password", json=change)).status_code == 204
    assert (await ada.get(f"{API}/me")).status_code == 200
    refused(await other.get(f"{API}/me"), 401, "unauthenticated")
    await house.signed_in(password=OTHER)


async def test_a_forgotten_password_is_set_anew(house: House) -> None:
    """The answer is the same for those who are there and who are not; the link works once."""
    ada, browser = await house.signed_in(), await house.client()
    answers = [
        await browser.post("/sign-in/forgotten", json={"email": email})
        for email in (EMAIL, "nobody@example.com", "nonsense")
    ]
    assert [(answer.status_code, answer.content) for answer in answers] == [(202, b"")] * 3
    ((to, token),) = house.mailed()
    assert to == EMAIL
    reset = {"token": token, "password": OTHER}
    assert (await browser.post("/sign-in/reset", json=reset)).status_code == 204
    refused(await browser.post("/sign-in/reset", json=reset), 401, "unauthenticated")
    refused(await ada.get(f"{API}/me"), 401, "unauthenticated")
    await house.signed_in(password=OTHER)


async def test_an_address_is_changed(house: House) -> None:
    """By the link that is sent to the new one, once."""
    ada = await house.signed_in()
    assert (await ada.post(f"{API}/me/email", json={"email": "ada@example.org"})).status_code == 204
    ((to, token),) = house.mailed()
    assert to == "ada@example.org"
    answers = [await ada.post("/sign-in/email", json={"token": token}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [204, 401]
    assert made(await ada.get(f"{API}/me"), 200)["email"] == "ada@example.org"
    assert (await ada.post(f"{API}/me/name", json={"name": "Countess"})).status_code == 204
    assert made(await ada.get(f"{API}/me"), 200)["name"] == "Countess"


async def test_sessions_are_seen_and_ended(house: House) -> None:
    """One's own by oneself, those of others by whoever looks after them."""
    ada, other = await house.signed_in(), await house.signed_in()
    await new_user(house.database, email="bob@example.com", administrator=False)
    bob = await house.signed_in("bob@example.com")
    own = made(await ada.get(f"{API}/me/sessions"), 200)["items"]
    assert sorted(session["current"] for session in own) == [False, True]
    (mine,) = made(await bob.get(f"{API}/me/sessions"), 200)["items"]
    refused(await bob.post(f"{API}/me/sessions/{own[0]['id']}/end"), 404, "not-found")
    refused(await bob.get(f"{API}/sessions"), 403, "forbidden")
    everybody = made(await ada.get(f"{API}/sessions", params={"user": mine["user_id"]}), 200)["items"]
    assert [session["id"] for session in everybody] == [mine["id"]]
    assert (await ada.post(f"{API}/sessions/{mine['id']}/end")).status_code == 204
    refused(await bob.get(f"{API}/me"), 401, "unauthenticated")
    (away,) = [session["id"] for session in own if not session["current"]]
    assert (await ada.post(f"{API}/me/sessions/{away}/end")).status_code == 204
    refused(await other.get(f"{API}/me"), 401, "unauthenticated")
    third = await house.signed_in()
    assert (await ada.post(f"{API}/me/sessions/end-others")).status_code == 204
    refused(await third.get(f"{API}/me"), 401, "unauthenticated")
    assert (await ada.get(f"{API}/me")).status_code == 200


async def test_the_machine_itself_has_no_account(house: House) -> None:
    """Its key reads who it is and looks after people, and changes nothing about itself."""
    program = await house.client(KEY)
    me = made(await program.get(f"{API}/me"), 200)
    assert (me["id"], me["kind"], me["email"], me["stepped_up"]) == ("local", "local", None, True)
    refused(await program.post(f"{API}/me/name", json={"name": "x"}), 403, "forbidden")
    refused(await program.get(f"{API}/me/sessions"), 403, "forbidden")
    made(await program.post(f"{API}/users", json={"name": "Bob", "email": "bob@example.com"}), 201)


async def test_a_session_survives_a_restart(house: House) -> None:
    """Another process on the same database knows it."""
    ada = await house.signed_in()
    context = ApiContext(
        database=Database(house.database.engine.url.render_as_string(hide_password=False)),
        sign_in=LocalSignIn(LOCAL_TENANT, KEY),
        clock=lambda: house.now,
    )
    house.app = await house.stack.enter_async_context(in_process(create_app(context)))
    later = await house.client()
    later.cookies.set("__Host-plimsoll", ada.cookies["__Host-plimsoll"])
    assert (await later.get(f"{API}/me")).status_code == 200
