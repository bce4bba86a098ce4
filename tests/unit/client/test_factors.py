"""Own factors through both clients: in process for somebody with an account, on a server for who has none."""

import datetime as dt
import inspect
import json
from uuid import UUID

import pytest
from httpx2 import ASGITransport

from people import as_principal, new_person
from plimsoll.client import AsyncRiskClient, RiskClient
from plimsoll.client.factors import AsyncFactorMethods, FactorMethods
from plimsoll.data.store.database import Database
from plimsoll.errors import NotFoundError, PermissionDeniedError
from plimsoll.security.totp import code_at, step_of
from plimsoll.services.risk_api.app import create_app
from plimsoll.services.risk_api.context import ApiContext, in_process
from risk_api_world import Doors
from soft_authenticator import SoftAuthenticator

SITE = "http://localhost"


@pytest.mark.anyio
async def test_factors_go_through_their_life(database: Database, tenant: UUID) -> None:
    """An app and a passkey are added, codes made, and one is removed."""
    now = dt.datetime.now(dt.UTC)
    ada = as_principal(tenant, await new_person(database, tenant), stepped_up_at=now)
    app = create_app(ApiContext(database=database, sign_in=Doors(tenant, "", people={"ada": ada})))
    async with (
        in_process(app) as served,
        AsyncRiskClient(SITE, "ada", transport=ASGITransport(app=served)) as client,
    ):
        begun = await client.add_totp("Phone")
        code = code_at(begun.secret, step_of(dt.datetime.now(dt.UTC)))
        added = await client.confirm_factor(begun.factor.id, code)
        assert len(added.recovery_codes) == 10
        options = (await client.begin_passkey()).options
        credential = json.loads(SoftAuthenticator(SITE).create(options))
        key = await client.add_passkey("Key", credential)
        assert key.recovery_codes == ()
        assert len((await client.make_recovery_codes()).codes) == 10
        await client.remove_factor(key.factor.id)
        with pytest.raises(NotFoundError):
            await client.remove_factor(key.factor.id)
        mine = await client.my_factors()
    assert ([one.name for one in mine.items], mine.recovery_codes) == (["Phone"], 10)


def test_the_user_of_the_machine_has_none(api_url: str, key: str) -> None:
    """Each method says that factors are for people."""
    with RiskClient(api_url, key) as client:
        for call in (
            client.my_factors,
            lambda: client.add_totp("x"),
            lambda: client.confirm_factor(UUID(int=1), "123456"),
            client.begin_passkey,
            lambda: client.add_passkey("x", {}),
            client.make_recovery_codes,
            lambda: client.remove_factor(UUID(int=1)),
        ):
            with pytest.raises(PermissionDeniedError):
                call()


def test_both_clients_have_the_same_methods() -> None:
    """With the same parameters."""
    for name in (name for name in vars(FactorMethods) if not name.startswith("_")):
        kinds = (FactorMethods, AsyncFactorMethods)
        blocking, waiting = (inspect.signature(getattr(kind, name)) for kind in kinds)
        assert blocking.parameters == waiting.parameters
