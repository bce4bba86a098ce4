"""The API keeps what its document says: generated requests never make it fail, nor answer otherwise."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
import schemathesis
from httpx2 import AsyncClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api_server import serving
from plimsoll.data.store.database import Database
from plimsoll.security.permissions import Permission, Principal
from plimsoll.services.risk_api.app import create_app
from plimsoll.services.risk_api.context import ApiContext
from risk_api_world import API, EVERYTHING, Doors, ready_run

pytestmark = pytest.mark.anyio

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
EXAMPLES = 12
KEY = "generated"


@dataclass(frozen=True)
class Served:
    """A served API, its document, and ids that exist in it."""

    address: str
    document: dict[str, Any]
    ids: dict[str, str]


@pytest.fixture
async def served(database_url: str, tenant: UUID) -> Any:
    """Yield the API on a real server, with a portfolio, prices and a run in it."""
    people = {KEY: Principal(KEY, tenant, "Generated", frozenset(Permission))}
    context = ApiContext(database=Database(database_url), sign_in=Doors(tenant, "", people=people))
    app = create_app(context, EVERYTHING)
    with serving(app) as port:
        address = f"http://127.0.0.1:{port}"
        headers = {"Authorization": f"Bearer {KEY}"}
        async with AsyncClient(base_url=address, headers=headers, timeout=30) as client:
            run = await ready_run(client)
            ids = {name: run[name] for name in ("portfolio_id", "price_set_id")}
            ids |= {"run_id": run["id"], "other_id": run["id"]}
            asked = {"portfolio_id": run["portfolio_id"]}
            await client.post(f"{API}/risk-runs", json=asked, headers={"Prefer": "respond-async"})
            await _create_all(client, app.openapi(), ids)
            ids = {**await _listed(client, app.openapi()), **ids}
        yield Served(address, app.openapi(), ids)


async def test_generated_requests_are_answered_as_the_document_says(served: Served) -> None:
    """No request makes a server error, and each answer has a status, a type and a form of the document."""
    asked, failed = 0, []
    for operation in _operations(served):
        asked += 1
        try:
            _ask(operation, served)
        except* Exception as group:  # noqa: BLE001 - all operations are asked before any is blamed
            failed.append(f"{operation.method} {operation.path}: {group.exceptions}")
    assert not failed, "\n".join(failed)
    assert asked >= 20


async def _create_all(client: AsyncClient, document: dict[str, Any], ids: dict[str, str]) -> None:
    """Create one of each thing by the example of its message, so that there is something to ask for."""
    schemas = document["components"]["schemas"]
    for path, methods in document["paths"].items():
        content = methods.get("post", {}).get("requestBody", {}).get("content", {})
        name = content.get("application/json", {}).get("schema", {}).get("$ref", "").rpartition("/")[2]
        if not name or path.count("/") != API.count("/") + 1:
            continue
        body = schemas[name]["examples"][0]
        known = {key: ids.get(key, value) for key, value in body.items()}
        answer = await client.post(path, json=known)
        assert answer.status_code < 500, f"{path}: {answer.text}"


async def _listed(client: AsyncClient, document: dict[str, Any]) -> dict[str, str]:
    """Return the id of the first thing of each list, by the name that it has in the paths below that list."""
    found = {}
    for path in document["paths"]:
        parent, _, name = path.rpartition("/")
        if name.startswith("{") and "{" not in parent and "get" in document["paths"].get(parent, {}):
            answer = await client.get(parent)
            items = answer.json().get("items", ()) if answer.is_success else ()
            if items and "id" in items[0]:
                found[name.strip("{}")] = items[0]["id"]
    return found


def _operations(served: Served) -> Iterator[Any]:
    """Yield the operations of the resources, the one that archives last."""
    schema = schemathesis.openapi.from_dict(served.document)
    schema.config.update(base_url=served.address)
    found: list[Any] = []
    for result in schema.get_all_operations():
        assert isinstance(result, Ok), result
        found.append(result.ok())
    yield from sorted(
        (one for one in found if one.path.startswith(API)), key=lambda one: one.method == "delete"
    )


def _ask(operation: Any, served: Served) -> None:
    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(), existing=st.booleans())
    def ask(case: Any, existing: bool) -> None:
        if existing and case.path_parameters:
            case.path_parameters = {
                name: served.ids.get(name, value) for name, value in case.path_parameters.items()
            }
        if existing and isinstance(case.body, dict) and "portfolio_id" in case.body:
            case.body["portfolio_id"] = served.ids["portfolio_id"]
        case.call_and_validate(headers={"Authorization": f"Bearer {KEY}"}, checks=CHECKS, timeout=30)

    ask()
