"""Tokens for those who have shown who they are."""

import asyncio
import datetime as dt
from typing import Any
from uuid import UUID, uuid4

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from plimsoll.data.store import user_sessions, users
from plimsoll.data.store.database import Database
from plimsoll.security.access_tokens import check_access
from plimsoll.security.key_ring import SigningRing, new_signing_key
from plimsoll.security.permissions import Permission, Principal
from plimsoll.workflows.bearers import by_access_token
from plimsoll.workflows.granted import principal_id
from plimsoll.workflows.program_accounts import add_account, change_account
from plimsoll.workflows.refreshing import GRACE
from plimsoll.workflows.sessions import IDLE, Origin, SignedIn, begin
from plimsoll.workflows.token_sign_in import (
    Issued,
    refresh_tokens,
    revoke_tokens,
    sign_in_program,
    tokens_of_session,
)

pytestmark = pytest.mark.anyio

NOW = dt.datetime(2026, 6, 30, 12, tzinfo=dt.UTC)
SECOND = dt.timedelta(seconds=1)
RING = SigningRing([new_signing_key(NOW, NOW)])
ACTOR = Principal("local", UUID(int=1), "Local", frozenset(Permission))
KEY = ECKey.generate_key("P-256", {"kid": "a"})


async def _person(database: Database, tenant: UUID) -> tuple[SignedIn, Issued]:
    async with database.session(tenant) as session:
        ada = await users.add(session, email=f"{uuid4().hex}@example.com", name="Ada", created_by="me")
        begun = await begin(
            session, ada, tenant=tenant, factors=frozenset({"password"}), origin=Origin(), now=NOW
        )
    issued = await tokens_of_session(database, begun, frozenset({"password"}), RING, NOW)
    return begun, issued


async def _refreshed(database: Database, token: str, at: dt.datetime = NOW) -> Issued | None:
    return await refresh_tokens(database, token, RING, at, address="")


async def _program(database: Database, tenant: UUID) -> UUID:
    async with database.session(tenant) as session:
        made = await add_account(
            session,
            name="nightly",
            permissions=["runs:read"],
            public_keys=[KEY.as_dict(private=False)],
            actor=ACTOR,
        )
    return made.id


def _assertion(account: UUID, **changes: Any) -> str:
    at, client = int(NOW.timestamp()), str(account)
    said = {"iss": client, "sub": client, "aud": "plimsoll-risk-api", "jti": "1", "exp": at + 60}
    return jwt.encode({"alg": "ES256", "kid": "a"}, {**said, **changes}, KEY, algorithms=["ES256"])


async def test_a_person_gets_tokens_of_their_session(database: Database, tenant: UUID) -> None:
    """For five minutes and, unused, for twelve hours; the next ones are of the same session."""
    begun, issued = await _person(database, tenant)
    assert (issued.expires_in, issued.refresh_expires_in) == (
        dt.timedelta(minutes=5),
        dt.timedelta(hours=12),
    )
    claims = check_access(issued.access, RING, NOW)
    assert (claims.subject, claims.session) == (f"user:{begun.user_id}", begun.session_id)
    assert claims.level == "aal1"
    following = await _refreshed(database, issued.refresh)
    assert following is not None
    assert check_access(following.access, RING, NOW).session == begun.session_id
    assert await by_access_token(database, check_access(following.access, RING, NOW), NOW) is not None


async def test_reuse_of_a_refresh_token_ends_the_session(database: Database, tenant: UUID) -> None:
    """Access tokens that were given for it count no more."""
    _, issued = await _person(database, tenant)
    following = await _refreshed(database, issued.refresh)
    assert following is not None
    assert await _refreshed(database, issued.refresh, NOW + GRACE + SECOND) is None
    assert await by_access_token(database, check_access(following.access, RING, NOW), NOW) is None
    assert await _refreshed(database, following.refresh) is None


async def test_tokens_end_with_the_session(database: Database, tenant: UUID) -> None:
    """Whether it was ended, is idle, or is of a time before a new password."""
    for way in ("ended", "idle", "epoch"):
        begun, issued = await _person(database, tenant)
        async with database.session(tenant) as session:
            if way == "ended":
                await user_sessions.end(session, begun.session_id, NOW)
            if way == "epoch":
                await users.end_all_sessions(session, begun.user_id)
        assert await _refreshed(database, issued.refresh, NOW + (IDLE if way == "idle" else SECOND)) is None


async def test_signing_out_ends_the_session(database: Database, tenant: UUID) -> None:
    """And does so once; a session that has ended already is no hindrance."""
    begun, issued = await _person(database, tenant)
    async with database.session(tenant) as session:
        await user_sessions.end(session, begun.session_id, NOW)
    await revoke_tokens(database, issued.refresh, NOW)
    assert await _refreshed(database, issued.refresh) is None


async def test_a_program_signs_in_with_its_key(database: Database, tenant: UUID) -> None:
    """An assertion counts once, also when eight come at the same time."""
    account = await _program(database, tenant)
    token = _assertion(account)
    tries = await asyncio.gather(*(sign_in_program(database, token, RING, NOW, address="") for _ in range(8)))
    (issued,) = [made for made in tries if made is not None]
    claims = check_access(issued.access, RING, NOW)
    assert claims.subject == principal_id(account)
    assert issued.refresh_expires_in == dt.timedelta(days=7)
    holder = await by_access_token(database, claims, NOW)
    assert holder is not None
    assert holder.permissions == {Permission.RUNS_READ}
    following = await _refreshed(database, issued.refresh)
    assert following is not None
    async with database.session(tenant) as session:
        await change_account(session, account, expected_version=1, actor=ACTOR, at=NOW, disabled=True)
    assert await by_access_token(database, claims, NOW) is None
    assert await _refreshed(database, following.refresh) is None
    later = _assertion(account, jti="2")
    assert await sign_in_program(database, later, RING, NOW, address="") is None


async def test_what_proves_nothing_opens_nothing(database: Database, tenant: UUID) -> None:
    """Unknown accounts, others' names, other audiences, and what is no assertion."""
    account = await _program(database, tenant)
    for token in (
        _assertion(uuid4()),
        _assertion(account, iss="x"),
        _assertion(account, aud="them"),
        _assertion(account, sub="nobody"),
        "",
        "a.b.c",
        "A" * 9000,
    ):
        assert await sign_in_program(database, token, RING, NOW, address="") is None
