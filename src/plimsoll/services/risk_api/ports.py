"""Where the platform is served, under which address people find it, and whether a port is free."""

import socket
from collections.abc import Sequence

from plimsoll.errors import UnavailableError

__all__ = ["ADDRESS", "EVERYWHERE", "check_free", "web_address"]

ADDRESS = "127.0.0.1"
"""Where plain HTTP is served: this machine only."""
EVERYWHERE = "0.0.0.0"  # noqa: S104 - only with TLS
"""Where TLS may be served: on all addresses of this machine."""

_HTTPS = 443


def web_address(hosts: Sequence[str], port: int, tls_port: int | None = None) -> str:
    """Return where people open the pages, for links: by a name, because browsers bind passkeys to names.

    Parameters
    ----------
    hosts
        Names under which the platform, or a proxy before it, speaks TLS; the first one counts.
    port
        Of plain HTTP on this machine.
    tls_port
        On which the platform itself speaks TLS; None where it does not.

    Examples
    --------
    >>> web_address([], 8000), web_address(["risk.example.com"], 8000)
    ('http://localhost:8000', 'https://risk.example.com')
    """
    if tls_port is not None:
        name = hosts[0] if hosts else "localhost"
        return f"https://{name}" if tls_port == _HTTPS else f"https://{name}:{tls_port}"
    return f"https://{hosts[0]}" if hosts else f"http://localhost:{port}"


def check_free(port: int, option: str = "--port", *, address: str = ADDRESS) -> None:
    """Refuse a port that somebody listens on: the server itself would share it without a word.

    Parameters
    ----------
    port
        Of this machine.
    option
        By which the user chooses it.
    address
        Of this machine.

    Raises
    ------
    UnavailableError
        If it cannot be listened on.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
            probe.listen(1)
        except OSError as error:
            raise UnavailableError(
                f"port {port} cannot be used: {error.strerror}", remedy=f"Choose another one with {option}."
            ) from None
