"""``plimsoll ticks`` beside a running server."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
import typer

from live_hubs import book_run
from live_world import live_server
from plimsoll.cli.ticks import replay, replay_into, send
from plimsoll.client.tick_batches import Prices
from plimsoll.client.tick_sender import TickSender
from plimsoll.data.store.database import Database
from plimsoll.data.store.runs import RunRecord
from plimsoll.errors import DataError, UnavailableError, UsageError
from plimsoll.services.risk_api.local_key import local_api_key
from plimsoll.services.risk_api.running import announced
from plimsoll.wire.ticks import TicksTaken

pytestmark = pytest.mark.anyio


@pytest.fixture
async def run(database: Database, tenant: UUID) -> RunRecord:
    """Return a stored run."""
    return await book_run(database, tenant)


@pytest.fixture
def place(
    run: RunRecord, database_url: str, tenant: UUID, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """Yield a data directory in which a platform runs."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert run.var
    key = local_api_key(tmp_path)
    with live_server(database_url, tenant, key=key) as port, announced(tmp_path, f"http://127.0.0.1:{port}"):
        yield tmp_path


async def test_a_file_is_sent(
    place: Path, capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With times or without, with a heading or without; stdin is a file too."""
    file = place / "ticks.csv"
    file.write_text("symbol,price,time\nAAA,101\nBBB,50.5,2026-01-05T10:00:00Z\n\nZZZ,1\n")
    send(str(file), data_dir=place, json=True)
    taken = json.loads(_document(capfdbinary))
    assert (taken["applied"], taken["unknown"]) == (2, 1)
    monkeypatch.setattr("sys.stdin", io.StringIO("AAA,102\n"))
    send("-", data_dir=place)
    assert b"1 applied, 0 unknown, 0 old, 0 quarantined\n" in capfdbinary.readouterr().out


async def test_what_cannot_be_sent_is_said(place: Path) -> None:
    """The row of a bad file; no file; exit 1 where nothing was taken; a speed that makes no sense."""
    file = place / "ticks.csv"
    file.write_text("AAA,101\nAAA,many\n")
    with pytest.raises(DataError) as caught:
        send(str(file), data_dir=place)
    assert caught.value.row == 2
    with pytest.raises(UnavailableError):
        send(str(place / "nowhere.csv"), data_dir=place)
    file.write_text("ZZZ,1\n")
    with pytest.raises(typer.Exit):
        send(str(file), data_dir=place)
    with pytest.raises(UsageError):
        replay(speed=0.0)


def test_recorded_closes_are_sent_again_and_again() -> None:
    """All symbols of a day, a year of days, and from the beginning when it is over."""
    sent: list[int] = []

    class Sender(TickSender):
        def send(self, prices: Prices) -> TicksTaken:
            assert isinstance(prices, dict)
            sent.append(len(prices))
            return TicksTaken(id="", applied=len(prices), unknown=0, old=0, quarantined=0)

    replay_into(Sender("http://127.0.0.1:9", ""), 2000.0, seconds=0.3)
    assert sum(sent) >= 20


def _document(printed: pytest.CaptureFixture[bytes]) -> bytes:
    """Return the line of JSON on stdout, where the log of the test's own server stands as well."""
    return next(line for line in printed.readouterr().out.splitlines() if line.startswith(b"{"))
