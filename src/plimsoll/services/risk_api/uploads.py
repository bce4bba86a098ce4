"""Files as request bodies: ``content: Annotated[bytes, Upload[{"text/csv": "an,example"}]]``."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import Depends
from fastapi.dependencies.models import Dependant
from starlette.requests import Request

from plimsoll.services.risk_api.scanning import refuse_infected

__all__ = ["Upload", "accepted"]


@dataclass(frozen=True)
class _File:
    examples: tuple[tuple[str, str | None], ...]

    async def __call__(self, request: Request) -> bytes:
        content = await request.body()
        await refuse_infected(request, content)
        return content


class Upload:
    """``Upload[{content type: example, ...}]`` hands over the body, of one of the types.

    It has at most `MAX_UPLOAD` bytes; a virus scanner is asked about it first, where there is one. The
    example of a type that is no text is None.
    """

    def __class_getitem__(cls, examples: Mapping[str, str | None]) -> Any:
        """Return the dependency."""
        return Depends(_File(tuple(examples.items())))


def accepted(dependant: Dependant) -> Mapping[str, str | None]:
    """Return the content types of files that a route takes, and their examples; empty if it takes none."""
    for inner in dependant.dependencies:
        if isinstance(inner.call, _File):
            return dict(inner.call.examples)
        if found := accepted(inner):
            return found
    return {}
