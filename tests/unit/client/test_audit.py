"""The audit through both clients, on a real server."""

import asyncio
import datetime as dt
import inspect

import pytest

from plimsoll.client import AsyncRiskClient, RiskClient
from plimsoll.client.audit import AsyncAuditMethods, AuditMethods
from plimsoll.errors import ConflictError

HOUR = dt.timedelta(hours=1)


def test_what_was_done_is_read(api_url: str, key: str) -> None:
    """Events come the last first, as narrow as is asked; a file has them as well, and the chain is intact."""
    now = dt.datetime.now(dt.UTC)
    with RiskClient(api_url, key) as client:
        first = client.create_portfolio("First")
        client.create_portfolio("Second")
        found = list(client.audit_events(page_size=1))
        assert [event.action for event in found] == ["portfolio.created"] * 2
        chosen = client.audit_events(
            actions=["portfolio.created"], subject=str(first.id), since=now - HOUR, until=now + HOUR
        )
        assert [event.detail["name"] for event in chosen] == ["First"]
        assert list(client.audit_events(actor="nobody")) == []
        assert client.export_audit().count(b"portfolio.created") == 2
        assert client.export_audit("jsonl", actions=["audit.exported"], since=now - HOUR).count(b"\n") == 1
        assert client.verify_audit().intact
        with pytest.raises(ConflictError):  # this platform keeps its key in memory
            client.rotate_audit_key()


def test_on_an_event_loop_it_is_the_same(api_url: str, key: str) -> None:
    """The asynchronous client does the same."""

    async def act() -> None:
        async with AsyncRiskClient(api_url, key) as client:
            await client.create_portfolio("First")
            assert [event.action async for event in client.audit_events()] == ["portfolio.created"]
            assert b"portfolio.created" in await client.export_audit()
            assert (await client.verify_audit()).intact
            with pytest.raises(ConflictError):
                await client.rotate_audit_key()

    asyncio.run(act())


def test_both_clients_have_the_same_methods() -> None:
    """Names and parameters are those of each other."""
    for name, method in vars(AuditMethods).items():
        if not inspect.isfunction(method):
            continue
        other = getattr(AsyncAuditMethods, name)
        assert inspect.signature(method).parameters.keys() == inspect.signature(other).parameters.keys()
