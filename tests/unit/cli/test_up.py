"""``plimsoll up`` as far as it comes without starting; the rest is in tests/integration/test_up.py."""

import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from certificates import write_certificate
from platform_process import free_ports
from plimsoll.cli.up import up
from plimsoll.errors import UnavailableError, UsageError


@pytest.mark.parametrize("option", ["port", "metrics_port"])
def test_a_taken_port_is_noticed_first(option: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is made in the data directory before the ports are known to be free."""
    monkeypatch.chdir(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as taken, socket.create_server(("127.0.0.1", 0)) as free:
        ports = {"port": free.getsockname()[1], "metrics_port": free.getsockname()[1]}
        free.close()
        ports[option] = taken.getsockname()[1]
        with pytest.raises(UnavailableError, match=f"port {ports[option]} cannot be used"):
            up(data_dir=tmp_path / "data", **ports)
    assert not (tmp_path / "data").exists()


def test_one_port_is_not_shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The servers would both listen on it, and each connection find either of them."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="cannot share port"):
        up(data_dir=tmp_path / "data", port=8123, metrics_port=8123)
    assert not (tmp_path / "data").exists()


def test_tls_is_whole_or_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A certificate without its key, or other addresses without one, stop the start before it begins."""
    monkeypatch.chdir(tmp_path)
    chain, key = write_certificate(tmp_path)
    place: dict[str, Any] = {
        "data_dir": tmp_path / "data",
        **dict(zip(("port", "metrics_port"), free_ports(), strict=True)),
    }
    halves: list[dict[str, Any]] = [{"tls_cert": chain}, {"tls_key": key}]
    for half in halves:
        with pytest.raises(UsageError, match="TLS needs a certificate and its key"):
            up(**place, **half)
    with pytest.raises(UsageError, match="cannot be used"):
        up(**place, tls_cert=key, tls_key=key)
    monkeypatch.setenv("PLIMSOLL_TLS_LISTEN", "0.0.0.0")  # noqa: S104 - refused
    with pytest.raises(UsageError, match="tls_listen needs a certificate"):
        up(**place)
    assert not (tmp_path / "data").exists()


def test_a_start_imports_nothing_heavy_that_it_does_not_need() -> None:
    """Until the API answers, what takes long to import and is not needed for that stays out."""
    heavy = (
        "alembic",
        "exchange_calendars",
        "matplotlib",
        "pandas",
        "polars",
        "procrastinate",
        "scipy.special",
    )
    program = (
        "import sys, plimsoll.cli.main, plimsoll.services.risk_api.app, plimsoll.services.risk_api.server;"
        f"found = [name for name in {heavy} if name in sys.modules];"
        "sys.exit(f'imported at the start: {found}; import it where it is used' if found else 0)"
    )
    done = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_command_line_needs_no_engine() -> None:
    """Commands that do not calculate begin without numpy; those that do import it themselves."""
    program = "import sys, plimsoll.cli.main; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
