"""Requests made from the API document alone: every operation, with what it asks for."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from httpx2 import AsyncClient, Response

from risk_api_world import BOOK

_PARAMETER = re.compile(r"\{(\w+)\}")
_SEEN = '"1"'


@dataclass(frozen=True)
class Operation:
    """One operation of the document.

    `body` is the example of the message that it takes, `content` what it takes instead of a message.
    """

    method: str
    path: str
    body: Any = None
    content: tuple[bytes, str] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def ids(self) -> tuple[str, ...]:
        """The names of the ids in its path."""
        return tuple(_PARAMETER.findall(self.path))

    @property
    def named_ids(self) -> tuple[str, ...]:
        """The names of the ids in its path and body."""
        return (*self.ids, *_ids_in(self.body))

    async def ask(self, client: AsyncClient, ids: Mapping[str, str]) -> Response:
        """Send it with these ids; those that are missing are made up."""
        path = _PARAMETER.sub(lambda found: ids.get(found[1], MADE_UP), self.path)
        more: dict[str, Any] = {}
        if self.body is not None:
            more["json"] = _with_ids(self.body, ids)
        if self.content is not None:
            content, media_type = self.content
            more |= {"content": content, "headers": {**self.headers, "Content-Type": media_type}}
        return await client.request(self.method, path, **{"headers": dict(self.headers), **more})


MADE_UP = "0197a3c2-4f10-7c3e-9d5b-2f6f3a1c8e10"
"""An id that nothing has."""


def operations(document: Mapping[str, Any]) -> Iterator[Operation]:
    """Yield every operation of the API document."""
    for path, methods in document["paths"].items():
        for method, described in methods.items():
            if method in ("get", "post", "put", "patch", "delete"):
                yield _operation(document, method, path, described)


def said(response: Response) -> tuple[int, Any]:
    """Return what an answer says: its status, and a problem without the number of the request."""
    if response.status_code < 400:
        return response.status_code, response.text
    problem = response.json()
    problem.pop("request_id", None)
    return response.status_code, problem


def _operation(
    document: Mapping[str, Any], method: str, path: str, described: Mapping[str, Any]
) -> Operation:
    names = {parameter["name"].lower() for parameter in described.get("parameters", ())}
    headers = {"If-Match": _SEEN} if "if-match" in names else {}
    contents = described.get("requestBody", {}).get("content", {})
    if "application/json" in contents:
        reference = contents["application/json"]["schema"].get("$ref", "").rpartition("/")[2]
        example = document["components"]["schemas"].get(reference, {}).get("examples", [{}])[0]
        return Operation(method.upper(), path, body=example, headers=headers)
    if contents:
        return Operation(method.upper(), path, content=(BOOK, next(iter(contents))), headers=headers)
    return Operation(method.upper(), path, headers=headers)


def _ids_in(body: Any) -> Iterator[str]:
    if isinstance(body, Mapping):
        for name, value in body.items():
            if isinstance(value, str) and name.endswith("_id"):
                yield name
            yield from _ids_in(value)


def _with_ids(body: Any, ids: Mapping[str, str]) -> Any:
    """Return a body that names these ids instead of those of the example."""
    if isinstance(body, Mapping):
        return {
            name: ids.get(_KNOWN_AS.get(str(name), str(name)), MADE_UP)
            if isinstance(value, str) and (name.endswith("_id") or name in _KNOWN_AS)
            else _with_ids(value, ids)
            for name, value in body.items()
        }
    if isinstance(body, list):
        return [_with_ids(value, ids) for value in body]
    return body


_KNOWN_AS = {"parent_id": "portfolio_id", "portfolio": "portfolio_id", "desk": "team_id"}
