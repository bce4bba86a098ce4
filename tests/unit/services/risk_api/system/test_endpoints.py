"""Health, the document and what the server is, against a real database."""

from contextlib import suppress
from importlib.metadata import version
from uuid import UUID

import pytest

from plimsoll.data.store.database import Database
from plimsoll.errors import UnavailableError
from plimsoll.monitoring.metrics import Metrics
from plimsoll.performance.breaker import Breaker
from plimsoll.security.permissions import Permission
from plimsoll.services.risk_api.start_up import StartUp
from plimsoll.wire.system import System
from probe_api import client_of, probe_app, sign_in

pytestmark = pytest.mark.anyio


async def test_all_is_well_with_a_migrated_database(database: Database, tenant: UUID) -> None:
    """The three probes say ok and nothing else, to everybody on this machine."""
    async with client_of(probe_app(database, local=sign_in(tenant)), key=None) as client:
        for path in ("/livez", "/readyz", "/startupz"):
            answer = await client.get(path)
            assert (answer.status_code, answer.text) == (200, "ok\n")


async def test_without_a_database_it_lives_but_is_not_ready() -> None:
    """A restart would not bring the database back, so only readiness fails; nothing says why."""
    async with client_of(probe_app(), key=None) as client:
        assert (await client.get("/livez")).status_code == 200
        answer = await client.get("/readyz")
        assert (answer.status_code, answer.text) == (503, "not ready\n")


async def test_details_are_for_those_who_are_signed_in() -> None:
    """The state of each part comes with a key; without one the answer is 401."""
    async with client_of(probe_app()) as client:
        found = System.model_validate_json((await client.get("/api/v1/system")).content)
        client.headers.pop("authorization")
        assert (await client.get("/api/v1/system")).status_code == 401
    assert found.ready == {"database": False, "migrations": False}
    assert found.version == version("plimsoll-risk")
    assert set(found.permissions) == {permission.value for permission in Permission}


async def test_breakers_are_shown_and_measured() -> None:
    """The state of each dependency that may fail stands in the answer and in the metrics."""
    metrics, breaker = Metrics(), Breaker("redis", failures=1)
    async with client_of(probe_app(metrics=metrics, breakers={"redis": breaker})) as client:
        for state, openness in (("closed", 0.0), ("open", 1.0)):
            found = System.model_validate_json((await client.get("/api/v1/system")).content)
            assert found.breakers == {"redis": state}
            labels = {"dependency": "redis"}
            assert metrics.registry.get_sample_value("plimsoll_breaker_open", labels) == openness
            with suppress(ConnectionError, UnavailableError):
                async with breaker:
                    raise ConnectionError


async def test_the_document_and_its_page_are_there() -> None:
    """Both are served without a request to anywhere else."""
    app = probe_app()
    async with client_of(app, key=None) as client:
        document = await client.get("/api/v1/openapi.json")
        page = await client.get("/api/v1/docs")
    assert document.json() == app.openapi()
    assert page.headers["content-type"].startswith("text/html")
    assert "script-src 'self'" in page.headers["content-security-policy"]


async def test_what_is_being_prepared_is_said(database: Database, tenant: UUID) -> None:
    """Requests are served meanwhile, but the start is not over; those who are signed in see for what."""
    start_up = StartUp()
    async with client_of(probe_app(database, local=sign_in(tenant), start_up=start_up)) as client:
        with start_up.preparing("demo books"):
            statuses = [(await client.get(path)).status_code for path in ("/livez", "/readyz", "/startupz")]
            said = (await client.get("/api/v1/system")).json()["starting"]
        assert (statuses, said) == ([200, 200, 503], ["demo books"])
        assert (await client.get("/startupz")).status_code == 200
