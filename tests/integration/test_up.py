"""The platform from one command, as a new user meets it: real processes, real ports, an empty home."""

import json
import re
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest

from platform_process import Running, free_ports, platform, plimsoll
from plimsoll.client import Retries, RiskClient
from plimsoll.data.store.embedded import running_postgres
from plimsoll.errors import UnavailableError
from postgres import execute
from redis_server import RedisServer

ANSWER_SECONDS = 20.0  # three on an idle machine; several tests run at once
STOP_SECONDS = 10.0  # five on an idle machine


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    """Yield a platform with a demo in an empty home."""
    with platform(tmp_path) as running:
        yield running


def test_the_first_minutes(running: Running, tmp_path: Path) -> None:
    """A new user finds demo books and runs, makes the first account, and stops it with Ctrl-C."""
    directory = tmp_path / ".local" / "share" / "plimsoll"
    assert running.told["data_directory"] == str(directory)
    with RiskClient(running.url, running.key) as client:
        books = {book.name: book for book in client.portfolios()}
        assert set(books) == {"Demo", "Long only", "Long/short", "Option overlay"}
        assert {book.parent_id for book in books.values()} == {None, books["Demo"].id}
        assert [found.name for found in client.price_sets()] == ["Demo prices"]
        assert {run.portfolio_id for run in client.runs()} == {
            book.id for book in books.values() if book.parent_id
        }
        assert client.start_run(books["Long only"].id, as_of="2008-12-31").var
    assert httpx2.get(running.told["metrics"]).text.startswith("# HELP")
    assert httpx2.get(f"{running.url}/readyz").status_code == 200
    token = urlsplit(running.told["sign_in"]).fragment
    first = {"token": token, "name": "Ada", "email": "ada@example.com", "password": "several words in a row"}
    path = f"{running.url}/sign-in/first-administrator"
    answers = [httpx2.post(path, json=first, headers={"Origin": running.url}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [204, 401]
    code, seconds = running.stop()
    assert (code, seconds < STOP_SECONDS) == (0, True)
    assert running_postgres(directory) is None
    log = (tmp_path / "up.log").read_text()
    assert "Stopped." in log
    assert running.key not in log
    assert token not in log


def test_a_second_start_is_quick_and_finds_all(running: Running, tmp_path: Path) -> None:
    """What was stored is there again, the key is the same, and nothing is loaded twice."""
    key = running.key
    with RiskClient(running.url, key) as client:
        before = [run.id for run in client.runs()]
    running.stop()
    with platform(tmp_path) as again, RiskClient(again.url, key) as client:
        assert again.seconds < ANSWER_SECONDS
        assert [run.id for run in client.runs()] == before


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_other_ways_to_be_stopped(number: int, tmp_path: Path) -> None:
    """A service manager and a closed terminal stop it as Ctrl-C does."""
    with platform(tmp_path, "--no-demo") as running:
        with RiskClient(running.url, running.key) as client:
            assert list(client.portfolios()) == []
        code, seconds = running.stop(number)
    assert (code, seconds < STOP_SECONDS) == (0, True)


def test_a_calculation_does_not_hold_the_stop_for_long(running: Running) -> None:
    """Ctrl-C ends within five seconds also while something large is calculated."""

    def calculate() -> None:
        with suppress(UnavailableError):
            client.start_run(book.id, method="monte-carlo", draws=1_000_000)

    with RiskClient(running.url, running.key, retries=Retries(attempts=1)) as client:
        book = next(found for found in client.portfolios() if found.parent_id)
        calling = threading.Thread(target=calculate)
        calling.start()
        calling.join(0.5)
        code, seconds = running.stop()
        calling.join()
    assert (code, seconds < STOP_SECONDS + 1) == (0, True)


def test_runs_and_db_beside_the_platform_and_without_it(running: Running, tmp_path: Path) -> None:
    """The commands ask the running platform, and the data itself when none runs."""
    beside = plimsoll(tmp_path, "runs", "list", "--json")
    assert plimsoll(tmp_path, "db", "status").stdout.endswith("up to date\n")
    assert plimsoll(tmp_path, "db", "backup", "all.dump").returncode == 0
    refused = plimsoll(tmp_path, "db", "restore", "all.dump", "--yes")
    assert (refused.returncode, "in use" in refused.stderr) == (4, True)
    running.stop()
    assert plimsoll(tmp_path, "runs", "list", "--json").stdout == beside.stdout
    first, second, _ = json.loads(beside.stdout)
    assert second["id"] in plimsoll(tmp_path, "runs", "list").stdout
    shown = plimsoll(tmp_path, "runs", "show", "latest").stdout
    assert first["run_id"] in shown
    assert json.loads(plimsoll(tmp_path, "runs", "show", first["id"], "--json").stdout)["as_of"]
    again = plimsoll(tmp_path, "runs", "replay", "latest")
    assert (again.returncode, again.stdout) == (0, f"{first['id']} is the same bit for bit.\n")
    assert json.loads(plimsoll(tmp_path, "runs", "replay", "latest", "--json").stdout)["identical"]
    moved = plimsoll(tmp_path, "runs", "diff", second["id"], first["id"]).stdout
    assert moved.startswith("changed    positions")
    assert re.search(r"^VaR +[\d,]+ to [\d,]+: [+-]", moved, re.MULTILINE)
    assert (
        json.loads(plimsoll(tmp_path, "runs", "diff", first["id"], "latest", "--json").stdout)["changed"]
        == []
    )
    assert plimsoll(tmp_path, "db", "restore", "all.dump", "--yes").returncode == 0
    assert plimsoll(tmp_path, "runs", "list", "--json").stdout == beside.stdout


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    """The message names the port and the option, before anything else is done."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        api = plimsoll(tmp_path, "up", "--port", port)
        metrics = plimsoll(tmp_path, "up", "--port", str(free_ports()[0]), "--metrics-port", port)
    assert (api.returncode, metrics.returncode) == (4, 4)
    assert f"port {port} cannot be used" in api.stderr
    assert "--metrics-port" in metrics.stderr
    assert not (tmp_path / ".local").exists()


def test_a_data_directory_in_use(tmp_path: Path) -> None:
    """A second platform in the same directory is refused, and the first goes on."""
    with platform(tmp_path, "--no-demo") as running:
        port, metrics = map(str, free_ports())
        second = plimsoll(tmp_path, "up", "--port", port, "--metrics-port", metrics)
        assert (second.returncode, "in use by process" in second.stderr) == (4, True)
        assert httpx2.get(f"{running.url}/livez").status_code == 200


def test_an_unwritable_data_directory(tmp_path: Path) -> None:
    """The message names the directory."""
    (tmp_path / "file").write_text("")
    port, metrics = map(str, free_ports())
    place = tmp_path / "file" / "data"
    outcome = plimsoll(tmp_path, "up", "--port", port, "--metrics-port", metrics, "--data-dir", place)
    assert (outcome.returncode, str(place) in outcome.stderr) == (4, True)
    assert "Traceback" not in outcome.stderr


@pytest.mark.parametrize("url", ["nonsense", "postgresql://user:hunter2@127.0.0.1:1/none", "sqlite:///x.db"])
def test_a_broken_database_url(url: str, tmp_path: Path) -> None:
    """The message says what is wrong and never repeats the password."""
    port, metrics = map(str, free_ports())
    outcome = plimsoll(tmp_path, "up", "--port", port, "--metrics-port", metrics, "--database-url", url)
    assert outcome.returncode == 4
    assert outcome.stderr.startswith("plimsoll: ")
    assert "hunter2" not in outcome.stderr


@pytest.mark.parametrize("url", ["nonsense", "http://user:hunter2@127.0.0.1"])
def test_a_broken_redis_url(url: str, database_url: str, tmp_path: Path) -> None:
    """The message says what is wrong and never repeats the password."""
    port, metrics = map(str, free_ports())
    place = ("--port", port, "--metrics-port", metrics, "--database-url", database_url)
    outcome = plimsoll(tmp_path, "up", *place, "--redis-url", url)
    assert (outcome.returncode, "Redis URL" in outcome.stderr) == (4, True), outcome.stderr
    assert "hunter2" not in outcome.stderr


def test_with_a_redis_and_after_its_end(own_redis: RedisServer, database_url: str, tmp_path: Path) -> None:
    """Answers go through it while it runs, and come without it when it is gone; the state of it is shown."""
    place = ("--no-demo", "--database-url", database_url, "--redis-url", own_redis.url)
    with platform(tmp_path, *place) as running, RiskClient(running.url, running.key) as client:
        headers = {"Authorization": f"Bearer {running.key}"}
        state = httpx2.get(f"{running.url}/api/v1/system", headers=headers).json()
        assert state["breakers"] == {"redis": "closed"}
        own_redis.kill()
        book = client.create_portfolio("Book")
        assert list(client.portfolios()) == [book]
        assert running.stop()[0] == 0
    assert "redis://" not in (tmp_path / "up.log").read_text()


def test_a_redis_that_is_not_there(database_url: str, tmp_path: Path) -> None:
    """The platform starts without it and says so."""
    place = ("--no-demo", "--database-url", database_url, "--redis-url", "redis://127.0.0.1:1")
    with platform(tmp_path, *place) as running:
        assert running.stop()[0] == 0
    assert "cached in memory alone" in (tmp_path / "up.log").read_text()


def test_a_database_of_a_newer_version(database_url: str, tmp_path: Path) -> None:
    """It is refused and left as it is; so are the other commands."""
    execute(database_url, "UPDATE alembic_version SET version_num = '9999'")
    port, metrics = map(str, free_ports())
    place = ("--database-url", database_url)
    for command in (("up", "--port", port, "--metrics-port", metrics), ("db", "upgrade"), ("runs", "list")):
        outcome = plimsoll(tmp_path, *command, *place)
        assert (outcome.returncode, "newer" in outcome.stderr) == (4, True), outcome.stderr


def test_a_database_of_ones_own(database_url: str, empty_database_url: str, tmp_path: Path) -> None:
    """With a URL nothing but the key is in the data directory; pending migrations stop what needs them."""
    with platform(tmp_path, "--no-demo", "--database-url", database_url) as running:
        directory = Path(running.told["data_directory"])
        keys = {"api-key", "audit-key", "sealing-key"}
        assert {path.name for path in directory.iterdir()} == {*keys, "running.json"}
        assert plimsoll(tmp_path, "runs", "list", "--json").stdout == "[]\n"
    empty = ("--database-url", empty_database_url)
    status = plimsoll(tmp_path, "db", "status", "--json", *empty)
    assert (status.returncode, json.loads(status.stdout)["current"]) == (1, None)
    assert plimsoll(tmp_path, "runs", "list", *empty).returncode == 4
    assert plimsoll(tmp_path, "db", "upgrade", *empty).returncode == 0
    assert plimsoll(tmp_path, "runs", "show", "latest", *empty).returncode == 2


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("runs list", 4),
        ("db status", 4),
        ("db backup all.dump", 4),
        ("db restore all.dump", 2),
        ("runs show nonsense", 4),
    ],
)
def test_commands_without_data(command: str, code: int, tmp_path: Path) -> None:
    """Without data the commands say so and make none."""
    outcome = plimsoll(tmp_path, *command.split())
    assert outcome.returncode == code
    assert outcome.stderr.startswith("plimsoll: ")
    assert not (tmp_path / ".local").exists()
