"""A call of the risk API: what is sent, and how the answer is read."""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from uuid import UUID, uuid4

import httpx2

from plimsoll.errors import UnavailableError, UsageError
from plimsoll.monitoring.tracing import current_traceparent
from plimsoll.wire.model import WireModel
from plimsoll.wire.page import Page

__all__ = ["API_PREFIX", "Call", "following", "get", "once", "post", "text"]

API_PREFIX = "/api/v1"
"""Where every path of the API begins."""

_KEY = re.compile(r"[A-Za-z0-9._:-]{1,128}")
_Answer = TypeVar("_Answer")
_Item = TypeVar("_Item", bound=WireModel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Generic[_Answer]):
    """One request and the reader of its answer.

    Parameters
    ----------
    method, path
        Of HTTP; the path begins with `API_PREFIX`.
    read
        Makes of an answer what the caller wants.
    query
        Parameters; those that are None are left out.
    headers
        Beside those that every request has.
    content
        The body.
    repeatable
        Whether sending it twice does no more than sending it once.
    """

    method: str
    path: str
    read: Callable[[httpx2.Response], _Answer]
    query: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes | None = None
    repeatable: bool = False

    def request(self, client: httpx2.Client | httpx2.AsyncClient) -> httpx2.Request:
        """Return the request as `client` sends it."""
        query = {name: value for name, value in self.query.items() if value is not None}
        traceparent = current_traceparent()
        headers = {**self.headers, "traceparent": traceparent} if traceparent else self.headers
        return client.build_request(
            self.method, self.path, params=query or None, headers=headers, content=self.content
        )


def get(path: str, read: Callable[[httpx2.Response], _Answer], **query: Any) -> Call[_Answer]:
    """Return a call that reads; `path` comes after the prefix, parameters that are None are left out."""
    return Call(method="GET", path=API_PREFIX + path, read=read, query=query, repeatable=True)


def post(
    path: str,
    read: Callable[[httpx2.Response], _Answer],
    body: WireModel | None = None,
    *,
    key: str | None = "",
) -> Call[_Answer]:
    """Return a call that may be repeated: under a key, unless it is empty because nothing is stored."""
    headers = {} if body is None else {"Content-Type": "application/json"}
    if key != "":
        headers["Idempotency-Key"] = once(key)
    content = None if body is None else body.model_dump_json(exclude_unset=True).encode()
    return Call(
        method="POST", path=API_PREFIX + path, read=read, headers=headers, content=content, repeatable=True
    )


def once(key: str | None) -> str:
    """Return the key under which something happens once: that of the caller, or a fresh one.

    Raises
    ------
    UsageError
        If the API does not take it.
    """
    if not key:
        return uuid4().hex
    if not _KEY.fullmatch(key):
        remedy = "It takes 1 to 128 letters, digits, dots, colons, dashes and underscores."
        raise UsageError("the idempotency key cannot be used", remedy=remedy)
    return key


def following(page: Page[_Item], call: Call[Page[_Item]]) -> Call[Page[_Item]] | None:
    """Return the call for the page after `page`; None after the last.

    Raises
    ------
    UnavailableError
        If the link leads out of the API: the key goes nowhere else.
    """
    if page.next is None:
        return None
    if not page.next.startswith(f"{API_PREFIX}/"):
        raise UnavailableError("the link to the next page leads out of the API")
    return Call(method="GET", path=page.next, read=call.read, repeatable=True)


def text(value: dt.date | UUID | None) -> str | None:
    """Return a date or an id as a parameter; None stays None."""
    if value is None:
        return None
    return value.isoformat() if isinstance(value, dt.date) else str(value)
