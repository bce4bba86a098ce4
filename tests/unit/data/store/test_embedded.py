"""The embedded PostgreSQL, in processes of its own."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from plimsoll.data.store.embedded import embedded_postgres, running_postgres, stop
from plimsoll.errors import UnavailableError
from postgres import execute

OWNER = """
import sys, time
from pathlib import Path
from plimsoll.data.store.embedded import embedded_postgres
print(embedded_postgres(Path(sys.argv[1])), flush=True)
time.sleep(float(sys.argv[2]))
"""


@pytest.fixture(scope="module")
def cluster() -> Iterator[Path]:
    """Yield a data directory whose cluster has been made; no server runs in it."""
    folder = Path(tempfile.mkdtemp(prefix="plimsoll-test-"))
    embedded_postgres(folder)
    stop(folder)
    yield folder
    shutil.rmtree(folder)


def _owner(folder: Path, seconds: float) -> subprocess.Popen[str]:
    """Start a process that owns the server for a while; return when it has its URL."""
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(folder), str(seconds)], stdout=subprocess.PIPE, text=True
    )
    assert owner.stdout is not None
    assert owner.stdout.readline().startswith("postgresql://")
    return owner


def _ended(owner: subprocess.Popen[str]) -> int:
    with owner:
        return owner.wait(20)


def test_it_starts_serves_and_stops(cluster: Path) -> None:
    """It starts soon, serves PostgreSQL 18 through a socket only, and is gone after the stop."""
    assert running_postgres(cluster) is None
    before = time.perf_counter()
    url = embedded_postgres(cluster)
    assert time.perf_counter() - before < 30.0
    try:
        assert running_postgres(cluster) == url
        with psycopg.connect(url) as connection:
            assert connection.info.server_version // 10_000 == 18
            assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
            assert connection.execute("SHOW data_checksums").fetchone() == ("on",)
            assert connection.execute("SHOW fsync").fetchone() == ("on",)
    finally:
        stop(cluster)
    assert running_postgres(cluster) is None


def test_nobody_else_may_look_inside(cluster: Path) -> None:
    """Only the owner can list or enter the cluster, where data and socket are."""
    assert (cluster / "postgres").stat().st_mode & 0o077 == 0
    assert cluster.stat().st_mode & 0o066 == 0


def test_data_stay_over_a_restart(cluster: Path) -> None:
    """What was committed is there after the next start."""
    execute(embedded_postgres(cluster), "CREATE TABLE kept AS SELECT 42 AS answer")
    stop(cluster)
    try:
        with psycopg.connect(embedded_postgres(cluster)) as connection:
            assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)
    finally:
        stop(cluster)


def test_a_second_owner_is_refused(cluster: Path) -> None:
    """Another process is told which process has the directory; a reader finds the server all the same."""
    owner = _owner(cluster, 60)
    try:
        with pytest.raises(UnavailableError, match=f"in use by process {owner.pid}") as caught:
            embedded_postgres(cluster)
        assert "another data directory" in caught.value.remedy
        url = running_postgres(cluster)
        assert url is not None
        stop(cluster)
        assert running_postgres(cluster) == url, "who does not own a server does not stop it"
    finally:
        owner.terminate()
        _ended(owner)
    embedded_postgres(cluster)
    stop(cluster)


def test_it_ends_with_its_process(cluster: Path) -> None:
    """A process that simply ends takes the server with it."""
    assert _ended(_owner(cluster, 0)) == 0
    assert running_postgres(cluster) is None


def test_a_child_does_not_stop_it(cluster: Path) -> None:
    """A forked child that exits leaves the parent's server alone."""
    url = embedded_postgres(cluster)
    program = "import os; pid = os.fork(); pid or sys.exit(); os.waitpid(pid, 0)"
    forking = OWNER.replace("time.sleep(float(sys.argv[2]))", program)
    forking += "\nfrom plimsoll.data.store.embedded import running_postgres\n"
    forking += "print(running_postgres(Path(sys.argv[1])) is not None)"
    stop(cluster)
    done = subprocess.run(
        [sys.executable, "-c", forking, str(cluster)], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == [url, "True"]


def test_a_server_left_behind_is_taken_over(cluster: Path) -> None:
    """After kill -9 of its owner the server still runs; the next owner takes it over and stops it."""
    owner = _owner(cluster, 60)
    url = running_postgres(cluster)
    owner.kill()
    assert _ended(owner) == -signal.SIGKILL
    assert running_postgres(cluster) == url
    assert embedded_postgres(cluster) == url
    stop(cluster)
    assert running_postgres(cluster) is None


def test_a_killed_server_recovers(cluster: Path) -> None:
    """After kill -9 of the server itself the next start recovers what was committed."""
    url = embedded_postgres(cluster)
    execute(url, "CREATE TABLE recovered AS SELECT 7 AS answer")
    identity = cluster / "postgres" / "postmaster.pid"
    os.kill(int(identity.read_text().splitlines()[0]), signal.SIGKILL)
    stop(cluster)
    try:
        with psycopg.connect(embedded_postgres(cluster)) as connection:
            assert connection.execute("SELECT answer FROM recovered").fetchone() == (7,)
    finally:
        stop(cluster)


def test_open_transactions_do_not_hold_up_the_stop(cluster: Path) -> None:
    """A session in mid-transaction is ended and rolled back."""
    url = embedded_postgres(cluster)
    connection = psycopg.connect(url)
    connection.execute("CREATE TABLE half (n int)")
    before = time.perf_counter()
    stop(cluster)
    assert time.perf_counter() - before < 20  # it would wait for ever
    with pytest.raises(psycopg.OperationalError):
        connection.commit()
    connection.close()
    assert running_postgres(cluster) is None


def test_a_stop_that_takes_too_long_is_cut_short(cluster: Path) -> None:
    """Given no time at all it stops at once, and nothing committed is lost."""
    execute(embedded_postgres(cluster), "CREATE TABLE abrupt AS SELECT 1 AS answer")
    stop(cluster, seconds=0)
    try:
        with psycopg.connect(embedded_postgres(cluster)) as connection:
            assert connection.execute("SELECT answer FROM abrupt").fetchone() == (1,)
    finally:
        stop(cluster)


def test_one_left_behind_can_be_cut_short_too(cluster: Path) -> None:
    """A server that was taken over stops at once when it is given no time."""
    owner = _owner(cluster, 60)
    owner.kill()
    _ended(owner)
    embedded_postgres(cluster)
    stop(cluster, seconds=0)
    assert running_postgres(cluster) is None


def test_a_server_that_died_needs_no_stop(cluster: Path) -> None:
    """Stopping what was taken over and is gone by then does nothing."""
    owner = _owner(cluster, 60)
    owner.kill()
    _ended(owner)
    url = embedded_postgres(cluster)
    with psycopg.connect(url, autocommit=True) as connection:
        identity = cluster / "postgres" / "postmaster.pid"
        os.kill(int(identity.read_text().splitlines()[0]), signal.SIGINT)
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT pg_sleep(20)")
    deadline = time.monotonic() + 10
    while identity.exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    stop(cluster)
    assert running_postgres(cluster) is None


def test_a_start_that_takes_too_long_is_given_up(cluster: Path) -> None:
    """Given no time at all it says so and leaves no server behind; the next start works."""
    with pytest.raises(UnavailableError, match="did not start within 0 s"):
        embedded_postgres(cluster, seconds=0)
    assert running_postgres(cluster) is None
    embedded_postgres(cluster)
    stop(cluster)


def test_half_a_cluster_is_made_anew(tmp_path: Path) -> None:
    """What an interrupted first start left behind does not stand in the way."""
    (tmp_path / "postgres.new").mkdir()
    (tmp_path / "postgres.new" / "PG_VERSION").write_text("18\n")
    embedded_postgres(tmp_path)
    stop(tmp_path)
    assert not (tmp_path / "postgres.new").exists()


def test_the_directory_may_be_moved_and_deep(cluster: Path) -> None:
    """A path that is longer than a socket's may be, with a blank and a quote in it, works."""
    deep = cluster.parent / f"{cluster.name}-o'ther" / ("deep folder " * 12).strip()
    deep.parent.mkdir()
    cluster.rename(deep)
    try:
        with psycopg.connect(embedded_postgres(deep)) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        assert running_postgres(deep) is not None
    finally:
        stop(deep)
        deep.rename(cluster)
        deep.parent.rmdir()


def test_another_version_is_refused(tmp_path: Path) -> None:
    """Data of another PostgreSQL are left alone, with what to do."""
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("16\n")
    with pytest.raises(UnavailableError, match="PostgreSQL 16") as caught:
        embedded_postgres(tmp_path)
    assert "restore" in caught.value.remedy
    with pytest.raises(UnavailableError, match="PostgreSQL 16"):
        embedded_postgres(tmp_path)


def test_a_directory_that_cannot_be_used_is_refused(tmp_path: Path) -> None:
    """A file in its place, a file where the cluster belongs, or a read-only file system: a clear message."""
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "postgres").touch()
    for folder in (
        tmp_path / "file",
        tmp_path / "file" / "below",
        tmp_path / "folder",
        Path("/proc/plimsoll"),
    ):
        with pytest.raises(UnavailableError, match="cannot be used") as caught:
            embedded_postgres(folder)
        assert "another data directory" in caught.value.remedy


def test_a_broken_cluster_says_why(tmp_path: Path) -> None:
    """A cluster that does not start names the program and the reason, and gives the directory back."""
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("18\n")
    for _ in range(2):
        with pytest.raises(UnavailableError, match="PostgreSQL does not start: "):
            embedded_postgres(tmp_path)
