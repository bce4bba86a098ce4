"""Who may call a route: ``Annotated[Principal, Require[Permission.X]]``, `SignedIn`, or `Public`.

A route says one of them, or `plimsoll.services.risk_api.app.create_app` refuses to start::

    @router.get("/{id}")
    async def read(
        id: UUID, principal: Annotated[Principal, Require[Permission.PORTFOLIOS_READ]]
    ) -> Portfolio:

    @router.get("/me")
    async def me(caller: Annotated[Principal, SignedIn]) -> Me:

    @router.get("/livez", dependencies=[Public])
    async def alive() -> Response:

What is most sensitive also says `StepUp`, beside either of the first two: the caller must have shown within
ten minutes who they are. All is checked in `plimsoll.services.risk_api.routes`, before the body is read.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fastapi import Depends
from fastapi.dependencies.models import Dependant
from starlette.requests import Request

from plimsoll.security.permissions import Permission, Principal

__all__ = [
    "Public",
    "Require",
    "SignedIn",
    "StepUp",
    "is_public",
    "needs_sign_in",
    "needs_step_up",
    "required",
]


@dataclass(frozen=True)
class _Permit:
    permission: Permission

    async def __call__(self, request: Request) -> Principal:
        principal: Principal = request.state.principal
        return principal


async def _anyone() -> None:
    """Let everybody pass."""


async def _somebody(request: Request) -> Principal:
    """Let everybody pass who is signed in."""
    principal: Principal = request.state.principal
    return principal


async def _somebody_fresh() -> None:
    """Let those pass who have lately shown again who they are."""


Public = Depends(_anyone)
SignedIn = Depends(_somebody)
StepUp = Depends(_somebody_fresh)


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


def needs_sign_in(dependant: Dependant) -> bool:
    """Return whether a route says that whoever is signed in may call it."""
    return any(call is _somebody for call in _calls(dependant))


def needs_step_up(dependant: Dependant) -> bool:
    """Return whether the callers of a route must have shown lately who they are."""
    return any(call is _somebody_fresh for call in _calls(dependant))


def _calls(dependant: Dependant) -> Iterator[Any]:
    for inner in dependant.dependencies:
        yield inner.call
        yield from _calls(inner)
