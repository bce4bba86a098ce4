"""Service accounts and keys through both clients, on a real server."""

import asyncio
import inspect

import pytest

from plimsoll.client import AsyncRiskClient, RiskClient
from plimsoll.client.program_accounts import AsyncServiceAccountMethods, ServiceAccountMethods
from plimsoll.errors import PermissionDeniedError, UsageError


def test_an_account_and_its_key_go_through_their_life(api_url: str, key: str) -> None:
    """The key opens what it may, and nothing once it is revoked."""
    with RiskClient(api_url, key) as client:
        account = client.add_service_account("nightly", ["portfolios:read"])
        made = client.add_api_key(account.id, "here", days=1)
        with RiskClient(api_url, made.key) as program:
            assert list(program.portfolios()) == []
            with pytest.raises(PermissionDeniedError):
                list(program.api_keys())
        assert [one.id for one in client.api_keys()] == [made.id]
        assert [one.id for one in client.api_keys(account.id)] == [made.id]
        client.revoke_api_key(made.id)
        with RiskClient(api_url, made.key) as program, pytest.raises(PermissionDeniedError):
            list(program.portfolios())
        changed = client.change_service_account(account, disabled=True)
        assert [client.service_account(account.id)] == list(client.service_accounts()) == [changed]
        with pytest.raises(UsageError):
            client.add_service_account("")


def test_signing_keys_are_listed_and_rotated(api_url: str, key: str) -> None:
    """The next one waits; in an emergency it is the only one."""
    with RiskClient(api_url, key) as client:
        assert [one.state for one in client.signing_keys().keys] == ["active"]
        assert [one.state for one in client.rotate_signing_keys().keys] == ["pending", "active"]
        assert [one.state for one in client.rotate_signing_keys(emergency=True).keys] == ["active"]


def test_on_an_event_loop_it_is_the_same(api_url: str, key: str) -> None:
    """The asynchronous client does the same."""

    async def act() -> None:
        async with AsyncRiskClient(api_url, key) as client:
            account = await client.add_service_account("nightly", ["portfolios:read"])
            made = await client.add_api_key(account.id, "here", permissions=[], canary=True)
            assert [one.id async for one in client.api_keys()] == [made.id]
            await client.revoke_api_key(made.id)
            await client.change_service_account(await client.service_account(account.id), disabled=True)
            assert len([one async for one in client.service_accounts()]) == 1
            assert await client.signing_keys() != await client.rotate_signing_keys()

    asyncio.run(act())


def test_both_clients_have_the_same_methods() -> None:
    """With the same parameters."""
    for name in (name for name in vars(ServiceAccountMethods) if not name.startswith("_")):
        kinds = (ServiceAccountMethods, AsyncServiceAccountMethods)
        blocking, waiting = (inspect.signature(getattr(kind, name)) for kind in kinds)
        assert blocking.parameters == waiting.parameters
