"""Who may call a route: ``Annotated[Principal, Require[Permission.X]]``, or `Public`.

A route says one or the other, or `plimsoll.services.risk_api.app.create_app` refuses to start::

    @router.get("/{id}")
    async def read(
        id: UUID, principal: Annotated[Principal, Require[Permission.PORTFOLIOS_READ]]
    ) -> Portfolio:

    @router.get("/livez", dependencies=[Public])
    async def alive() -> Response:

The check itself happens in `plimsoll.services.risk_api.routes`, before the body is read.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fastapi import Depends
from fastapi.dependencies.models import Dependant
from starlette.requests import Request

from plimsoll.security.permissions import Permission, Principal

__all__ = ["Public", "Require", "is_public", "required"]


@dataclass(frozen=True)
class _Permit:
    permission: Permission

    async def __call__(self, request: Request) -> Principal:
        principal: Principal = request.state.principal
        return principal


async def _anyone() -> None:
    """Let everybody pass."""


Public = Depends(_anyone)


class Require:
    """``Require[Permission.X]`` lets in whoever has the permission and hands over the `Principal`."""

    def __class_getitem__(cls, permission: Permission) -> Any:
        """Return the dependency."""
        return Depends(_Permit(permission))


def required(dependant: Dependant) -> frozenset[Permission]:
    """Return all permissions that a route asks for."""
    return frozenset(call.permission for call in _calls(dependant) if isinstance(call, _Permit))


def is_public(dependant: Dependant) -> bool:
    """Return whether a route says that anybody may call it."""
    return any(call is _anyone for call in _calls(dependant))


def _calls(dependant: Dependant) -> Iterator[Any]:
    for inner in dependant.dependencies:
        yield inner.call
        yield from _calls(inner)
