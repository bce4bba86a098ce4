"""What both clients connect with: where the API is, the key, and how long to wait."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx2

from plimsoll.client.credentials import Credentials
from plimsoll.client.token_flow import TokenFlow
from plimsoll.errors import UsageError

__all__ = ["ANSWER_SECONDS", "Connection"]

ANSWER_SECONDS = 60.0
"""Seconds that an answer may take; a connection has a twelfth of it."""

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True)
class Connection:
    """Where the API is and how to talk to it.

    Parameters
    ----------
    url
        Such as ``http://127.0.0.1:8000``; ``https`` unless it is this machine.
    api_key
        ``plk_…``, or with what to sign in; sent to that server and nowhere else.
    timeout
        Seconds.

    Raises
    ------
    UsageError
        If the URL cannot be used or would carry the key in the clear, or the key is no header value.

    Examples
    --------
    >>> Connection("http://127.0.0.1:8000/", "plk_x", 60.0).url
    'http://127.0.0.1:8000'
    """

    url: str
    api_key: str | Credentials = field(repr=False)
    timeout: float

    def __post_init__(self) -> None:
        """Refuse what would leak or lose the key."""
        object.__setattr__(self, "url", self.url.rstrip("/"))
        if isinstance(self.api_key, str):
            object.__setattr__(self, "api_key", self.api_key.strip())
        try:
            parts = urlsplit(self.url)
            usable = parts.scheme in ("http", "https") and parts.hostname and not parts.path + parts.query
        except ValueError:
            usable = False
        if not usable:
            raise UsageError("the URL of the API cannot be used", remedy="Write it as http://127.0.0.1:8000.")
        if parts.scheme == "http" and not self.is_local:
            raise UsageError("the key would travel in the clear", remedy="Use https to reach other machines.")
        key = self.api_key
        if isinstance(key, str) and not (key.isascii() and key.isprintable()):
            raise UsageError("the API key cannot be used", remedy="Copy it from the file api-key.")

    @property
    def is_local(self) -> bool:
        """Whether the API is on this machine."""
        return urlsplit(self.url).hostname in _LOOPBACK

    @property
    def headers(self) -> dict[str, str]:
        """What every request carries."""
        accepted = {"Accept": "application/json, */*;q=0.5"}
        return accepted if self.flow is not None else {"Authorization": self.authorization, **accepted}

    @property
    def authorization(self) -> str:
        """The header that goes along with an API key.

        Raises
        ------
        UsageError
            If there is none.
        """
        if isinstance(self.api_key, Credentials):
            raise UsageError("this needs an API key", remedy="Create one with plimsoll keys create.")
        return f"Bearer {self.api_key}"

    @property
    def flow(self) -> TokenFlow | None:
        """What signs in and refreshes; None where there is an API key."""
        return TokenFlow(self.url, self.api_key) if isinstance(self.api_key, Credentials) else None

    @property
    def timeouts(self) -> httpx2.Timeout:
        """The times for `httpx2`."""
        return httpx2.Timeout(self.timeout, connect=max(1.0, self.timeout / 12))
