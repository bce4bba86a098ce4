"""Files as request bodies: ``content: Annotated[bytes, Upload["text/csv"]]``."""

from dataclasses import dataclass
from typing import Any

from fastapi import Depends
from fastapi.dependencies.models import Dependant
from starlette.requests import Request

__all__ = ["MAX_UPLOAD", "Upload", "accepted"]

MAX_UPLOAD = 64 * 1024 * 1024
"""Bytes of an uploaded file."""


@dataclass(frozen=True)
class _File:
    media_types: tuple[str, ...]

    async def __call__(self, request: Request) -> bytes:
        return await request.body()


class Upload:
    """``Upload["text/csv", ...]`` hands over the body of one of these content types, up to `MAX_UPLOAD`."""

    def __class_getitem__(cls, media_types: str | tuple[str, ...]) -> Any:
        """Return the dependency."""
        return Depends(_File(media_types if isinstance(media_types, tuple) else (media_types,)))


def accepted(dependant: Dependant) -> tuple[str, ...]:
    """Return the content types of files that a route takes; empty if it takes none."""
    for inner in dependant.dependencies:
        if isinstance(inner.call, _File):
            return inner.call.media_types
        if found := accepted(inner):
            return found
    return ()
