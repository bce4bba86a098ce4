"""Requests to what users name, against real servers and an injected resolver."""

import time
from collections.abc import Sequence

import httpx2
import pytest

from plimsoll.errors import UsageError
from plimsoll.security.egress import Egress
from plimsoll.workflows.outward import Outward, RefusedAddressError, check_url, resolve
from webhook_receiver import Answer, receiver

pytestmark = pytest.mark.anyio


def _outward(*answers: Sequence[str], loopback: bool = True, seconds: float = 5.0) -> Outward:
    """Return one whose resolver gives one answer after the other."""
    waiting = list(answers)

    async def scripted(host: str, port: int) -> Sequence[str]:
        return waiting.pop(0) if waiting else await resolve(host, port)

    return Outward(loopback=loopback, resolve=scripted, seconds=seconds)


@pytest.mark.parametrize(
    "url",
    [
        *("http://example.com/", "ftp://example.com/", "https://", "https:///x", "example.com", ""),
        *("https://user@example.com/", "https://a:b@example.com/", "https://example.com/#x"),
        *("https://exa mple.com/", "https://example.com:99999/", "https://é.com/", "https://[::1/"),
        *(
            "https://example.com/\n",
            "https://example.com/" + "x" * 2000,
            "javascript:alert(1)",
            "file:///etc/hosts",
        ),
    ],
)
async def test_urls_that_cannot_be_used(url: str) -> None:
    """Only https to a host, without credentials."""
    with pytest.raises(UsageError):
        check_url(url, loopback=False)


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:169.254.169.254", "fd00:ec2::254", "0.0.0.0"],  # noqa: S104 - refused
)
async def test_a_name_of_an_inner_address_is_refused(address: str) -> None:
    """Nothing is connected to, also where only one of several addresses is an inner one."""
    for found in ([address], ["93.184.215.14", address]):
        with pytest.raises(RefusedAddressError, match="not public"):
            await _outward(found, loopback=False).post("https://rebound.example/", b"", {})


async def test_a_number_for_a_host_is_an_address_like_any_other() -> None:
    """However an inner address is spelt, it is what the resolver makes of it."""
    for host in ("127.0.0.1", "2130706433", "0x7f.1", "127.1", "localhost", "[::1]", "[::ffff:127.0.0.1]"):
        with pytest.raises(RefusedAddressError):
            await _outward(loopback=False).post(f"https://{host}/", b"", {})


async def test_loopback_is_allowed_for_development_alone() -> None:
    """And then no other address goes without TLS, be it public or private."""
    with receiver() as found:
        assert (await _outward().post(found.url, b"{}", {"a": "b"})).status == 204
        assert found.got[0][0]["a"] == "b"
        with pytest.raises(UsageError):
            await _outward(loopback=False).post(found.url, b"{}", {})
    for address in ("93.184.215.14", "10.0.0.1"):
        with pytest.raises(RefusedAddressError):
            await _outward([address]).post("http://name.example/", b"", {})


async def test_a_name_that_is_rebound_is_of_no_use() -> None:
    """It is resolved once; the connection goes to the address that was checked, under its name."""
    with receiver() as found:
        port = found.url.split(":")[2].split("/")[0]
        outward = _outward(["127.0.0.1"], ["169.254.169.254"])
        assert (await outward.post(f"http://rebound.example:{port}/hook", b"{}", {})).status == 204
        assert found.got[0][0]["Host"] == f"rebound.example:{port}"


async def test_a_redirection_is_not_followed() -> None:
    """It is an answer like any other."""
    with receiver([Answer(302, location="http://169.254.169.254/latest/meta-data")]) as found:
        assert (await _outward().post(found.url, b"{}", {})).status == 302
    assert len(found.got) == 1


async def test_a_slow_or_endless_answer_is_cut() -> None:
    """A drip ends with the time, and a flood with the bytes."""
    begun = time.monotonic()
    with receiver([Answer(200, drip_seconds=20.0)]) as found:
        with pytest.raises(TimeoutError):
            await _outward(seconds=0.5).post(found.url, b"{}", {})
        assert time.monotonic() - begun < 15
    with receiver([Answer(200, endless=True)]) as found:
        assert (await _outward().post(found.url, b"{}", {})).status == 200


async def test_a_server_that_says_nothing_is_an_error() -> None:
    """Whoever sends learns that nothing is known."""
    with receiver([Answer(0)]) as found, pytest.raises(httpx2.TransportError):
        await _outward().post(found.url, b"{}", {})


@pytest.mark.parametrize("error", [OSError, UnicodeError])
async def test_an_unknown_host_is_refused(error: type[Exception]) -> None:
    """Like one that may not be reached; a name that no host can have is unknown as well."""

    async def nothing(host: str, port: int) -> Sequence[str]:
        raise error(host, port)

    outward = Outward(resolve=nothing)
    with pytest.raises(RefusedAddressError, match="not known"):
        await outward.post("https://example.com/", b"", {})


@pytest.mark.parametrize(("sent", "read"), [("7", 7), ("", 0), ("soon", 0), ("9" * 9, 0)])
async def test_a_wish_to_wait_is_read(sent: str, read: int) -> None:
    """In seconds, where it makes sense."""
    with receiver([Answer(503, retry_after=sent)]) as found:
        assert (await _outward().post(found.url, b"{}", {})).retry_after == read


async def test_a_host_that_is_not_listed_is_not_even_looked_up() -> None:
    """It is refused before anything is resolved, when it is stored and when it is used."""
    looked_up = []

    async def noted(host: str, port: int) -> Sequence[str]:
        looked_up.append((host, port))
        return ["127.0.0.1"]

    with receiver([Answer(302, location="http://127.0.0.1:9/")]) as found:
        port = int(found.url.split(":")[2].split("/")[0])
        outward = Outward(loopback=True, resolve=noted, egress=Egress([f"hook.example:{port}"]))
        assert (await outward.post(f"http://hook.example:{port}/", b"{}", {})).status == 302
        for url in (f"http://other.example:{port}/", "http://hook.example/", f"http://127.0.0.1:{port}/"):
            with pytest.raises(RefusedAddressError, match="PLIMSOLL_EGRESS"):
                await outward.post(url, b"{}", {})
            with pytest.raises(UsageError, match="may call"):
                outward.check(url)
    assert looked_up == [("hook.example", port)]
    assert outward.check(f"http://hook.example:{port}/").port == port
