"""Where the platform is served, under which address people find it, and whether a port is free."""

import socket
from collections.abc import Sequence

from plimsoll.errors import UnavailableError

__all__ = ["ADDRESS", "check_free", "web_address"]

ADDRESS = "127.0.0.1"
"""Where everything is served: this machine only."""


def web_address(hosts: Sequence[str], port: int) -> str:
    """Return where people open the pages, for links: by a name, because browsers bind passkeys to names.

    Parameters
    ----------
    hosts
        Names under which a proxy with TLS serves the platform; the first one counts.
    port
        Of this machine.

    Examples
    --------
    >>> web_address([], 8000), web_address(["risk.example.com"], 8000)
    ('http://localhost:8000', 'https://risk.example.com')
    """
    return f"https://{hosts[0]}" if hosts else f"http://localhost:{port}"


def check_free(port: int, option: str = "--port") -> None:
    """Refuse a port that somebody listens on: the server itself would share it without a word.

    Parameters
    ----------
    port
        Of this machine.
    option
        By which the user chooses it.

    Raises
    ------
    UnavailableError
        If it cannot be listened on.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ADDRESS, port))
            probe.listen(1)
        except OSError as error:
            raise UnavailableError(
                f"port {port} cannot be used: {error.strerror}", remedy=f"Choose another one with {option}."
            ) from None
