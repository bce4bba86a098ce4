"""A small resource behind the real API foundation, for the tests of what all resources share."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Annotated, Any
from uuid import UUID, uuid4

import httpx2
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from plimsoll.data.store.database import Database
from plimsoll.errors import ConflictError, DataError, PlimsollError, UnavailableError
from plimsoll.security.permissions import Permission, Principal
from plimsoll.services.risk_api.answers import created
from plimsoll.services.risk_api.app import ROUTERS, RiskApi, create_app
from plimsoll.services.risk_api.context import ApiContext, in_process
from plimsoll.services.risk_api.etags import ExpectedVersion, etag, not_modified
from plimsoll.services.risk_api.idempotency import Once
from plimsoll.services.risk_api.paging import Paging
from plimsoll.services.risk_api.requirements import Public, Require
from plimsoll.services.risk_api.routes import ApiRouter
from plimsoll.services.risk_api.sign_in import LocalSignIn
from plimsoll.services.risk_api.uploads import Upload
from plimsoll.wire.model import WireModel

KEY = "plk_" + "k" * 43
ADDRESS = "http://127.0.0.1:8000"
TENANT = UUID(int=1)
CANARY = "hunter2-canary"
PROBE = "/api/v1/probe"

Caller = Annotated[Principal, Require[Permission.RUNS_READ]]


class Order(WireModel):
    """A message with a field of each kind."""

    name: str
    quantity: float = 0.0
    count: int = 0
    id: UUID | None = None
    tags: dict[str, int] = Field(default_factory=dict)


router = ApiRouter("probe")


@router.get("/open", dependencies=[Public])
async def read_open() -> Response:
    """Answer everybody."""
    return Response("open" * 1000, media_type="text/plain")


@router.get("/who")
async def read_who(caller: Caller) -> dict[str, str]:
    """Say who asks."""
    return {"id": caller.id}


@router.post("/orders", status_code=201)
async def create_order(order: Order, once: Once, _: Caller) -> Response:
    """Make something new each time."""

    async def make(_: AsyncSession) -> Response:
        if order.name == "refused":
            raise ConflictError("it is refused")
        return created(Order(name=order.name, id=uuid4()), location=f"{PROBE}/orders/1", tag=1)

    return await once(make)


@router.post("/ticks", status_code=201)
async def create_tick(once: Once, _: Caller) -> Response:
    """Make something that needs no body."""

    async def make(_: AsyncSession) -> Response:
        return Response(status_code=201)

    return await once(make)


@router.post("/echo")
async def echo(order: Order, _: Caller) -> Order:
    """Send back what came."""
    return order


@router.put("/file")
async def put_file(
    content: Annotated[bytes, Upload[{"text/csv": "a,b", "text/plain": None}]], _: Caller
) -> dict[str, int]:
    """Say how long a file is."""
    return {"bytes": len(content)}


@router.get("/items")
async def list_items(paging: Paging, _: Caller) -> dict[str, Any]:
    """List seven items in pages."""
    items = [UUID(int=number) for number in range(1, 8)]
    later = [item for item in items if paging.after is None or item > paging.after]
    shown, following = paging.cut(later[: paging.probe], cursor=lambda item: item)
    return {"items": shown, "next": following}


@router.get("/item", response_model=Order)
async def read_item(request: Request, _: Caller) -> Response:
    """Send something of version 3."""
    return not_modified(request, etag(3)) or Response("{}", headers={"ETag": etag(3)})


@router.patch("/item")
async def change_item(version: ExpectedVersion, _: Caller) -> dict[str, int]:
    """Say which version is expected."""
    return {"version": version}


@router.get("/broken/{how}")
async def fail(how: str, _: Caller) -> Response:
    """Fail in one of several ways."""
    failures: dict[str, Exception] = {
        "unexpected": ValueError(CANARY),
        "data": DataError(f"'{CANARY}' is no number", file=CANARY, row=3, remedy=f"Remove '{CANARY}'."),
        "unavailable": UnavailableError("the disk is full"),
        "strange": PlimsollError(CANARY),
        CANARY: ConflictError(f"there is a {CANARY} already"),
    }
    raise failures[how]


def sign_in(tenant: UUID = TENANT, key: str = KEY) -> LocalSignIn:
    """Return a sign-in that knows one key."""
    return LocalSignIn(tenant, key)


def probe_app(
    database: Database | None = None,
    *,
    local: LocalSignIn | None = None,
    routers: Sequence[ApiRouter] = (*ROUTERS, router),
    **context: Any,
) -> RiskApi:
    """Return the API with the probe among its resources; without a database none answers."""
    nowhere = database or Database("postgresql://127.0.0.1:9/nowhere", connect_seconds=2)
    return create_app(ApiContext(database=nowhere, sign_in=local or sign_in(), **context), routers)


@asynccontextmanager
async def client_of(
    app: RiskApi,
    *,
    key: str | None = KEY,
    peer: tuple[str, int] = ("127.0.0.1", 4000),
    address: str = ADDRESS,
) -> AsyncIterator[httpx2.AsyncClient]:
    """Start an application and yield a client of it, signed in unless `key` is None."""
    headers = {} if key is None else {"Authorization": f"Bearer {key}"}
    async with in_process(app) as asgi:
        transport = httpx2.ASGITransport(app=asgi, client=peer)
        async with httpx2.AsyncClient(transport=transport, base_url=address, headers=headers) as client:
            yield client
