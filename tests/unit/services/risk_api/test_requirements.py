"""Who may call a route."""

from dataclasses import replace
from typing import Annotated
from uuid import UUID

import pytest
from fastapi import Depends

from plimsoll.security.permissions import Permission, Principal, PrincipalKind
from plimsoll.services.risk_api.requirements import (
    Public,
    Require,
    SignedIn,
    StepUp,
    is_public,
    needs_sign_in,
    needs_step_up,
    required,
)
from plimsoll.services.risk_api.routes import ApiRoute, ApiRouter
from plimsoll.services.risk_api.sign_in import LocalSignIn
from probe_api import KEY, PROBE, client_of, probe_app, sign_in

pytestmark = pytest.mark.anyio

Starter = Annotated[Principal, Require[Permission.RUNS_START]]


def nested(caller: Starter) -> str:
    """Depend on a permission from inside a dependency."""
    return caller.id


router = ApiRouter("nested")


@router.get("")
async def read_nested(
    name: Annotated[str, Depends(nested)], caller: Annotated[Principal, Require[Permission.RUNS_READ]]
) -> dict[str, str]:
    """Need two permissions, one of them inside."""
    return {"name": name, "caller": caller.id}


@router.get("/open", dependencies=[Public])
async def read_open(caller: Starter) -> dict[str, str]:
    """Say Public and a permission: the permission counts."""
    return {"caller": caller.id}


@router.get("/mine")
async def read_mine(caller: Annotated[Principal, SignedIn]) -> dict[str, str]:
    """Answer whoever is signed in."""
    return {"caller": caller.id}


@router.get("/sensitive", dependencies=[StepUp])
async def read_sensitive(caller: Annotated[Principal, SignedIn]) -> dict[str, str]:
    """Answer whoever has shown lately who they are."""
    return {"caller": caller.id}


class Limited(LocalSignIn):
    """A sign-in whose principal may do less."""

    @property
    def principal(self) -> Principal:
        """Return somebody who may read runs."""
        return replace(super().principal, permissions=frozenset({Permission.RUNS_READ}))


def test_all_permissions_of_a_route_are_found() -> None:
    """Those that a dependency asks for count as well."""
    first, second, third, fourth = (route for route in router.routes if isinstance(route, ApiRoute))
    assert required(first.dependant) == {Permission.RUNS_READ, Permission.RUNS_START}
    assert not is_public(first.dependant)
    assert is_public(second.dependant)
    assert [needs_sign_in(one.dependant) for one in (first, second, third, fourth)] == [
        False,
        False,
        True,
        True,
    ]
    assert [needs_step_up(one.dependant) for one in (first, second, third, fourth)] == [
        False,
        False,
        False,
        True,
    ]


async def test_all_permissions_are_needed() -> None:
    """One of two is not enough, and a permission is stronger than Public."""
    app = probe_app(local=Limited(UUID(int=1), KEY), routers=(router,))
    async with client_of(app) as client:
        for path in ("/api/v1/nested", "/api/v1/nested/open"):
            answer = await client.get(path)
            assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


async def test_whoever_has_them_is_handed_over() -> None:
    """The endpoint gets the principal, from wherever it asks for it."""
    async with client_of(probe_app(local=sign_in(), routers=(router,))) as client:
        assert (await client.get("/api/v1/nested")).json() == {"name": "local", "caller": "local"}
        assert (await client.get("/api/v1/nested/open")).json() == {"caller": "local"}


async def test_nobody_is_let_in_without_a_permission() -> None:
    """Anonymous callers get 401 from each route that is not public, and 200 from those that are."""
    async with client_of(probe_app(), key=None) as client:
        for path in ("who", "items", "item", "broken/data"):
            assert (await client.get(f"{PROBE}/{path}")).status_code == 401
        assert (await client.get(f"{PROBE}/open")).status_code == 200


class Person(LocalSignIn):
    """A sign-in whose principal is somebody with an account and without permissions."""

    @property
    def principal(self) -> Principal:
        """Return them."""
        return replace(super().principal, permissions=frozenset(), kind=PrincipalKind.USER)


async def test_some_things_are_for_everybody_who_is_signed_in() -> None:
    """No permission is needed, but somebody is."""
    app = probe_app(local=Person(UUID(int=1), KEY), routers=(router,))
    async with client_of(app) as client:
        assert (await client.get("/api/v1/nested/mine")).json() == {"caller": "local"}
        nobody = await client.get("/api/v1/nested/mine", headers={"Authorization": ""})
        assert nobody.status_code == 401


async def test_what_is_most_sensitive_needs_a_fresh_sign_in() -> None:
    """The refusal says where to show it; the machine's own key is always fresh."""
    async with client_of(probe_app(local=Person(UUID(int=1), KEY), routers=(router,))) as client:
        answer = await client.get("/api/v1/nested/sensitive")
        assert (answer.status_code, answer.json()["code"]) == (403, "step-up-required")
        assert "step-up" in answer.json()["remedy"]
    async with client_of(probe_app(local=sign_in(), routers=(router,))) as client:
        assert (await client.get("/api/v1/nested/sensitive")).status_code == 200
