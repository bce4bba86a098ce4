"""The client that waits, against the real API on a real server, and against servers that misbehave."""

import datetime as dt
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest

from plimsoll.client import Retries, RiskClient
from plimsoll.errors import (
    ConflictError,
    DataError,
    NotFoundError,
    PermissionDeniedError,
    PlimsollError,
    PreconditionError,
    UnavailableError,
    UsageError,
)
from plimsoll.wire.what_if import Trade
from risk_api_world import BOOK, prices_file
from scripted_server import Line, Scripted, scripted_server

PAGE = b'{"items": [], "next": null}'


def test_a_whole_day(api_url: str, key: str, tmp_path: Path) -> None:
    """Everything that the API offers is reached, from the first portfolio to the comparison of two runs."""
    file = tmp_path / "positions.csv"
    file.write_bytes(BOOK)
    with RiskClient(api_url, key) as client:
        firm = client.create_portfolio("Firm")
        book = client.create_portfolio("Book", parent_id=firm.id)
        assert client.portfolio(book.id) == book
        assert [found.name for found in client.portfolios(page_size=1)] == ["Firm", "Book"]
        imported = client.import_positions(book.id, file, valid_from=dt.date(2024, 1, 1))
        assert (imported.holdings.positions, len(imported.refused)) == (3, 1)
        assert imported.holdings.source_name == "positions.csv"
        prices = client.upload_prices(prices_file(), name="Small market")
        assert client.price_set(prices.id) == prices
        assert list(client.price_sets()) == [prices]
        run = client.start_run(book.id, confidence=0.95, by=["desk"])
        assert (run.options.confidence, run.price_set_id) == (0.95, prices.id)
        assert client.run(run.id) == run
        assert list(client.runs(book.id)) == [run]
        assert client.report(run.id) == json.loads(client.report_document(run.id))
        assert client.report_html(run.id).startswith("<!")
        cut = client.cube(run.id, ["desk"])
        assert [node.path for node in cut.nodes] == [(), ("Growth",), ("Value",)]
        assert client.cube_table(run.id, ["desk"]).num_rows == 3
        sold = client.what_if(run.id, {"AAA": -10})
        assert sold == client.what_if(run.id, [Trade(symbol="AAA", quantity=-10.0)])
        assert sold.trades[0].symbol == "AAA"
        assert client.replay(run.id).identical
        client.import_positions(book.id, BOOK.replace(b"AAA,10", b"AAA,20"), source_name="later.csv")
        later = client.start_run(book.id, confidence=0.95, by=["desk"])
        assert "positions" in client.diff(run.id, later.id).changed
        history = list(client.position_history(book.id))
        assert [version.source_name for version in history] == ["later.csv", "positions.csv"]
        then = client.positions(book.id, known_at=history[1].known_at)
        assert then.positions[0].quantity == 10
        assert client.positions(book.id, as_of=dt.date(2024, 1, 2)).holdings == history[1]


def test_portfolios_change(api_url: str, key: str) -> None:
    """A portfolio is renamed, moved and archived by whoever has its last version."""
    with RiskClient(api_url, key) as client:
        firm = client.create_portfolio("Firm")
        book = client.create_portfolio("Book", parent_id=firm.id)
        renamed = client.rename_portfolio(book, "Renamed")
        with pytest.raises(PreconditionError):
            client.rename_portfolio(book, "Too late")
        moved = client.move_portfolio(renamed, None)
        assert (moved.name, moved.parent_id) == ("Renamed", None)
        assert client.archive_portfolio(moved).archived_at is not None
        assert [found.id for found in client.portfolios()] == [firm.id]
        assert len(list(client.portfolios(include_archived=True))) == 2


def test_errors_are_those_of_the_library(api_url: str, key: str) -> None:
    """What the API refuses is raised as the error that the same mistake raises without a server."""
    with RiskClient(api_url, key) as client:
        with pytest.raises(NotFoundError, match="no such"):
            client.portfolio(uuid4())
        book = client.create_portfolio("Book")
        with pytest.raises(ConflictError, match="already a portfolio"):
            client.create_portfolio("Book")
        with pytest.raises(DataError):
            client.import_positions(book.id, b"no,positions\n1,2\n")
        with pytest.raises(UsageError, match="confidence"):
            client.start_run(book.id, confidence=2.0)
    with RiskClient(api_url, key[:-1] + "?") as stranger, pytest.raises(PermissionDeniedError) as refused:
        next(stranger.portfolios())
    assert refused.value.__notes__[0].startswith("request ")


def test_a_key_makes_a_creation_happen_once(api_url: str, key: str) -> None:
    """The same idempotency key brings back the same portfolio, run after run."""
    with RiskClient(api_url, key) as client:
        made = [client.create_portfolio("Book", idempotency_key="first") for _ in range(2)]
        assert made[0] == made[1]


def test_a_passing_failure_is_tried_again() -> None:
    """A 503 and a lost connection are passed over."""
    with connected(Line(503), Line(0), Line(200, PAGE)) as (server, client):
        assert list(client.runs()) == []
    assert len(server.heard) == 3


def test_a_creation_is_repeated_under_its_key() -> None:
    """Each try of a creation has the same key, so that it happens once."""
    with connected(Line(503)) as (server, client), pytest.raises(UnavailableError):
        client.create_portfolio("Book")
    assert len(server.heard) == 3
    assert len({heard.headers["Idempotency-Key"] for heard in server.heard}) == 1


def test_a_change_is_tried_once() -> None:
    """What may not be repeated is not: its reply may be lost after it was carried out."""
    with connected(Line(201, _portfolio()), Line(503)) as (server, client):
        known = client.create_portfolio("Book")
        with pytest.raises(UnavailableError):
            client.rename_portfolio(known, "Other")
    assert [heard.method for heard in server.heard] == ["POST", "PATCH"]


def test_a_server_that_is_not_there() -> None:
    """The error names the URL and says how to start one."""
    client = RiskClient("http://127.0.0.1:1", "plk_x", retries=Retries(attempts=1))
    with client, pytest.raises(UnavailableError, match=r"127\.0\.0\.1:1 cannot be reached") as raised:
        list(client.runs())
    assert "plimsoll up" in raised.value.remedy


def test_an_answer_that_is_no_message() -> None:
    """A server that is no Plimsoll is named as such."""
    with connected(Line(200, b"<html>")) as (_, client):
        runs = client.runs()
        with pytest.raises(UnavailableError, match="no RiskRunPage"):
            next(runs)


def test_an_answer_of_a_newer_server() -> None:
    """Fields that this version does not know are passed over."""
    with connected(Line(200, b'{"items": [], "next": null, "total": 3}')) as (_, client):
        assert list(client.runs()) == []


@pytest.mark.parametrize(
    ("line", "error"),
    [
        (Line(200, b'{"items": [], "next": "//evil.example/api/v1/risk-runs"}'), UnavailableError),
        (Line(302, b"", {"Location": "http://127.0.0.1:1/"}), UsageError),
    ],
)
def test_the_key_goes_nowhere_else(line: Line, error: type[PlimsollError]) -> None:
    """Neither a link of a page nor a redirect leads the client out of the API."""
    with connected(line) as (server, client), pytest.raises(error):
        list(client.runs())
    assert len(server.heard) == 1


@contextmanager
def connected(*lines: Line) -> Iterator[tuple[Scripted, RiskClient]]:
    """Yield a scripted server and a client of it that does not wait long."""
    retries = Retries(first_seconds=0.001, longest_seconds=0.01)
    with scripted_server(lines) as server, RiskClient(server.url, "plk_x", retries=retries) as client:
        yield server, client


def _portfolio() -> bytes:
    return json.dumps(
        {
            "id": str(uuid4()),
            "name": "Book",
            "parent_id": None,
            "base_currency": "USD",
            "version": 1,
            "created_at": "2026-06-30T07:00:00Z",
            "updated_at": "2026-06-30T07:00:00Z",
            "archived_at": None,
        }
    ).encode()
