"""``plimsoll up`` as far as it comes without starting; the rest is in tests/integration/test_up.py."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from plimsoll.cli.up import up
from plimsoll.errors import UnavailableError


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
