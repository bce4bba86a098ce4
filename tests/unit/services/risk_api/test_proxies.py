"""Who is believed about where a request comes from."""

from typing import Any

import pytest
from starlette.types import Receive, Scope, Send

from plimsoll.services.risk_api.proxies import TrustedProxies, peer_of

pytestmark = pytest.mark.anyio


async def seen(peer: str, *headers: tuple[str, str], kind: str = "http", scheme: str = "http") -> Scope:
    """Return the scope that the application behind two networks of proxies sees."""
    found: list[Scope] = []

    async def app(scope: Scope, _: Receive, __: Send) -> None:
        found.append(scope)

    async def nothing(*_: Any) -> Any:
        return {}

    sent = [(name.lower().encode(), value.encode()) for name, value in headers]
    scope = {"type": kind, "scheme": scheme, "client": (peer, 4000), "headers": sent}
    await TrustedProxies(app, networks=["127.0.0.1/32", "10.0.0.0/8"])(scope, nothing, nothing)
    return found[0]


@pytest.mark.parametrize(
    ("said", "client"),
    [
        (["198.51.100.7"], "198.51.100.7"),
        (["203.0.113.9, 198.51.100.7"], "198.51.100.7"),
        (["203.0.113.9", "198.51.100.7"], "198.51.100.7"),
        (["127.0.0.1, 198.51.100.7, 10.1.2.3"], "198.51.100.7"),
        (["<script>, 198.51.100.7"], "198.51.100.7"),
        (["198.51.100.7, unknown, 10.1.2.3"], "10.1.2.3"),
        (["2001:db8::7"], "2001:db8::7"),
        (["::ffff:198.51.100.7"], "198.51.100.7"),
        (["10.9.9.9"], "10.9.9.9"),
        (["198.51.100.7:80"], "127.0.0.1"),
        ([""], "127.0.0.1"),
        ([], "127.0.0.1"),
    ],
)
async def test_the_client_is_the_first_from_the_end_that_is_no_proxy(said: list[str], client: str) -> None:
    """Whatever a client writes before that is hearsay, and so is what stands before a word of no sense."""
    scope = await seen("127.0.0.1", *[("X-Forwarded-For", value) for value in said])
    assert scope["client"][0] == client
    assert peer_of(scope) == "127.0.0.1"


async def test_a_stranger_is_not_believed() -> None:
    """Without a proxy of ours at the other end no header counts."""
    headers = [("X-Forwarded-For", "127.0.0.1"), ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "evil")]
    scope = await seen("198.51.100.7", *headers)
    assert (scope["client"], scope["scheme"]) == (("198.51.100.7", 4000), "http")
    assert peer_of(scope) == "198.51.100.7"


@pytest.mark.parametrize(
    ("said", "kind", "scheme", "found"),
    [
        (["https"], "http", "http", "https"),
        (["HTTPS"], "http", "http", "https"),
        (["https"], "websocket", "ws", "wss"),
        (["https", "http"], "http", "http", "http"),
        (["https, http"], "http", "http", "http"),
        (["javascript"], "http", "http", "http"),
        ([], "http", "http", "http"),
    ],
)
async def test_the_last_scheme_counts(said: list[str], kind: str, scheme: str, found: str) -> None:
    """The nearest proxy has the last word, and it can only say that TLS was used."""
    headers = [("X-Forwarded-Proto", value) for value in said]
    assert (await seen("127.0.0.1", *headers, kind=kind, scheme=scheme))["scheme"] == found


async def test_who_has_no_address_is_nobody() -> None:
    """A socket without an address is not taken for a proxy, and the lifespan has no client at all."""
    assert peer_of({"client": None}) == ""
    assert peer_of(await seen("", ("X-Forwarded-For", "127.0.0.1"))) == ""
    assert (await seen("127.0.0.1", ("X-Forwarded-For", "1.2.3.4"), kind="lifespan"))["client"][1] == 4000
