"""What the API is handed."""

import datetime as dt

import pytest

from plimsoll.data.store.database import Database
from plimsoll.services.risk_api.context import ApiContext
from plimsoll.services.risk_api.request_limits import LOOPBACK
from probe_api import client_of, probe_app, sign_in

pytestmark = pytest.mark.anyio


def test_the_defaults_serve_this_machine_alone() -> None:
    """Whoever wants more says so."""
    context = ApiContext(database=Database("postgresql://127.0.0.1/x"), sign_in=sign_in())
    assert context.hosts == LOOPBACK
    assert context.loopback_only
    assert context.clock().tzinfo is dt.UTC


async def test_an_application_can_run_without_a_server() -> None:
    """In process, requests get the state that the start made, each its own copy."""
    app = probe_app()
    async with client_of(app) as client:
        ids = {(await client.get("/livez")).headers["x-request-id"] for _ in range(3)}
    assert len(ids) == 3
