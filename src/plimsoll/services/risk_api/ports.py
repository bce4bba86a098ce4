"""Where the platform is served, and whether a port is free."""

import socket

from plimsoll.errors import UnavailableError

__all__ = ["ADDRESS", "check_free"]

ADDRESS = "127.0.0.1"
"""Where everything is served: this machine only."""


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
