"""Limits through both clients."""

import asyncio
import datetime as dt

import pytest

from plimsoll.client import AsyncRiskClient, RiskClient
from plimsoll.errors import ConflictError, FourEyesError, UsageError
from risk_api_world import prices_file

WHOLE = b"symbol,quantity,currency\nAAA,10,USD\n"


def test_a_limit_is_proposed_and_followed(api_url: str, key: str) -> None:
    """What is proposed, decided, tried and read is the message of the contract."""
    with RiskClient(api_url, key) as client:
        book = client.create_portfolio("Book")
        client.import_positions(book.id, WHOLE)
        client.upload_prices(prices_file())
        limit = client.propose_limit(book.id, "VaR", {"measure": "var", "hard": 1e6}, comment="why")
        assert limit.proposal is not None
        with pytest.raises(FourEyesError):
            client.approve_limit(limit.proposal)
        assert client.limit_proposals(limit.id).items == (limit.proposal,)
        assert client.reject_limit(limit.proposal, comment="no").proposal is None
        with pytest.raises(ConflictError):
            client.propose_limit_change(client.limit(limit.id), None)
        with pytest.raises(UsageError, match="measure"):
            client.propose_limit(book.id, "VaR", {"measure": "luck", "hard": 1.0})
        client.start_run(book.id, days=60)
        trial = client.try_limit(book.id, {"measure": "value", "hard": 1.0}, days=10)
        assert (trial.days, trial.fired) == (10, 1)
        assert [one.id for one in client.limits(book.id)] == [limit.id]
        assert list(client.limit_checks(limit.id)) == []
        assert client.limit_history(limit.id).items == ()


def test_the_asynchronous_client_does_the_same(api_url: str, key: str) -> None:
    """Each coroutine sends the call of its twin."""

    async def story() -> None:
        async with AsyncRiskClient(api_url, key) as client:
            book = await client.create_portfolio("Book")
            await client.import_positions(book.id, WHOLE)
            await client.upload_prices(prices_file())
            wanted = {"measure": "var", "hard": 1e6}
            day = dt.date(2024, 1, 2)
            limit = await client.propose_limit(book.id, "VaR", wanted, valid_from=day, idempotency_key="k")
            again = await client.propose_limit(book.id, "VaR", wanted, valid_from=day, idempotency_key="k")
            assert limit == again
            assert limit.proposal is not None
            with pytest.raises(FourEyesError):
                await client.approve_limit(limit.proposal)
            assert (await client.limit_proposals(limit.id)).items == (limit.proposal,)
            assert (await client.reject_limit(limit.proposal)).proposal is None
            with pytest.raises(ConflictError):
                await client.propose_limit_change(await client.limit(limit.id), wanted)
            await client.start_run(book.id, days=60)
            assert (await client.try_limit(book.id, wanted, days=5)).days == 5
            assert [one.id async for one in client.limits()] == [limit.id]
            assert [one async for one in client.limit_checks(limit.id)] == []
            assert (await client.limit_history(limit.id)).items == ()

    asyncio.run(story())
