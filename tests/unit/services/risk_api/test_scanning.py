"""Uploads before the virus scanner, over HTTP."""

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID

import pytest
from httpx2 import Response

from plimsoll.data.store.database import Database
from plimsoll.security.virus_scanner import VirusScanner
from risk_api_world import API, BOOK, World, made, new_portfolio, prices_file, refused, world_on
from scanner_server import INFECTION, PATTERN, Scanner, scanner

pytestmark = pytest.mark.anyio

CSV = {"Content-Type": "text/csv"}
INFECTED = BOOK.replace(b"Growth", PATTERN, 1)


@dataclass(frozen=True)
class Guarded:
    """An API that asks a scanner, and a portfolio in it."""

    world: World
    scanner: Scanner
    portfolio: str

    async def send(self, content: bytes, **query: str) -> Response:
        """Import positions."""
        path = f"{API}/portfolios/{self.portfolio}/positions"
        return await self.world.owner.put(path, content=content, params=query, headers=CSV)

    async def events(self) -> list[dict[str, object]]:
        """Return the audit of infected files."""
        wanted = {"action": "upload.infected"}
        found = await self.world.owner.get(f"{API}/audit/events", params=wanted)
        items: list[dict[str, object]] = made(found, 200)["items"]
        return items


@pytest.fixture
async def guarded(database: Database, tenant: UUID, other_tenant: UUID) -> AsyncIterator[Guarded]:
    """Yield an API with a scanner that answers."""
    with scanner() as found:
        asked = VirusScanner(found.url, seconds=1.0)
        async with world_on(database, tenant, other_tenant, scanner=asked) as world:
            yield Guarded(world, found, (await new_portfolio(world.owner))["id"])


async def test_an_infected_file_is_refused_and_nothing_is_kept(guarded: Guarded) -> None:
    """Positions and prices alike: the answer names the file, the audit its digest, neither its content."""
    owner = guarded.world.owner
    sent = await guarded.send(INFECTED, source_name="../desk 7.csv")
    problem = refused(sent, 422, "infected")
    assert problem["detail"] == f"The file desk 7.csv is infected with {INFECTION}."
    assert made(await owner.get(f"{API}/imports"), 200)["items"] == []
    prices = prices_file() + PATTERN
    refused(await owner.post(f"{API}/price-sets", content=prices, headers=CSV), 422, "infected")
    assert made(await owner.get(f"{API}/price-sets"), 200)["items"] == []
    assert guarded.scanner.files == [INFECTED, prices]
    second, first = await guarded.events()
    assert (first["subject"], second["subject"]) == ("desk 7.csv", "upload")
    digest = hashlib.sha256(INFECTED).hexdigest()
    assert first["detail"] == {"infection": INFECTION, "sha256": digest, "bytes": len(INFECTED)}
    assert PATTERN.decode() not in sent.text + str(first)


async def test_a_clean_file_is_taken(guarded: Guarded) -> None:
    """It is scanned as it came, and read afterwards."""
    assert made(await guarded.send(BOOK), 200)["holdings"]["positions"] == 3
    assert guarded.scanner.files == [BOOK]
    assert await guarded.events() == []


@pytest.mark.parametrize("answer", [b"", b"stream: OK and more\0", b"scan error. ERROR\0", None])
async def test_without_a_clear_answer_no_file_is_taken(guarded: Guarded, answer: bytes | None) -> None:
    """One that hangs up, answers in other words or not at all: 503, to be tried again; then all is well."""
    guarded.scanner.answer, guarded.scanner.silent = answer, answer is None
    sent = await guarded.send(INFECTED)
    refused(sent, 503, "unavailable")
    assert int(sent.headers["Retry-After"]) > 0
    assert made(await guarded.world.owner.get(f"{API}/imports"), 200)["items"] == []
    guarded.scanner.answer, guarded.scanner.silent = None, False
    made(await guarded.send(BOOK), 200)


async def test_strangers_have_nothing_scanned(guarded: Guarded) -> None:
    """Who may not upload is refused before the scanner has any work."""
    path = f"{API}/portfolios/{guarded.portfolio}/positions"
    for caller, status in ((guarded.world.anonymous, 401), (guarded.world.powerless, 403)):
        assert (await caller.put(path, content=INFECTED, headers=CSV)).status_code == status
    assert guarded.scanner.files == []
