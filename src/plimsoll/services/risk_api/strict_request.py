"""A request whose body is measured while it arrives and whose JSON is read strictly."""

import re
from collections.abc import AsyncGenerator
from typing import Any

from starlette.requests import Request
from starlette.types import Receive, Scope

from plimsoll.services.risk_api.problems import ProblemError
from plimsoll.services.risk_api.strict_json import StrictJsonError, loads

__all__ = ["MAX_JSON", "MAX_PUBLIC_JSON", "StrictRequest"]

MAX_JSON = 1024 * 1024
"""Bytes of a JSON body."""

MAX_PUBLIC_JSON = 32 * 1024
"""Bytes of a JSON body that anybody may send."""

_CHARSET = re.compile(r';\s*charset="?utf-8"?\s*', re.IGNORECASE)


class StrictRequest(Request):
    """A request that hands over at most `limit` bytes of one of the `media_types`.

    Parameters
    ----------
    scope, receive
        Of ASGI.
    limit
        Bytes of the body.
    media_types
        Content types that are taken; nothing is asked of a request without a body.
    """

    def __init__(self, scope: Scope, receive: Receive, *, limit: int, media_types: tuple[str, ...]) -> None:
        super().__init__(scope, receive)
        self.limit = limit
        self.media_types = media_types

    async def stream(self) -> AsyncGenerator[bytes, None]:
        """Yield the body as it arrives, and stop reading when it becomes too large.

        Raises
        ------
        ProblemError
            413 if it is too large, 415 if its type or coding is not taken.
        """
        self._refuse_announced()
        received = 0
        async for chunk in super().stream():
            if chunk and not received:
                self._refuse_type()
            received += len(chunk)
            if received > self.limit:
                raise _too_large(self.limit)
            yield chunk

    async def json(self) -> Any:
        """Return the body as `plimsoll.services.risk_api.strict_json` reads it.

        Raises
        ------
        ProblemError
            400 if it is not acceptable.
        """
        try:
            document = loads(await self.body())
        except StrictJsonError as error:
            raise ProblemError(400, "bad-json", f"The body cannot be read: {error}.") from None
        # Error messages leave out what the client sent; see `plimsoll.services.risk_api.echoes`.
        self.state.document = document
        return document

    def _refuse_announced(self) -> None:
        # That it is a number is known: see `plimsoll.services.risk_api.request_limits`.
        if int(self.headers.get("content-length", "0")) > self.limit:
            raise _too_large(self.limit)

    def _refuse_type(self) -> None:
        media_type, *parameters = self.headers.get("content-type", "").split(";", 1)
        accepted = media_type.strip().lower() in self.media_types
        readable = all(_CHARSET.fullmatch(f";{parameter}") for parameter in parameters if parameter.strip())
        codings = self.headers.getlist("content-encoding")
        coded = any(coding.strip().lower() != "identity" for coding in codings)
        if not accepted or not readable or coded or len(self.headers.getlist("content-type")) > 1:
            detail = f"The body must be {' or '.join(self.media_types)}, in UTF-8, not compressed."
            if not self.media_types:
                detail = "No body is taken here."
            raise ProblemError(
                415, "unsupported-media-type", detail, headers={"Accept": ", ".join(self.media_types)}
            )


def _too_large(limit: int) -> ProblemError:
    return ProblemError(
        413, "body-too-large", f"The body may have {limit} bytes.", headers={"Connection": "close"}
    )
