"""Whether a port is free."""

import socket

import pytest

from plimsoll.errors import UnavailableError
from plimsoll.services.risk_api.ports import ADDRESS, check_free


def test_a_taken_port_is_refused_by_name_and_a_free_one_is_not() -> None:
    """The error names the port and the option; as soon as nobody listens the port is free."""
    with socket.create_server((ADDRESS, 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UnavailableError, match=f"port {port} cannot be used") as raised:
            check_free(port, "--other-port")
    assert "--other-port" in raised.value.remedy
    check_free(port)
