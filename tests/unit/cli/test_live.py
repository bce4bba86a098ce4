"""``plimsoll live`` beside a running server."""

import json
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from live_hubs import book_run
from live_world import live_server
from plimsoll.cli.live import live, running_client
from plimsoll.data.store.database import Database
from plimsoll.data.store.runs import RunRecord
from plimsoll.errors import NotFoundError, UnavailableError
from plimsoll.services.risk_api.local_key import local_api_key
from plimsoll.services.risk_api.running import announced

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


async def test_numbers_are_followed(
    place: Path, run: RunRecord, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """By name and by id, for people and for programs; it stops after the time that was said."""
    live("small", by="desk", data_dir=place, json=True, seconds=0.0)
    update = json.loads(_document(capfdbinary))
    assert (update["var"]["value"], len(update["nodes"])) == (run.var, 4)
    live(str(run.portfolio_id), data_dir=place, seconds=0.0)
    assert b"VaR" in capfdbinary.readouterr().out


async def test_what_is_not_there_is_said(place: Path, tmp_path: Path) -> None:
    """An unknown portfolio, and a directory in which nothing runs."""
    with pytest.raises(NotFoundError, match="nothing"):
        live("nothing", data_dir=place)
    with pytest.raises(UnavailableError, match="plimsoll up"):
        running_client(tmp_path / "elsewhere")


def _document(printed: pytest.CaptureFixture[bytes]) -> bytes:
    """Return the line of JSON on stdout, where the log of the test's own server stands as well."""
    return next(line for line in printed.readouterr().out.splitlines() if line.startswith(b"{"))
