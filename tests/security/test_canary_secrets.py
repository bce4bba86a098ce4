"""Secrets are looked for wherever they must not be: logs, traces, metrics, errors, dumps of the database."""

import base64
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import make_url

from platform_process import Running, platform, plimsoll
from plimsoll.data.store.embedded import running_postgres
from plimsoll.data.store.postgres_programs import run
from plimsoll.security.tokens import new_token
from scripted_server import Line, Scripted, scripted_server

API = "/api/v1"


@dataclass
class Search:
    """What was kept secret, and where it is looked for."""

    secrets: dict[str, str] = field(default_factory=dict)
    places: dict[str, bytes] = field(default_factory=dict)

    def found(self, place: str) -> list[str]:
        """Return the names of the secrets that are in a place, as they are or in a usual disguise."""
        content = self.places[place]
        assert content, place
        return [
            name for name, secret in self.secrets.items() if any(one in content for one in _forms(secret))
        ]


def _forms(secret: str) -> Iterator[bytes]:
    """Yield a secret as it is, in hexadecimal and in Base64 at each of its three offsets."""
    plain = secret.encode()
    yield plain
    yield plain.hex().encode()
    for offset in range(3):
        # The first characters depend on what stands before, and the last on what stands after.
        yield base64.b64encode(b"\0" * offset + plain)[4 if offset else 0 : -4]


@pytest.fixture(scope="module")
def search(tmp_path_factory: pytest.TempPathFactory) -> Search:
    """Use a platform in every way that brings secrets in, wrong ones included; collect what it lets out."""
    home, found = tmp_path_factory.mktemp("home"), Search()
    with pytest.MonkeyPatch.context() as patch, scripted_server([Line(200, b"")]) as collector:
        patch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        patch.setenv("OTEL_BSP_SCHEDULE_DELAY", "100")
        patch.setenv("RISK_CANARY", _secret(found, "variable"))
        with platform(home, "--no-demo") as running:
            _use(found, running)
            found.places["metrics"] = httpx2.get(running.told["metrics"]).content
            found.places["dump"] = _dump(Path(running.told["data_directory"]), home)
            commands = ("secrets status --json", "channels list", "webhooks list", "doctor --security --json")
            outputs = [plimsoll(home, *command.split()) for command in commands]
            found.places["commands"] = "".join(done.stdout + done.stderr for done in outputs).encode()
        found.places["traces"] = _collected(collector)
    found.places["log"] = (home / "up.log").read_bytes()
    return found


def _secret(search: Search, name: str) -> str:
    search.secrets[name] = secret = new_token("canary")
    return secret


def _use(search: Search, running: Running) -> None:
    directory = Path(running.told["data_directory"])
    link = running.told["sign_in"].partition("#")[2]
    known = {
        "API key": running.key,
        "link": link,
        "master key": (directory / "sealing-key").read_text().strip(),
    }
    search.secrets |= known
    errors = []
    with httpx2.Client(base_url=running.url, headers={"Authorization": f"Bearer {running.key}"}) as client:
        for method, path, said in _wrong_ways(search):
            headers = {"Content-Type": "application/json", **said.get("headers", {})}
            answer = client.request(method, path, **{**said, "headers": headers})
            assert 400 <= answer.status_code < 500, (path, answer.text)
            errors.append(answer.content + repr(dict(answer.headers)).encode())
        hook = {"url": "https://example.com/" + new_token(), "kinds": ["alert.raised"]}
        once = {"Idempotency-Key": "canary"}
        for _ in range(2):
            made = client.post(f"{API}/webhooks", json=hook, headers=once)
            search.secrets["webhook"] = made.json()["secret"].removeprefix("whsec_")
        password = _secret(search, "channel")
        channel = {"name": "Desk", "url": f"json://risk:{password}@127.0.0.1:1/", "kinds": ["alert.raised"]}
        made = client.post(f"{API}/channels", json=channel)
        assert made.status_code == 201, made.text
        tried = client.post(f"{API}/channels/{made.json()['id']}/test")
        errors.append(made.content + tried.content + client.get(f"{API}/secrets").content)
    search.places["answers"] = b"\n".join(errors)


def _wrong_ways(search: Search) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield requests that are refused, each with a secret where somebody may put one by mistake."""
    bearer = _secret(search, "wrong API key")
    yield "GET", f"{API}/portfolios", {"headers": {"Authorization": f"Bearer {bearer}"}}
    cookie = _secret(search, "wrong session")
    yield "GET", f"{API}/portfolios", {"headers": {"Authorization": "", "Cookie": f"plimsoll={cookie}"}}
    yield "GET", f"{API}/portfolios", {"params": {"api_key": _secret(search, "query parameter")}}
    yield "POST", f"{API}/portfolios", {"json": {"name": "x", "password": _secret(search, "unknown field")}}
    yield "POST", f"{API}/portfolios", {"json": {"name": {"password": _secret(search, "wrong type")}}}
    yield "POST", f"{API}/portfolios", {"content": f'{{"name": "{_secret(search, "broken JSON")}'.encode()}
    body: dict[str, Any] = {"url": f"https://user:{_secret(search, 'password of a URL')}@example.com/"}
    yield "POST", f"{API}/webhooks", {"json": body}
    body = {"name": "x", "kinds": ["alert.raised"], "url": f"nothing://{_secret(search, 'wrong channel')}@x"}
    yield "POST", f"{API}/channels", {"json": body}
    yield "POST", "/sign-in", {"json": {"token": _secret(search, "wrong link")}}
    key = {"headers": {"Idempotency-Key": f"?{_secret(search, 'wrong idempotency key')}"}}
    yield "POST", f"{API}/portfolios", {"json": {"name": "x"}, **key}


def _dump(directory: Path, folder: Path) -> bytes:
    """Return the whole database as text; its bytes are in it in hexadecimal."""
    url = running_postgres(directory)
    assert url is not None
    parsed, file = make_url(url), folder / "dump.sql"
    place = {"PGHOST": str(parsed.query["host"]), "PGUSER": "postgres", "PGDATABASE": str(parsed.database)}
    run("pg_dump", ["--format=plain", f"--file={file}"], environment={**os.environ, **place})
    return file.read_bytes()


def _collected(collector: Scripted) -> bytes:
    heard = [json.dumps(dict(one.headers)).encode() + one.body for one in collector.heard]
    return b"\n".join(heard)


@pytest.mark.parametrize("place", ["answers", "commands", "dump", "log", "metrics", "traces"])
def test_no_secret_is_let_out(search: Search, place: str) -> None:
    """Neither what the platform has made nor what somebody has sent to the wrong place."""
    own = {"webhook"} if place == "answers" else set()
    assert set(search.found(place)) - own == set()


def test_the_search_finds_what_is_there(search: Search) -> None:
    """A secret in any of its forms, at any offset, is seen: an empty result means something."""
    secret = search.secrets["API key"]
    for content in (
        f"x{secret}y".encode(),
        (b"\1" + secret.encode()).hex().encode(),
        *(base64.b64encode(b"\1" * offset + secret.encode() + b"\2\3") for offset in range(4)),
    ):
        assert Search({"API key": secret}, {"place": content}).found("place") == ["API key"]


def test_what_is_let_out_is_what_was_asked(search: Search) -> None:
    """The places were really filled: the requests are in the log, the traces and the metrics."""
    expected: Mapping[str, bytes] = {
        "log": b"/api/v1/webhooks",
        "traces": b"/api/v1/webhooks",
        "metrics": b"plimsoll_http",
        "dump": b"COPY public.webhooks",
        "commands": b"example.com",
        "answers": b"problem+json",
    }
    assert {place for place, mark in expected.items() if mark not in search.places[place]} == set()
