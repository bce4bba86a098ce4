"""Addresses that a user makes the platform talk to."""

import pytest

from attacked_site import Site

INWARD = (
    "https://169.254.169.254/latest/meta-data/",
    "https://[fd00:ec2::254]/latest/meta-data/",
    "https://[::ffff:169.254.169.254]/",
    "https://[::ffff:a9fe:a9fe]/",
    "https://[64:ff9b::a9fe:a9fe]/",
    "https://[2002:a9fe:a9fe::]/",
    "https://127.0.0.1/",
    "https://127.1/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0177.0.0.1/",
    "https://0/",
    "https://[::1]/",
    "https://[::]/",
    "https://localhost/",
    "https://LOCALHOST/",
    "https://a.localhost/",
    "https://10.0.0.1/",
    "https://172.16.0.1/",
    "https://192.168.1.1/",
    "https://100.64.0.1/",
    "https://168.63.129.16/",
    "https://224.0.0.1/",
    "https://255.255.255.255/",
)
STRANGE = (
    "http://example.com/",
    "ftp://example.com/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:6379/_FLUSHALL",
    "javascript:alert(1)",
    "//example.com/",
    "https://user:hunter2-canary@example.com/",
    "https://example.com@127.0.0.1/",
    "https://example.com#@127.0.0.1/",
    "https://example.com:0/",
    "https://example.com:99999/",
    "https://exa mple.com/",
    "https://example.com/\r\nX-Evil: 1",
    "https://éxample.com/",
    "https:///x",
    "https://",
    "https://[::1/",
    "https://" + "a" * 3000 + ".com/",
)


@pytest.mark.parametrize("url", [*INWARD, *STRANGE])
def test_a_webhook_goes_out_or_nowhere(site: Site, url: str) -> None:
    """Our own machine, our network, and what clouds keep at odd addresses are refused, however written."""
    with site.client() as client:
        sent = client.post("/api/v1/webhooks", json={"url": url})
        assert sent.status_code == 422
        assert "hunter2" not in sent.text
        assert url not in [found["url"] for found in client.get("/api/v1/webhooks").json()["items"]]


@pytest.mark.parametrize(
    "url",
    ["json://127.0.0.1:9/x", "file:///etc/passwd", "syslog://localhost", "exec:///bin/sh", "windows://"],
)
def test_a_channel_is_no_way_inside_either(site: Site, url: str) -> None:
    """A scheme for this machine is refused, and an address of it is when it is tried."""
    with site.client() as client:
        sent = client.post("/api/v1/channels", json={"name": "x", "url": url, "kinds": ["alert.raised"]})
        if sent.status_code == 201:
            tried = client.post(f"/api/v1/channels/{sent.json()['id']}/test").json()
            assert (tried["taken"], bool(tried["reason"])) == (False, True)
        else:
            assert sent.status_code == 422
