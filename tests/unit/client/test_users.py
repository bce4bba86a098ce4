"""People through both clients, on a real server."""

import asyncio
import inspect
from uuid import UUID

import pytest

from plimsoll.client import AsyncRiskClient, RiskClient
from plimsoll.client.users import AsyncUserMethods, UserMethods
from plimsoll.errors import ConflictError, NotFoundError


def test_somebody_is_invited_and_shut_out(api_url: str, key: str) -> None:
    """Each method says how it stands."""
    with RiskClient(api_url, key) as client:
        assert client.me().kind == "local"
        made = client.invite_user("Ada", "ada@example.com")
        assert "/sign-in#pli_" in made.link
        assert [client.user(made.user.id)] == list(client.users()) == [made.user]
        assert client.invite_user_again(made.user.id).link != made.link
        with pytest.raises(ConflictError):
            client.invite_user("Ada", "ada@example.com")
        assert not client.change_user(made.user, enabled=False).enabled
        assert list(client.sessions(user_id=made.user.id)) == []
        with pytest.raises(NotFoundError):
            client.end_session(UUID(int=1))


def test_on_an_event_loop_it_is_the_same(api_url: str, key: str) -> None:
    """The asynchronous client does the same."""

    async def act() -> None:
        async with AsyncRiskClient(api_url, key) as client:
            assert (await client.me()).id == "local"
            made = await client.invite_user("Ada", "ada@example.com")
            assert (await client.invite_user_again(made.user.id)).user == made.user
            changed = await client.change_user(made.user, name="Countess")
            assert [one async for one in client.users()] == [await client.user(made.user.id)] == [changed]
            assert [one async for one in client.sessions()] == []
            with pytest.raises(NotFoundError):
                await client.end_session(UUID(int=1))

    asyncio.run(act())


def test_both_clients_have_the_same_methods() -> None:
    """With the same parameters."""
    for name in (name for name in vars(UserMethods) if not name.startswith("_")):
        kinds = (UserMethods, AsyncUserMethods)
        blocking, waiting = (inspect.signature(getattr(kind, name)) for kind in kinds)
        assert blocking.parameters == waiting.parameters
