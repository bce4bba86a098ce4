"""The certificate with which the platform itself speaks TLS."""

import datetime as dt
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from plimsoll.errors import UsageError

if TYPE_CHECKING:
    from plimsoll.security.certificates import CertificateFindings

__all__ = ["Certificate"]


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate with its chain, and its key.

    Parameters
    ----------
    chain
        PEM file: the certificate of the server first, then those between it and the authority.
    key
        PEM file with its private key, without a password.

    Raises
    ------
    UsageError
        If a file cannot be read, or they do not belong together.
    """

    chain: Path
    key: Path

    def __post_init__(self) -> None:
        """Refuse what the server could not use."""
        try:
            # A password is never asked for: nobody sits there to type it.
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(self.chain, self.key, password=lambda: "")
        except ssl.SSLError as error:
            remedy = (
                "Both have to be PEM, the certificate of the server first, and the key without a password."
            )
            raise UsageError(f"{self.chain} cannot be used: {error.reason}", remedy=remedy) from None
        except OSError as error:
            remedy = "Check that both files are there and may be read."
            raise UsageError(f"certificate and key cannot be read: {error.strerror}", remedy=remedy) from None

    def found(self, hosts: Sequence[str], *, now: dt.datetime) -> "CertificateFindings":
        """Return what it is worth to those who meet it.

        Parameters
        ----------
        hosts
            Names under which it is served.
        now
            What time it is.
        """
        from plimsoll.security.certificates import judged, public_roots

        return judged(self.chain.read_bytes(), hosts, roots=public_roots(), now=now)
