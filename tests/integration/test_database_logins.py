"""Every way in which the platform reaches PostgreSQL, by certificates of clients and by tokens of AWS IAM."""

import asyncio
import datetime as dt
import logging
import os
import shutil
import ssl
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psycopg
import pytest

from aws_server import ENVIRONMENT
from certificates import Authority, authority
from platform_process import free_ports
from plimsoll.data.store import schema
from plimsoll.data.store.database import Database
from plimsoll.data.store.listening import notices
from plimsoll.data.store.logins import with_tokens
from plimsoll.errors import UnavailableError
from plimsoll.services.worker.queue import Queue
from postgres_door import door

pytestmark = pytest.mark.anyio

OURS, OTHERS = authority("Ours"), authority("Of others")


async def test_a_certificate_is_enough(database_url: str, tmp_path: Path) -> None:
    """API, listener, worker and migrations show it and need no password; nothing else lets anybody in."""
    with door(database_url, context=_context(OURS, tmp_path)) as opened:
        address = f"postgresql://postgres@localhost:{opened.port}{_name(database_url)}"
        ours = OURS.sign("postgres").write(tmp_path, "client")
        await _all_ways(f"{address}?{_shown(OURS, ours, tmp_path)}")
        assert set(opened.users) == {"postgres"}
        let_in = len(opened.users)
        assert let_in >= 4
        strangers = {
            "nobody's": None,
            "of another authority": OTHERS.sign("postgres").write(tmp_path, "forged"),
            "of another user": OURS.sign("mallory").write(tmp_path, "mallory"),
            "that is over": OURS.sign("postgres", begins=_ago(9)).write(tmp_path, "old"),
        }
        for files in strangers.values():
            with pytest.raises(UnavailableError, match="the database refuses"):
                schema.status(f"{address}?{_shown(OURS, files, tmp_path)}")
        with pytest.raises(UnavailableError, match="certificate verify failed"):
            schema.status(f"{address}?{_shown(OTHERS, ours, tmp_path)}")
        assert len(opened.users) == let_in


async def test_each_connection_logs_in_by_a_token_of_its_own(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Also when the first ones are long over; no token is ever logged."""
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    for name in ("plimsoll", "sqlalchemy", "psycopg", "procrastinate"):
        caplog.set_level(logging.DEBUG, name)
    with door(database_url, tokens=True) as opened:
        plain = f"postgresql://postgres@localhost:{opened.port}{_name(database_url)}"
        url = with_tokens(plain)
        await _all_ways(url)
        await asyncio.to_thread(schema.backup, url, tmp_path / "backup")
        assert (tmp_path / "backup").read_bytes().startswith(b"PGDMP")
        assert len(opened.tokens) == len(opened.users) >= 5
        database = Database(url, pool_size=1)
        await database.check()
        opened.since = dt.datetime.now(dt.UTC).replace(microsecond=0) + dt.timedelta(seconds=1)
        assert not opened.takes(opened.tokens[0], "postgres")
        await asyncio.sleep((opened.since - dt.datetime.now(dt.UTC)).total_seconds())
        await database.dispose()  # its next connection is a new one
        await database.check()
        await database.dispose()
        await _all_ways(url)
        assert len(set(opened.tokens)) > 1
        with pytest.raises(UnavailableError, match="PAM authentication failed"):
            schema.status(plain.replace("postgres@", "postgres:guessed@"))
        said = caplog.text + repr(database.engine.url)
        assert not [token for token in opened.tokens if token in said or token.rpartition("=")[2] in said]


async def test_without_a_role_there_is_no_token(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever asks is told so; with one it works at once."""
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    with door(database_url, tokens=True) as opened:
        url = with_tokens(f"postgresql://postgres@localhost:{opened.port}{_name(database_url)}")
        database = Database(url)
        for _ in range(2):
            with pytest.raises(UnavailableError, match="AWS gives no token"):
                await database.check()
        for name, value in ENVIRONMENT.items():
            monkeypatch.setenv(name, value)
        await database.check()
        await database.dispose()


async def test_the_servers_own_tls_takes_a_certificate(tmp_path: Path) -> None:
    """A PostgreSQL with ssl = on, whose pg_hba.conf asks for certificates: status, listener and backup."""
    with _tls_server() as (port, folder):
        files = OURS.sign("postgres").write(tmp_path, "client")
        url = f"postgresql://postgres@localhost:{port}/postgres?{_shown(OURS, files, tmp_path)}"
        assert schema.status(url).current is None
        database = Database(url)
        heard = notices(database, "anything", at_least_every=0.01)
        assert await anext(heard) is None
        await heard.aclose()
        await database.dispose()
        await asyncio.to_thread(schema.backup, url, tmp_path / "backup")
        assert (tmp_path / "backup").read_bytes().startswith(b"PGDMP")
        stranger = OURS.sign("mallory").write(tmp_path, "mallory")
        for wrong in (None, stranger):
            with pytest.raises(UnavailableError, match="the database refuses"):
                schema.status(f"{url.partition('?')[0]}?{_shown(OURS, wrong, tmp_path)}")
        assert "certificate authentication failed" in (folder / "log").read_text()


async def _all_ways(url: str) -> None:
    """Reach a database as its migrations, the API, whoever listens and a worker do."""
    assert (await asyncio.to_thread(schema.status, url)).pending == ()
    database = Database(url, pool_size=2)
    try:
        await database.check()
        heard = notices(database, "anything", at_least_every=0.01)
        assert [await anext(heard), await anext(heard)] == [None, None]
        await heard.aclose()
        queue = Queue(url, connections=1)
        async with queue.app.open_async():
            assert await queue.depth() == {}
    finally:
        await database.dispose()


def _name(url: str) -> str:
    return "/" + url.partition("?")[0].rpartition("/")[2]


def _ago(days: int) -> dt.datetime:
    return dt.datetime.now(dt.UTC) - dt.timedelta(days=days)


def _shown(root: Authority, files: tuple[Path, Path] | None, folder: Path) -> str:
    """Return what a URL says about whom to believe and what to show."""
    place = folder / f"{root.certificate.serial_number}.pem"
    place.write_bytes(root.pem)
    said = {"sslmode": "verify-full", "sslrootcert": str(place)}
    return urlencode(said | ({"sslcert": str(files[0]), "sslkey": str(files[1])} if files else {}))


def _context(root: Authority, folder: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*root.sign("localhost", "localhost").write(folder, "server"))
    context.load_verify_locations(cadata=root.pem.decode())
    context.verify_mode = ssl.CERT_REQUIRED
    return context


@contextmanager
def _tls_server() -> Iterator[tuple[int, Path]]:
    """Run the PostgreSQL of this machine with TLS; the embedded one is built without."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    if not found or shutil.which("pg_dump") is None:
        pytest.skip(
            "There is no PostgreSQL here that knows TLS. Install it, as by: apt-get install postgresql"
        )
    programs, folder, port = found[-1].parent, Path(tempfile.mkdtemp(prefix="plimsoll-tls-")), free_ports()[0]
    account: dict[str, Any] = (
        {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
    )
    try:
        cluster = folder / "cluster"
        chain, key = OURS.sign("localhost", "localhost").write(folder, "server")
        (folder / "root.pem").write_bytes(OURS.pem)
        if account:
            for path in (folder, chain, key):
                shutil.chown(path, "postgres", "postgres")
        command: list[str | Path] = [
            programs / "initdb",
            "-D",
            cluster,
            "-U",
            "postgres",
            "--no-sync",
            "--auth=reject",
        ]
        subprocess.run(command, check=True, capture_output=True, timeout=60, cwd="/", **account)
        (cluster / "pg_hba.conf").write_text("hostssl all all all cert clientcert=verify-full\n")
        with (cluster / "postgresql.conf").open("a") as file:
            file.write(
                f"port = {port}\nlisten_addresses = 'localhost'\nunix_socket_directories = ''\nssl = on\n"
                f"ssl_cert_file = '{chain}'\nssl_key_file = '{key}'\nssl_ca_file = '{folder / 'root.pem'}'\n"
            )
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(
                [programs / "postgres", "-D", cluster], stdout=log, stderr=log, cwd="/", **account
            )
        try:
            _wait(port, server, folder)
            yield port, folder
        finally:
            server.terminate()
            server.wait(20)
    finally:
        shutil.rmtree(folder)


def _wait(port: int, server: "subprocess.Popen[bytes]", folder: Path) -> None:
    """Wait until it refuses somebody: then it is there."""
    ends = time.monotonic() + 30
    while time.monotonic() < ends and server.poll() is None:
        try:
            psycopg.connect(f"postgresql://nobody@localhost:{port}/postgres", connect_timeout=5).close()
        except psycopg.OperationalError as error:
            if "pg_hba.conf" in str(error):
                return
        time.sleep(0.05)
    raise RuntimeError((folder / "log").read_text())
