"""Whether a port is free."""

import socket

import pytest

from plimsoll.errors import UnavailableError
from plimsoll.services.risk_api.ports import ADDRESS, check_free, web_address


def test_a_taken_port_is_refused_by_name_and_a_free_one_is_not() -> None:
    """The error names the port and the option; as soon as nobody listens the port is free."""
    with socket.create_server((ADDRESS, 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UnavailableError, match=f"port {port} cannot be used") as raised:
            check_free(port, "--other-port")
    assert "--other-port" in raised.value.remedy
    check_free(port)


def test_people_find_it_by_a_name() -> None:
    """A name of ours where there is one, else that of this machine: passkeys belong to names."""
    assert web_address((), 8123) == "http://localhost:8123"
    assert web_address((), 8123, 8443) == "https://localhost:8443"
    assert web_address(("risk.example.com",), 8123, 443) == "https://risk.example.com"
    assert web_address(("risk.example.com", "other.example.com"), 8123) == "https://risk.example.com"
