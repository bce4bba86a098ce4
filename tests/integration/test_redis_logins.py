"""A Redis that speaks TLS, asks for certificates of clients and has its own users, where it is installed."""

import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

import pytest

from certificates import authority
from platform_process import free_ports
from plimsoll.errors import UnavailableError
from plimsoll.performance.redis_link import RedisLink
from redis_server import until

pytestmark = pytest.mark.anyio

OURS, OTHERS = authority("Ours"), authority("Of others")


async def test_a_certificate_lets_in_and_a_user_has_rights(tmp_path: Path) -> None:
    """No password is needed; without the certificate, with another's, or to another server nothing works."""
    chain, key = OURS.sign("localhost", "localhost").write(tmp_path, "server")
    root, other = tmp_path / "root.pem", tmp_path / "other.pem"
    root.write_bytes(OURS.pem)
    other.write_bytes(OTHERS.pem)
    (tmp_path / "users").write_text("user default off\nuser plimsoll on nopass ~* &* +@all\n")
    options = ["--tls-auth-clients", "yes", "--tls-cert-file", str(chain), "--tls-key-file", str(key)]
    options += ["--tls-ca-cert-file", str(root), "--aclfile", str(tmp_path / "users")]
    ours, forged = OURS.sign("plimsoll"), OTHERS.sign("plimsoll")
    with _tls_redis(tmp_path, *options) as port:
        said = {"ssl_ca_certs": str(root), **_files(ours.write(tmp_path, "client"))}
        link = RedisLink(f"rediss://plimsoll@localhost:{port}/0?{urlencode(said)}", seconds=5.0)
        await link.ask(lambda client: client.set("a", "b"))
        assert await link.ask(lambda client: client.get("a")) == b"b"
        assert await link.ask(lambda client: client.acl_whoami()) == "plimsoll"
        await link.close()
        for wrong in (
            {"ssl_ca_certs": str(root)},
            {"ssl_ca_certs": str(root), **_files(forged.write(tmp_path, "forged"))},
            {**said, "ssl_ca_certs": str(other)},
        ):
            refused = RedisLink(f"rediss://plimsoll@localhost:{port}/0?{urlencode(wrong)}", seconds=5.0)
            with pytest.raises(UnavailableError):
                await refused.ask(lambda client: client.get("a"))
            await refused.close()
        nobody = RedisLink(f"rediss://localhost:{port}/0?{urlencode(said)}", seconds=5.0)
        with pytest.raises(UnavailableError):
            await nobody.ask(lambda client: client.get("a"))
        await nobody.close()


def _files(written: tuple[Path, Path]) -> dict[str, str]:
    return {"ssl_certfile": str(written[0]), "ssl_keyfile": str(written[1])}


@contextmanager
def _tls_redis(folder: Path, *options: str) -> Iterator[int]:
    """Run the Redis of this machine with TLS alone: the one of the package for tests is built without."""
    program, port = shutil.which("redis-server"), free_ports()[0]
    if program is None:
        pytest.skip(
            "There is no redis-server here that knows TLS. Install it, as by: apt-get install redis-server"
        )
    command = [program, "--port", "0", "--tls-port", str(port), "--bind", "127.0.0.1", "--save", ""]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen([*command, "--dir", folder, *options], stdout=log, stderr=log)
    try:
        until(lambda: _is_there(port) or server.poll() is not None)
        if server.poll() is not None:
            pytest.skip(
                f"The redis-server of this machine knows no TLS: {(folder / 'log').read_text()[-200:]}"
            )
        yield port
    finally:
        server.kill()
        server.wait(10)


def _is_there(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True
