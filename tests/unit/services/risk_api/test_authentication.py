"""Keys and cookies."""

import pytest

from plimsoll.data.store.database import Database
from plimsoll.data.store.tenants import LOCAL_TENANT
from plimsoll.services.risk_api.authentication import cookie_name
from plimsoll.services.risk_api.sign_in import LocalSignIn
from plimsoll.workflows.sessions import Origin, begin
from probe_api import ADDRESS, CANARY, KEY, PROBE, client_of, probe_app, sign_in
from somebody import NOW, new_user

pytestmark = pytest.mark.anyio

WHO = f"{PROBE}/who"
ORIGIN = {"origin": ADDRESS}


def cookie_of(local: LocalSignIn, name: str = "plimsoll") -> dict[str, str]:
    """Return the Cookie header of a new session."""
    session = local.redeem(local.new_link(ADDRESS).partition("#")[2])
    return {"cookie": f"{name}={session}"}


@pytest.mark.parametrize("header", [f"Bearer {KEY}", f"bearer {KEY}", f"BEARER  {KEY} "])
async def test_the_key_is_a_bearer_token(header: str) -> None:
    """The scheme is not case sensitive."""
    async with client_of(probe_app(), key=None) as client:
        assert (await client.get(WHO, headers={"authorization": header})).status_code == 200


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        KEY,
        f"Basic {KEY}",
        f"Bearer {KEY}x",
        f"Bearer {CANARY}",
        f"Bearer {KEY} {KEY}",
        f"Bearer {KEY},",
    ],
)
async def test_anything_else_is_nobody(header: str) -> None:
    """The challenge says what is wanted, and nothing of what came."""
    async with client_of(probe_app(), key=None) as client:
        answer = await client.get(WHO, headers={"authorization": header})
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    assert answer.headers["www-authenticate"] == 'Bearer realm="plimsoll"'
    assert CANARY not in answer.text
    assert KEY not in answer.text


async def test_two_keys_are_none() -> None:
    """Of two Authorization headers none is chosen, even if one is right."""
    async with client_of(probe_app(), key=None) as client:
        headers = [("authorization", f"Bearer {KEY}"), ("authorization", f"Bearer {KEY}")]
        assert (await client.get(WHO, headers=headers)).status_code == 401


async def test_a_key_is_taken_from_the_header_alone() -> None:
    """Neither a cookie nor the query carries a key."""
    async with client_of(probe_app(), key=None) as client:
        assert (await client.get(WHO, headers={"cookie": f"plimsoll={KEY}"})).status_code == 401
        assert (await client.get(f"{WHO}?api_key={KEY}")).status_code == 401


async def test_a_session_reads_and_from_our_pages_writes() -> None:
    """A cookie is enough to read; to write, the browser must say that it is on a page of ours."""
    local = sign_in()
    session = cookie_of(local)
    async with client_of(probe_app(local=local), key=None) as client:
        assert (await client.get(WHO, headers=session)).status_code == 200
        assert (await client.head(WHO, headers=session)).status_code == 200
        for proof in (ORIGIN, {"sec-fetch-site": "same-origin"}, {**ORIGIN, "sec-fetch-site": "same-origin"}):
            answer = await client.post(f"{PROBE}/echo", json={"name": "a"}, headers={**session, **proof})
            assert answer.status_code == 200


@pytest.mark.parametrize(
    "site",
    [
        {},
        {"origin": "null"},
        {"origin": "https://evil.example"},
        {"origin": "http://127.0.0.1:9999"},
        {"origin": "http://localhost:8000"},
        {"origin": "https://127.0.0.1:8000"},
        {"origin": f"{ADDRESS}.evil.example"},
        {"origin": ""},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
        {**ORIGIN, "sec-fetch-site": "cross-site"},
        {"origin": "null", "sec-fetch-site": "same-origin"},
        {"referer": f"{ADDRESS}/"},
    ],
)
async def test_other_sites_cannot_write_with_a_session(site: dict[str, str]) -> None:
    """A request that a page elsewhere, or another port, makes the browser send is refused."""
    local = sign_in()
    async with client_of(probe_app(local=local), key=None) as client:
        answer = await client.post(f"{PROBE}/echo", json={"name": "a"}, headers={**cookie_of(local), **site})
    assert (answer.status_code, answer.json()["code"]) == (403, "cross-site")


async def test_a_wrong_key_is_not_saved_by_a_session() -> None:
    """Who sends a key is judged by it."""
    local = sign_in()
    headers = {**cookie_of(local), "authorization": f"Bearer {CANARY}"}
    async with client_of(probe_app(local=local), key=None) as client:
        assert (await client.get(WHO, headers=headers)).status_code == 401


async def test_on_https_the_cookie_is_bound_to_its_host() -> None:
    """The name for http is not taken there."""
    assert cookie_name("https") == "__Host-plimsoll"
    local = sign_in()
    address = "https://127.0.0.1:8000"
    async with client_of(probe_app(local=local), key=None, address=address) as client:
        assert (await client.get(WHO, headers=cookie_of(local))).status_code == 401
        assert (await client.get(WHO, headers=cookie_of(local, "__Host-plimsoll"))).status_code == 200


async def test_a_session_that_has_ended_is_told_what_to_do(database: Database) -> None:
    """The refusal says where to sign in again."""
    async with client_of(probe_app(database), key=None) as client:
        answer = await client.get(f"{PROBE}/who", headers={"cookie": "plimsoll=" + "x" * 43})
        other = await client.get(f"{PROBE}/who")
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    assert "/sign-in" in answer.json()["remedy"]
    assert "/sign-in" not in other.json()["remedy"]


async def test_a_person_with_a_session_is_known(database: Database) -> None:
    """Their cookie says who they are, until the session is ended."""
    user = await new_user(database)
    local = LocalSignIn(LOCAL_TENANT, KEY, lambda: NOW)
    async with database.session(LOCAL_TENANT) as session:
        made = await begin(
            session,
            user,
            tenant=LOCAL_TENANT,
            factors=frozenset({"password", "totp"}),
            origin=Origin(),
            now=NOW,
        )
    cookie = {"cookie": f"plimsoll={made.token}"}
    async with client_of(probe_app(database, local=local, clock=lambda: NOW), key=None) as client:
        assert (await client.get(WHO, headers=cookie)).json() == {"id": f"user:{user.id}"}
        signed_out = await client.post("/sign-out", headers={**cookie, **ORIGIN})
        assert signed_out.status_code == 204
        assert (await client.get(WHO, headers=cookie)).status_code == 401


async def test_nobody_is_let_in_while_it_cannot_be_known() -> None:
    """Without the database a session is neither right nor wrong: 503, and no guess."""
    async with client_of(probe_app(), key=None) as client:
        answer = await client.get(WHO, headers={"cookie": "plimsoll=" + "x" * 43})
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert answer.headers["retry-after"] == "1"
