"""Attacks on access tokens, over HTTP on a real server."""

import datetime as dt
import socket
import time
from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest

import jwt_attacks
from plimsoll.data.store import user_sessions
from plimsoll.data.store.database import Database
from plimsoll.data.store.tenants import LOCAL_TENANT
from plimsoll.security.tokens import new_token
from token_site import TokenSite, token_site


@pytest.fixture
def site(database_url: str) -> Iterator[TokenSite]:
    """Yield a running API on a database of its own."""
    with token_site(database_url) as site:
        yield site


def test_no_token_of_the_matrix_opens_anything(site: TokenSite) -> None:
    """Tampered, of another algorithm, with a key of its own, expired, unfit: also if truly signed."""
    good, key = site.tokens()["access_token"], site.signing_key()
    assert site.status(good) == 200
    attacks = [
        *jwt_attacks.forged(good),
        *jwt_attacks.headers(good, key),
        *jwt_attacks.bodies(good, key),
    ]
    with site.client() as client:
        for name, token in attacks:
            answer = client.get("/api/v1/portfolios", headers={"Authorization": f"Bearer {token}"})
            assert answer.status_code in (400, 401, 431), name
            assert token not in answer.text, name
    assert len(attacks) > 70
    assert site.status(good) == 200


def test_other_tokens_are_no_access_tokens(site: TokenSite) -> None:
    """Not a refresh token, nor the token of a session, nor that of a link, nor the name of a key."""
    tokens = site.tokens()
    for token in (tokens["refresh_token"], new_token(), new_token("plf"), site.signing_key().kid, "null"):
        assert site.status(token) == 401


def test_a_token_for_another_tenant_opens_nothing(site: TokenSite) -> None:
    """Nor one for another session or somebody else, even if the true key has signed it."""
    good, key = site.tokens()["access_token"], site.signing_key()
    header, said = jwt_attacks.parts(good)
    for name in ("tenant", "session"):
        assert site.status(jwt_attacks.signed(header, {**said, name: str(uuid4())}, key)) == 401
    for subject in ("local", f"user:{uuid4()}", f"account:{uuid4()}", "user:", "' OR 1=1 --"):
        assert site.status(jwt_attacks.signed(header, {**said, "sub": subject}, key)) == 401


def test_two_tokens_are_one_too_many(site: TokenSite) -> None:
    """Whichever of them counts."""
    good = f"Bearer {site.tokens()['access_token']}"
    with site.client() as client:
        for headers in ([good, "Bearer x"], ["Bearer x", good], [good, good]):
            answer = client.get(
                "/api/v1/portfolios", headers=[("Authorization", header) for header in headers]
            )
            assert answer.status_code in (400, 401)
        for scheme in ("Basic", "Token", "BearerBearer"):
            header = f"{scheme} {good.partition(' ')[2]}"
            assert client.get("/api/v1/portfolios", headers={"Authorization": header}).status_code == 401
        assert client.get(f"/api/v1/portfolios?access_token={good[7:]}").status_code in (401, 422)


def test_five_megabytes_of_token_are_not_read(site: TokenSite) -> None:
    """The server gives up early, and goes on serving."""
    port = int(site.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), 10) as connection:
        head = b"GET /api/v1/portfolios HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer "
        try:
            connection.sendall(head + b"A" * 5_000_000 + b"\r\n\r\n")
            answer = connection.recv(4096)
        except (BrokenPipeError, ConnectionResetError):
            answer = b""
    assert not answer or answer.split()[1] in (b"400", b"401", b"431")
    assert site.status(site.tokens()["access_token"]) == 200


def test_a_session_that_was_ended_takes_its_tokens_with_it(site: TokenSite) -> None:
    """Within five seconds, although it was ended behind the back of this instance."""
    tokens = site.tokens()
    assert site.status(tokens["access_token"]) == 200
    _, said = jwt_attacks.parts(tokens["access_token"])

    async def end(database: Database) -> None:
        async with database.session(LOCAL_TENANT) as session:
            await user_sessions.end(session, UUID(said["session"]), dt.datetime.now(dt.UTC))

    site.with_database(end)
    begun = time.monotonic()
    while site.status(tokens["access_token"]) == 200:
        assert time.monotonic() - begun < 15.0  # five, and a busy machine
        time.sleep(0.2)
    assert site.refresh(tokens["refresh_token"]).status_code == 401


def test_an_emergency_ends_all_tokens(site: TokenSite) -> None:
    """At once where it is declared; refresh tokens give new ones, signed by the new key."""
    tokens = site.tokens()
    assert site.status(tokens["access_token"]) == 200
    with site.client(site.key) as client:
        rotated = client.post("/api/v1/signing-keys/rotate", json={"emergency": True})
        assert rotated.status_code == 200
    assert site.status(tokens["access_token"]) == 401
    assert site.status(site.refresh(tokens["refresh_token"]).json()["access_token"]) == 200
