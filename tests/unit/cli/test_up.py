"""``plimsoll up`` as far as it comes without starting; the rest is in tests/integration/test_up.py."""

import socket
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
