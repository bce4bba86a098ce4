"""TLS as the platform itself speaks it: versions, suites, names, and what is told over it."""

import json
import socket
import ssl
from typing import Any

import httpx2
import pytest
from websockets.sync.client import connect

from attacked_site import NAME, Site

# Of TLS 1.2: without forward secrecy, without authenticated encryption, or broken.
WEAK = "AES128-SHA:AES256-GCM-SHA384:ECDHE-ECDSA-AES128-SHA:ECDHE-ECDSA-AES256-SHA384:DES-CBC3-SHA:RC4-SHA"


def _context(site: Site) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(site.home / "certificate.pem"))


def _shaken(site: Site, context: ssl.SSLContext, name: str = "localhost") -> tuple[str | None, Any]:
    """Return version and suite on which both agree."""
    with (
        socket.create_connection(("127.0.0.1", site.tls_port), 10) as plain,
        context.wrap_socket(plain, server_hostname=name) as secure,
    ):
        return secure.version(), secure.cipher()


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_the_versions_of_today_are_spoken(site: Site, version: ssl.TLSVersion) -> None:
    """1.2 and 1.3, with authenticated encryption, to clients that check name and certificate."""
    context = _context(site)
    context.minimum_version = context.maximum_version = version
    spoken, suite = _shaken(site, context, NAME)
    assert spoken == version.name.replace("_", ".")
    assert "GCM" in suite[0] or "CHACHA20" in suite[0]
    with pytest.raises(ssl.SSLCertVerificationError):
        _shaken(site, context, "other.example")


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
@pytest.mark.parametrize("weak", ["TLSv1", "TLSv1_1", "suites"])
def test_what_is_weak_is_not_spoken(site: Site, weak: str) -> None:
    """Older versions, and suites of 1.2 without forward secrecy or authenticated encryption, are refused."""
    context = _context(site)
    context.set_ciphers(f"{WEAK}:@SECLEVEL=0" if weak == "suites" else "ALL:@SECLEVEL=0")
    last = ssl.TLSVersion.TLSv1_2 if weak == "suites" else ssl.TLSVersion[weak]
    context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, last
    with pytest.raises(ssl.SSLError, match=r"(?i)alert|protocol|handshake|eof"):
        _shaken(site, context)


def test_answers_over_it_bind_browsers_to_it(site: Site) -> None:
    """They have HSTS, and cookies are for this host and TLS alone; without TLS nothing is answered there."""
    new = {"email": "nobody@example.com", "password": "several words in a row"}
    address = f"https://localhost:{site.tls_port}"
    with httpx2.Client(base_url=address, verify=_context(site)) as client:
        page = client.get("/sign-in")
        refused = client.post("/sign-in/password", json=new, headers={"Origin": address})
        out = client.post("/sign-out", headers={"Origin": address})
    assert "max-age=31536000" in page.headers["strict-transport-security"]
    assert refused.json()["code"] == "unauthenticated"  # the origin was taken for ours
    assert out.headers["set-cookie"].startswith("__Host-plimsoll=")
    assert "Secure" in out.headers["set-cookie"]
    with pytest.raises(httpx2.HTTPError):
        httpx2.get(f"http://localhost:{site.tls_port}/sign-in")


def test_sockets_go_over_it(site: Site) -> None:
    """A WebSocket is opened by wss, and what is wrong with its first message is said there."""
    headers = {"Authorization": f"Bearer {site.running.key}"}
    address = f"wss://localhost:{site.tls_port}/api/v1/live/ticks"
    with connect(address, ssl=_context(site), additional_headers=headers, open_timeout=10) as link:
        link.send(json.dumps({"ticks": "none"}))
        assert link.recv(10)


def test_the_start_says_what_the_certificate_is_worth(site: Site) -> None:
    """One that was made here is good for a try: no browser trusts it, and it ends soon."""
    assert "TLS is spoken by a certificate of its own, made by nobody whom everybody trusts" in site.log
    assert "Get one of a public authority" in site.log
