"""The API document."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from plimsoll.services.risk_api.problems import PROBLEM_TITLES
from probe_api import probe_app


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """Return the document as a client reads it."""
    read: dict[str, Any] = json.loads(json.dumps(probe_app().openapi()))
    return read


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each operation and where it is."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method} {path}", operation


def references(document: Any) -> Iterator[str]:
    """Yield all references."""
    if isinstance(document, dict):
        if isinstance(document.get("$ref"), str):
            yield document["$ref"]
        for value in document.values():
            yield from references(value)
    elif isinstance(document, list):
        for value in document:
            yield from references(value)


def test_it_is_openapi_31(document: dict[str, Any]) -> None:
    """Version, title and the two ways to authenticate are there."""
    assert document["openapi"].startswith("3.1")
    assert set(document["components"]["securitySchemes"]) == {"apiKey", "session"}


def test_each_reference_leads_somewhere(document: dict[str, Any]) -> None:
    """No schema or response is missing, and the framework's own error schema is gone."""
    for reference in references(document):
        target: Any = document
        for step in reference.removeprefix("#/").split("/"):
            target = target[step]
    assert "HTTPValidationError" not in document["components"]["schemas"]


def test_each_operation_says_who_may_call_and_what_can_go_wrong(document: dict[str, Any]) -> None:
    """Permissions go with 401, a body with 413 and 415, a path with 404, a version with 412 and 428."""
    for place, operation in operations(document):
        statuses = set(operation["responses"])
        parameters = {parameter["name"].lower() for parameter in operation.get("parameters", ())}
        assert {"400", "422", "500", "503"} <= statuses, place
        assert bool(operation["security"]) == bool(operation.get("x-permissions")) == ("401" in statuses), (
            place
        )
        assert ("requestBody" in operation) <= ({"413", "415"} <= statuses), place
        assert ("{" in place) <= ("404" in statuses), place
        assert ("if-match" in parameters) <= ({"412", "428"} <= statuses), place
        assert ("idempotency-key" in parameters) <= ("409" in statuses), place


def test_operations_have_different_names(document: dict[str, Any]) -> None:
    """A generated client has one function for each."""
    names = [operation["operationId"] for _, operation in operations(document)]
    assert len(names) == len(set(names))


def test_problems_have_examples_with_listed_codes(document: dict[str, Any]) -> None:
    """Each problem response shows a code that there is."""
    for name, response in document["components"]["responses"].items():
        example = response["content"]["application/problem+json"]["example"]
        assert example["code"] in PROBLEM_TITLES
        assert name == f"Problem{example['status']}"


def test_each_json_body_of_a_resource_has_an_example(document: dict[str, Any]) -> None:
    """Whoever reads the page can send something at once."""
    for place, operation in operations(document):
        schema = (
            operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
        )
        if "$ref" in schema and "/probe" not in place:
            assert document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]["examples"], place


def test_a_file_is_a_body_of_its_types(document: dict[str, Any]) -> None:
    """Each accepted content type is listed."""
    body = document["paths"]["/api/v1/probe/file"]["put"]["requestBody"]
    assert set(body["content"]) == {"text/csv", "text/plain"}
    assert body["required"]


def test_pages_and_probes_are_left_out(document: dict[str, Any]) -> None:
    """The document holds what programs use."""
    assert all(path.startswith("/api/v1/") for path in document["paths"] if "probe" not in path)
    assert "/api/v1/docs" not in document["paths"]
