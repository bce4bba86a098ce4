"""Rights that are taken away while somebody uses them."""

import socket
import time
from contextlib import ExitStack
from typing import Any

import httpx2

from attacked_site import Site

API = "/api/v1"


def reader(client: httpx2.Client, name: str) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Return a program that may read, its grant and its key."""
    account = client.post(f"{API}/service-accounts", json={"name": name}).json()
    holder = {"kind": "account", "id": account["id"]}
    grant = client.post(f"{API}/grants", json={"holder": holder, "role": "viewer"}).json()
    key = client.post(f"{API}/service-accounts/{account['id']}/keys", json={"name": "key"}).json()
    return account, grant, key


def listening(site: Site, key: str) -> socket.socket:
    """Open a stream of events, and wait until it has begun."""
    connection = socket.create_connection(("127.0.0.1", site.port), 10)
    lines = (f"GET {API}/events HTTP/1.1", "Host: 127.0.0.1", "Accept: text/event-stream")
    connection.sendall("\r\n".join((*lines, f"Authorization: Bearer {key}", "", "")).encode())
    received = b""
    while b"retry:" not in received:
        received += connection.recv(65536)
    assert received.startswith(b"HTTP/1.1 200")
    return connection


def test_a_stream_ends_with_the_right_to_it(site: Site) -> None:
    """Whether key, role or account is over, so is the stream within five seconds, also if it is silent."""
    with site.client() as client, ExitStack() as open_streams:
        people = [reader(client, f"reader of {number}") for number in range(3)]
        streams = [open_streams.enter_context(listening(site, key["key"])) for _, _, key in people]
        begun = time.monotonic()
        client.post(f"{API}/api-keys/{people[0][2]['id']}/revoke").raise_for_status()
        client.post(f"{API}/grants/{people[1][1]['id']}/end").raise_for_status()
        seen = {"If-Match": '"1"'}
        path = f"{API}/service-accounts/{people[2][0]['id']}"
        client.patch(path, json={"disabled": True}, headers=seen).raise_for_status()
        for listener in streams:
            while listener.recv(65536):
                assert time.monotonic() - begun < 10
        assert time.monotonic() - begun < 10  # five seconds, and as many for a busy machine
        for _, _, key in people:
            held = {"Authorization": f"Bearer {key['key']}"}
            assert client.get(f"{API}/events", headers=held).status_code in (401, 403)
