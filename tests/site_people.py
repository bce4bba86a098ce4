"""People of a platform that is attacked: signed in by a browser behind its proxy, with TLS."""

import json
from typing import Any

import pyotp

from api_server import Reply
from attacked_site import NAME, PROXY, Site

__all__ = ["cookie_of", "person", "send", "with_factor"]

_PASSWORD = "an engine of several words"  # noqa: S105 - of nobody


def send(site: Site, line: str, body: Any = None, *headers: bytes, address: str = "198.51.100.7") -> Reply:
    """Send what a page of ours sends, from an address."""
    said = b"" if body is None else json.dumps(body).encode()
    return site.answered(
        line,
        *((b"Content-Type: application/json\r\n",) if said else ()),
        f"Origin: https://{NAME}\r\n".encode(),
        f"X-Forwarded-For: {address}\r\n".encode(),
        b"X-Forwarded-Proto: https\r\n",
        *headers,
        body=said,
        host=NAME,
        source=PROXY,
    )


def cookie_of(reply: Reply) -> bytes:
    """Return the header with the cookie of a session that an answer sets; empty if it sets none."""
    cookies = reply.headers.get("set-cookie", "").splitlines()
    ours = [cookie.partition(";")[0] for cookie in cookies if cookie.startswith("__Host-plimsoll=")]
    return f"Cookie: {ours[0]}\r\n".encode() if ours else b""


def with_factor(site: Site, cookie: bytes) -> bytes:
    """Add a second factor to an account, and return the header with the cookie that has shown it."""
    begun = send(site, "POST /api/v1/me/factors/totp", {"name": "Telephone"}, cookie)
    assert begun.status == 201, begun.body
    added = json.loads(begun.body)
    code = {"code": pyotp.TOTP(added["secret"]).now()}
    confirmed = send(site, f"POST /api/v1/me/factors/{added['factor']['id']}/confirm", code, cookie)
    assert confirmed.status == 200, confirmed.body
    return cookie_of(confirmed) or cookie


def person(site: Site, name: str, *permissions: str) -> tuple[str, bytes]:
    """Let somebody in who may do that everywhere; return their id and the header with their cookie."""
    with site.client() as client:
        link = client.post("/api/v1/users", json={"name": name, "email": f"{name}@example.com"}).json()
        number = link["user"]["id"]
        if permissions:
            role = {"name": f"Of {name}", "permissions": permissions}
            assert client.post("/api/v1/roles", json=role).status_code == 201
            held = {"holder": {"kind": "user", "id": number}, "role": role["name"]}
            grant = client.post("/api/v1/grants", json=held).json()
            if grant["status"] == "proposed":
                assert client.post(f"/api/v1/grants/{grant['id']}/approve").status_code == 200
    token = link["link"].partition("#")[2]
    reply = send(site, "POST /sign-in/invitation", {"token": token, "password": _PASSWORD})
    assert reply.status == 204, reply.body
    return number, with_factor(site, cookie_of(reply))
