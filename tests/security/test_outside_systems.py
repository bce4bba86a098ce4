"""Systems outside, over HTTP against a running platform: those that may be called, and the virus scanner."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from attacked_site import Site, attacked_site
from platform_process import plimsoll
from redis_server import until
from scanner_server import INFECTION, PATTERN, Scanner, scanner
from webhook_receiver import Answer, Receiver, receiver

API = "/api/v1"
BOOK = b"symbol,quantity,currency\nAAPL,10,USD\n"
CSV = {"Content-Type": "text/csv"}
LOOPBACK = "webhook_loopback = true"


@dataclass(frozen=True)
class Fenced:
    """A platform that may call one receiver, and asks a scanner about uploads."""

    site: Site
    receiver: Receiver
    scanner: Scanner

    @property
    def listed(self) -> str:
        """Host and port of the receiver."""
        return self.receiver.url.split("/")[2]


@pytest.fixture(scope="module")
def fenced() -> Iterator[Fenced]:
    """Yield a platform with all that is outside of it."""
    with ExitStack() as stack:
        # Not in the folder of pytest: see the platform of all attacks.
        home = Path(tempfile.mkdtemp(prefix="plimsoll-fence-"))
        stack.callback(shutil.rmtree, home)
        there = stack.enter_context(receiver([Answer(302, location="http://127.0.0.1:9/")]))
        asked = stack.enter_context(scanner(home / "scanner"))
        settings = [LOOPBACK, f'egress = ["{there.url.split("/")[2]}", "discord.com", "*.example.com:443"]']
        settings += [f'virus_scanner = "{asked.url}"']
        yield Fenced(stack.enter_context(attacked_site(home, *settings)), there, asked)


@pytest.mark.parametrize(
    "url",
    [
        *("https://example.com/", "https://a.example.com:8443/", "https://a.example.com.evil.com/"),
        *(
            "https://evilexample.com/",
            "http://127.0.0.1:9/",
            "http://localhost/",
            "https://hooks.slack.com/x",
        ),
    ],
)
def test_a_webhook_goes_to_a_listed_host_or_nowhere(fenced: Fenced, url: str) -> None:
    """It is refused when it is made, with what to do; the host is not repeated."""
    with fenced.site.client() as client:
        sent = client.post(f"{API}/webhooks", json={"url": url})
        assert (sent.status_code, sent.json()["code"]) == (422, "usage")
        assert "PLIMSOLL_EGRESS" in sent.json()["remedy"]
        made = client.post(
            f"{API}/webhooks", json={"url": "https://a.b.example.com/", "kinds": ["job.failed"]}
        )
        assert made.status_code == 201
        assert url not in [found["url"] for found in client.get(f"{API}/webhooks").json()["items"]]


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#risk", 422),
        ("discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js", 201),
        ("jsons://elsewhere.com/", 422),
        ("jsons://risk.example.com/", 201),
        ("mailtos://a:b@risk.example.com?smtp=mail.elsewhere.com&to=desk@example.com", 422),
    ],
)
def test_a_channel_goes_to_a_listed_host_or_nowhere(fenced: Fenced, url: str, status: int) -> None:
    """Whether its URL names the host, or Apprise knows that of the provider."""
    with fenced.site.client() as client:
        sent = client.post(f"{API}/channels", json={"name": "x", "url": url, "enabled": False})
        assert sent.status_code == status
        assert status == 201 or "PLIMSOLL_EGRESS" in sent.json()["remedy"]


def test_an_identity_provider_is_a_listed_host(fenced: Fenced) -> None:
    """The platform asks it for its keys, so that it is refused when it is added."""
    new = {"name": "Login", "client_id": "us", "client_secret": "a secret of theirs"}
    with fenced.site.client() as client:
        for issuer, status in (("https://login.elsewhere.com", 422), ("https://login.example.com", 201)):
            sent = client.post(f"{API}/identity-providers", json={**new, "issuer": issuer})
            assert sent.status_code == status, sent.text


def test_a_listed_host_is_called_and_leads_nowhere_else(fenced: Fenced) -> None:
    """The event arrives there; where it answers by sending us on, nobody goes."""
    with fenced.site.client() as client:
        webhook = client.post(f"{API}/webhooks", json={"url": fenced.receiver.url}).json()
        _an_event(client)
        tries = _tries(client, webhook["id"])
    assert (tries[0]["status"], len(fenced.receiver.got)) == (302, 1)


def test_an_infected_file_goes_nowhere(fenced: Fenced, tmp_path: Path) -> None:
    """Sent by HTTP or by the command line, it is refused by name and written down, and nothing is kept."""
    infected = BOOK + PATTERN + b",1,USD\n"
    with fenced.site.client() as client:
        book = client.post(f"{API}/portfolios", json={"name": "Infected"}).json()["id"]
        path = f"{API}/portfolios/{book}/positions"
        sent = client.put(path, content=infected, headers=CSV, params={"source_name": "desk.csv"})
        assert (sent.status_code, sent.json()["code"]) == (422, "infected")
        assert sent.json()["detail"] == f"The file desk.csv is infected with {INFECTION}."
        file = tmp_path / "desk 8.csv"
        file.write_bytes(infected)
        said = plimsoll(fenced.site.home, "portfolios", "import", book, file)
        assert (said.returncode, "desk 8.csv is infected" in said.stderr) == (3, True)
        assert client.get(f"{API}/imports", params={"portfolio": book}).json()["items"] == []
        events = client.get(f"{API}/audit/events", params={"action": "upload.infected"}).json()["items"]
        assert [event["subject"] for event in events] == ["desk 8.csv", "desk.csv"]
        assert client.put(path, content=BOOK, headers=CSV).status_code == 200
    assert PATTERN.decode() not in fenced.site.log + sent.text + said.stderr


def test_without_the_scanner_no_file_is_taken(fenced: Fenced) -> None:
    """It is to be tried again, by HTTP and by the command line; the rest of the platform goes on."""
    fenced.scanner.answer = b"stream: who knows\0"
    try:
        with fenced.site.client() as client:
            book = client.post(f"{API}/portfolios", json={"name": "Unscanned"}).json()["id"]
            sent = client.put(f"{API}/portfolios/{book}/positions", content=BOOK, headers=CSV)
            assert (sent.status_code, sent.headers["Retry-After"]) == (503, "1")
            prices = client.post(f"{API}/price-sets", content=b"date,A\n2026-01-01,1\n", headers=CSV)
            assert prices.status_code == 503
            assert client.get(f"{API}/portfolios/{book}").status_code == 200
            assert client.get(f"{API}/system").json()["breakers"]["virus scanner"] == "closed"
    finally:
        fenced.scanner.answer = None


def _an_event(client: httpx2.Client) -> None:
    book = client.post(f"{API}/portfolios", json={"name": "Limited"}).json()["id"]
    limit = {"portfolio_id": book, "name": "VaR", "definition": {"measure": "var", "hard": 1.0}}
    proposed = client.post(f"{API}/limits", json=limit).json()
    path = f"{API}/limits/{proposed['id']}/proposals/{proposed['proposal']['id']}/approve"
    assert client.post(path, json={}).status_code == 200


def _tries(client: httpx2.Client, webhook: str) -> list[dict[str, Any]]:
    """Return the tries of the first delivery, as soon as there is one."""

    def found() -> list[dict[str, Any]]:
        items = client.get(f"{API}/webhooks/{webhook}/deliveries").json()["items"]
        return items[-1]["attempts"] if items else []

    until(lambda: bool(found()), 20)
    return found()
