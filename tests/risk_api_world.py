"""The risk API as the tests see it: in process, on a real database, called by several people."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from httpx2 import ASGITransport, AsyncClient, Response
from starlette.types import ASGIApp

from plimsoll.data.store.database import Database
from plimsoll.security.permissions import Permission, Principal
from plimsoll.services.risk_api.alerts.endpoints import router as alerts
from plimsoll.services.risk_api.app import ROUTERS, RiskApi, create_app
from plimsoll.services.risk_api.audit.endpoints import router as audit
from plimsoll.services.risk_api.backfills.endpoints import router as backfills
from plimsoll.services.risk_api.breaches.endpoints import router as breaches
from plimsoll.services.risk_api.channels.endpoints import router as channels
from plimsoll.services.risk_api.context import ApiContext, in_process
from plimsoll.services.risk_api.events.endpoints import router as events
from plimsoll.services.risk_api.jobs.endpoints import router as jobs
from plimsoll.services.risk_api.limits.endpoints import router as limits
from plimsoll.services.risk_api.live.endpoints import router as live
from plimsoll.services.risk_api.portfolios.endpoints import router as portfolios
from plimsoll.services.risk_api.price_sets.endpoints import router as price_sets
from plimsoll.services.risk_api.risk_history.endpoints import router as risk_history
from plimsoll.services.risk_api.risk_runs.endpoints import router as risk_runs
from plimsoll.services.risk_api.routes import ApiRouter
from plimsoll.services.risk_api.schedules.endpoints import router as schedules
from plimsoll.services.risk_api.sign_in import LocalSignIn
from plimsoll.services.risk_api.webhooks.endpoints import router as webhooks
from plimsoll.workflows.alerts import AlertKind, Severity, raise_alert
from small_book import SYMBOLS, small_market

RESOURCES: tuple[ApiRouter, ...] = (
    portfolios,
    price_sets,
    risk_runs,
    risk_history,
    limits,
    breaches,
    jobs,
    backfills,
    schedules,
    live,
    alerts,
    events,
    channels,
    webhooks,
    audit,
)
EVERYTHING = (*ROUTERS, *(router for router in RESOURCES if all(router is not one for one in ROUTERS)))
API = "/api/v1"
BOOK = b"""symbol,quantity,currency,desk
AAA,10,USD,Growth
BBB,-4,EUR,Value
USD,500,USD,Growth
CCC,many,USD,Value
"""


@dataclass(slots=True)
class Doors(LocalSignIn):
    """Lets in whoever holds the key of one of several people."""

    people: Mapping[str, Principal] = field(default_factory=dict)

    def with_key(self, token: str) -> Principal | None:
        """Return who holds this key."""
        return self.people.get(token)


@dataclass(frozen=True)
class Texts:
    """A provider of text messages that keeps them: number and text of each."""

    sent: list[tuple[str, str]] = field(default_factory=list)

    async def send(self, number: str, text: str) -> None:
        """Keep a message."""
        self.sent.append((number, text))


@dataclass(frozen=True)
class World:
    """A running API and those who call it.

    `owner` and `approver` may do everything, `powerless` is of the same tenant and may do nothing, `outsider`
    may do everything in another tenant, `anonymous` does not say who they are. `people` may be changed: who
    is put there can call through `client`.
    """

    owner: AsyncClient
    approver: AsyncClient
    powerless: AsyncClient
    outsider: AsyncClient
    anonymous: AsyncClient
    app: RiskApi
    database: Database
    tenant: UUID
    served: ASGIApp
    texts: Texts
    people: dict[str, Principal] = field(default_factory=dict)

    @asynccontextmanager
    async def client(self, principal: Principal) -> AsyncIterator[AsyncClient]:
        """Yield a client of somebody else, whose key is their id."""
        self.people[principal.id] = principal
        transport = ASGITransport(app=self.served, raise_app_exceptions=False)
        headers = {"Authorization": f"Bearer {principal.id}"}
        async with AsyncClient(transport=transport, base_url="http://127.0.0.1", headers=headers) as opened:
            yield opened

    @property
    def document(self) -> dict[str, Any]:
        """The API document; making it takes a second."""
        return self.app.openapi()


@asynccontextmanager
async def world_on(
    database: Database, tenant: UUID, other_tenant: UUID, **context: Any
) -> AsyncIterator[World]:
    """Start the API on a database with two tenants."""
    everything = frozenset(Permission)
    people = {
        "owner": Principal("owner", tenant, "Owner", everything),
        "approver": Principal("approver", tenant, "Approver", everything),
        "powerless": Principal("powerless", tenant, "Powerless", frozenset()),
        "outsider": Principal("outsider", other_tenant, "Outsider", everything),
    }
    sign_in = Doors(tenant, "", people=people)
    texts = Texts()
    context = {"texts": texts, **context}
    app = create_app(ApiContext(database=database, sign_in=sign_in, **context), EVERYTHING)
    async with AsyncExitStack() as stack:
        served = await stack.enter_async_context(in_process(app))

        async def client(name: str) -> AsyncClient:
            headers = {"Authorization": f"Bearer {name}"} if name in people else {}
            transport = ASGITransport(app=served, raise_app_exceptions=False)
            opened = AsyncClient(transport=transport, base_url="http://127.0.0.1", headers=headers)
            return await stack.enter_async_context(opened)

        yield World(
            owner=await client("owner"),
            approver=await client("approver"),
            powerless=await client("powerless"),
            outsider=await client("outsider"),
            anonymous=await client("nobody"),
            app=app,
            database=database,
            tenant=tenant,
            served=served,
            texts=texts,
            people=people,
        )


def prices_file() -> bytes:
    """Return the prices of the small market as CSV."""
    table = small_market()
    rows = (
        ",".join([str(date), *(repr(float(price)) for price in row)])
        for date, row in zip(table.dates, table.prices, strict=True)
    )
    return "\n".join([",".join(["date", *SYMBOLS]), *rows, ""]).encode()


async def new_portfolio(client: AsyncClient, name: str = "Book", **fields: object) -> dict[str, Any]:
    """Create a portfolio."""
    return made(await client.post(f"{API}/portfolios", json={"name": name, **fields}), 201)


async def held(client: AsyncClient, portfolio: str, content: bytes = BOOK, **query: str) -> dict[str, Any]:
    """Import positions into a portfolio."""
    path = f"{API}/portfolios/{portfolio}/positions"
    sent = await client.put(path, content=content, params=query, headers={"Content-Type": "text/csv"})
    return made(sent, 200)


async def new_prices(client: AsyncClient) -> dict[str, Any]:
    """Upload the prices of the small market."""
    headers = {"Content-Type": "text/csv"}
    return made(await client.post(f"{API}/price-sets", content=prices_file(), headers=headers), 201)


async def new_run(client: AsyncClient, portfolio: str, **options: object) -> dict[str, Any]:
    """Start a risk run."""
    return made(
        await client.post(f"{API}/risk-runs", json={"portfolio_id": portfolio, "options": options}), 201
    )


async def new_alert(world: World, key: str = "limit/1", **fields: Any) -> dict[str, Any]:
    """Raise an alert in the tenant of the owner and return it as the API shows it."""
    said = {"kind": AlertKind.RISK, "severity": Severity.WARNING, "title": "VaR is high", "detail": "By far"}
    async with world.database.session(world.tenant) as session:
        record = await raise_alert(session, key=key, **{**said, **fields})
    return made(await world.owner.get(f"{API}/alerts/{record.id}"), 200)


async def ready_run(client: AsyncClient, **options: object) -> dict[str, Any]:
    """Make a portfolio, its positions, prices and a run."""
    portfolio = await new_portfolio(client)
    await held(client, portfolio["id"])
    await new_prices(client)
    return await new_run(client, portfolio["id"], **options)


async def new_limit(client: AsyncClient, portfolio: str, **definition: object) -> dict[str, Any]:
    """Propose a limit on VaR."""
    new = {"portfolio_id": portfolio, "name": "VaR", "definition": {"measure": "var", **definition}}
    return made(await client.post(f"{API}/limits", json=new), 201)


async def approved(client: AsyncClient, limit: dict[str, Any]) -> dict[str, Any]:
    """Approve what is proposed for a limit."""
    path = f"{API}/limits/{limit['id']}/proposals/{limit['proposal']['id']}/approve"
    return made(await client.post(path, json={}), 200)


async def breached(world: World, **definition: object) -> dict[str, Any]:
    """Make a limit that a run breaches, and return the breach."""
    run = await ready_run(world.owner)
    await approved(world.approver, await new_limit(world.owner, run["portfolio_id"], **definition))
    await new_run(world.owner, run["portfolio_id"])
    (breach,) = made(await world.owner.get(f"{API}/breaches"), 200)["items"]
    return dict(breach)


def made(response: Response, status: int) -> dict[str, Any]:
    """Return the message of an answer with this status."""
    assert response.status_code == status, response.text
    message: dict[str, Any] = response.json()
    return message


def refused(response: Response, status: int, code: str) -> dict[str, Any]:
    """Return the problem of an answer with this status and code."""
    problem = made(response, status)
    assert response.headers["Content-Type"] == "application/problem+json"
    assert (problem["status"], problem["code"]) == (status, code)
    return problem
