"""What both clients connect with: where the API is, the key, and how long to wait."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx2

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
        ``plk_…``; sent to that server and nowhere else.
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
    api_key: str = field(repr=False)
    timeout: float

    def __post_init__(self) -> None:
        """Refuse what would leak or lose the key."""
        object.__setattr__(self, "url", self.url.rstrip("/"))
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
        if not self.api_key.isascii() or not self.api_key.isprintable():
            raise UsageError("the API key cannot be used", remedy="Copy it from the file api-key.")

    @property
    def is_local(self) -> bool:
        """Whether the API is on this machine."""
        return urlsplit(self.url).hostname in _LOOPBACK

    @property
    def headers(self) -> dict[str, str]:
        """What every request carries."""
        return {"Authorization": f"Bearer {self.api_key}", "Accept": "application/json, */*;q=0.5"}

    @property
    def timeouts(self) -> httpx2.Timeout:
        """The times for `httpx2`."""
        return httpx2.Timeout(self.timeout, connect=max(1.0, self.timeout / 12))
