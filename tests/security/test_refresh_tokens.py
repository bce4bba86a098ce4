"""Attacks on refresh tokens and on signing in by token, over HTTP on a real server."""

import datetime as dt
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey
from sqlalchemy import select, text

from plimsoll.data.store import users
from plimsoll.data.store.audit_rows import AuditEventRow
from plimsoll.data.store.database import Database
from plimsoll.data.store.tenants import LOCAL_TENANT
from token_site import TokenSite, token_site

KEY = ECKey.generate_key("P-256", {"kid": "batch"})


@pytest.fixture
def site(database_url: str) -> Iterator[TokenSite]:
    """Yield a running API on a database of its own."""
    with token_site(database_url) as site:
        yield site


def _later(site: TokenSite, seconds: int) -> None:
    """Let the grace of all tokens pass."""

    async def move(database: Database) -> None:
        moved = text("UPDATE refresh_tokens SET rotated_at = rotated_at - :by")
        async with database.session(LOCAL_TENANT) as session:
            await session.execute(moved, {"by": dt.timedelta(seconds=seconds)})

    site.with_database(move)


def _actions(site: TokenSite) -> list[str]:
    async def read(database: Database) -> list[str]:
        async with database.session(LOCAL_TENANT) as session:
            return list((await session.execute(select(AuditEventRow.action))).scalars())

    return site.with_database(read)


def test_reuse_after_the_grace_ends_the_whole_family(site: TokenSite) -> None:
    """The thief and the owner are both out; it is written down once."""
    first = site.tokens()
    second = site.refresh(first["refresh_token"]).json()
    assert site.status(second["access_token"]) == 200
    _later(site, 11)
    assert site.refresh(first["refresh_token"]).status_code == 401
    assert site.refresh(second["refresh_token"]).status_code == 401
    for tokens in (first, second):
        assert site.status(tokens["access_token"]) == 401
    assert _actions(site).count("refresh.reused") == 1


def test_a_lost_answer_comes_again(site: TokenSite) -> None:
    """Within ten seconds the very same successor does."""
    first = site.tokens()["refresh_token"]
    second, again = (site.refresh(first).json()["refresh_token"] for _ in range(2))
    assert second == again
    assert site.refresh(second).status_code == 200


def test_eight_at_once_get_one_successor(site: TokenSite) -> None:
    """Nobody is taken for a thief."""
    token = site.tokens()["refresh_token"]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: site.refresh(token), range(8)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["refresh_token"] for answer in answers}) == 1


def test_revoking_wins_over_refreshing_at_the_same_time(site: TokenSite) -> None:
    """When both are done nothing of the family counts."""
    for _ in range(3):
        token = site.tokens()["refresh_token"]

        def revoke(sent: str = token) -> int:
            with site.client() as client:
                return client.post("/api/v1/tokens/revoke", json={"refresh_token": sent}).status_code

        with ThreadPoolExecutor(4) as pool:
            tries = [pool.submit(site.refresh, token) for _ in range(3)]
            revoked = pool.submit(revoke)
        assert revoked.result() == 204
        left = [token, *(one.result().json().get("refresh_token") for one in tries)]
        assert {site.refresh(one).status_code for one in left if one} == {401}


def test_what_ends_all_sessions_ends_all_refresh_tokens(site: TokenSite) -> None:
    """As a new password, other factors or another role do."""
    tokens = site.tokens()

    async def change(database: Database) -> None:
        async with database.session(LOCAL_TENANT) as session:
            await users.end_all_sessions(session, site.user_id)

    site.with_database(change)
    assert site.refresh(tokens["refresh_token"]).status_code == 401
    assert site.status(site.tokens()["access_token"]) == 200


@pytest.mark.parametrize(
    "token",
    ["", "x", "plr_" + 43 * "A", 43 * "A", "plk_" + 43 * "A", "plr_' OR 1=1 --", "a.b.c"],
)
def test_nothing_else_refreshes(site: TokenSite, token: str) -> None:
    """Neither unknown tokens nor those of another kind, and all get the same answer."""
    answer = site.refresh(token)
    assert answer.status_code == 401
    assert answer.json()["detail"] == "The refresh token does not count."


def test_an_access_token_does_not_refresh(site: TokenSite) -> None:
    """It is no refresh token, and too long for one."""
    assert site.refresh(site.tokens()["access_token"]).status_code in (401, 422)


def test_a_wrong_password_gets_no_tokens(site: TokenSite) -> None:
    """The answer is the one that somebody unknown gets."""
    wrong = site.sign_in("not an engine of several words")
    with site.client() as client:
        unknown = client.post("/api/v1/tokens", json={"email": "eve@example.com", "password": "x" * 20})
    assert wrong.status_code == unknown.status_code == 401
    said = [{**answer.json(), "request_id": ""} for answer in (wrong, unknown)]
    assert said[0] == said[1]


def test_tokens_are_not_to_be_stored_on_the_way(site: TokenSite) -> None:
    """The answer says so."""
    assert site.sign_in().headers["cache-control"] == "no-store"


def _account(site: TokenSite) -> str:
    new = {
        "name": "nightly",
        "permissions": ["portfolios:read"],
        "public_keys": [KEY.as_dict(private=False)],
    }
    with site.client(site.key) as client:
        made = client.post("/api/v1/service-accounts", json=new)
    assert made.status_code == 201, made.text
    found: str = made.json()["id"]
    return found


def _program(site: TokenSite, account: str, **changes: Any) -> int | dict[str, Any]:
    now = int(dt.datetime.now(dt.UTC).timestamp())
    said = {"iss": account, "sub": account, "aud": "plimsoll-risk-api", "jti": "1", "exp": now + 60}
    token = jwt.encode({"alg": "ES256", "kid": "batch"}, {**said, **changes}, KEY, algorithms=["ES256"])
    with site.client() as client:
        answer = client.post("/api/v1/tokens/client", json={"client_assertion": token})
    found: dict[str, Any] = answer.json()
    return found if answer.status_code == 200 else answer.status_code


def test_a_program_proves_itself_once_by_each_assertion(site: TokenSite) -> None:
    """It gets tokens with the rights of its account; a copy of the assertion gets nothing."""
    account = _account(site)
    tokens = _program(site, account)
    assert isinstance(tokens, dict)
    assert site.status(tokens["access_token"]) == 200
    assert site.status(tokens["access_token"], "/api/v1/risk-runs") == 403
    assert site.refresh(tokens["refresh_token"]).status_code == 200
    assert _program(site, account) == 401
    for changes in ({"aud": "them"}, {"exp": 1}, {"iss": "x"}, {"sub": "x"}, {"exp": 4_000_000_000}):
        assert _program(site, account, jti="2", **changes) == 401
    assert isinstance(_program(site, account, jti="2"), dict)


def test_a_disabled_account_is_out_at_once(site: TokenSite) -> None:
    """Its tokens, its refresh tokens, its keys and its assertions."""
    account = _account(site)
    tokens = _program(site, account)
    assert isinstance(tokens, dict)
    with site.client(site.key) as client:
        path = f"/api/v1/service-accounts/{account}"
        key = client.post(f"{path}/keys", json={"name": "k"}).json()["key"]
        assert site.status(key) == 200
        changed = client.patch(path, json={"disabled": True}, headers={"If-Match": '"1"'})
        assert changed.status_code == 200
    assert site.status(tokens["access_token"]) == 401
    assert site.status(key) == 401
    assert site.refresh(tokens["refresh_token"]).status_code == 401
    assert _program(site, account, jti="2") == 401
