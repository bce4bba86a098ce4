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
        assert bool(operation["security"]) == ("x-permissions" in operation), place
        proves = place.startswith("post /api/v1/tokens")  # who is asked for a proof, which may be wrong
        assert ("401" in statuses) == (bool(operation["security"]) or (proves and "revoke" not in place)), (
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


# Why some need neither a key nor a version.
OTHERWISE = {
    "post /api/v1/me/factors/sms": "a second code takes the place of the first",
    "delete /api/v1/me/factors/{factor_id}": "a factor is never changed, so that it has no versions",
    "put /api/v1/sms-policy": "the policy holds its version",
}


def resources(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the operations of the resources; the probe of the tests is none."""
    return (found for found in operations(document) if "/probe" not in found[0])


def test_each_creation_may_be_repeated(document: dict[str, Any]) -> None:
    """What creates something or starts work takes an Idempotency-Key."""
    for place, operation in resources(document):
        names = {parameter["name"].lower() for parameter in operation.get("parameters", ())}
        if {"201", "202"} & set(operation["responses"]) and place not in OTHERWISE:
            assert "idempotency-key" in names, f"{place} creates: let its endpoint take `once: Once`"


def test_each_change_says_what_it_changes(document: dict[str, Any]) -> None:
    """What changes, replaces or removes takes If-Match, or an Idempotency-Key where it adds a version."""
    for place, operation in resources(document):
        names = {parameter["name"].lower() for parameter in operation.get("parameters", ())}
        if place.startswith(("put ", "patch ", "delete ")) and place not in OTHERWISE:
            assert names & {"if-match", "idempotency-key"}, (
                f"{place} changes something: let its endpoint take `version: ExpectedVersion`"
            )


def test_each_read_has_a_tag(document: dict[str, Any]) -> None:
    """Whatever is read can be asked for again at the price of a 304; only streams are never over."""
    for place, operation in resources(document):
        if place.startswith("get ") and "text/event-stream" not in operation["responses"]["200"]["content"]:
            assert "304" in operation["responses"], f"{place} has no ETag: make it a route of ApiRouter"


def test_each_operation_shows_what_goes_in_and_out(document: dict[str, Any]) -> None:
    """Bodies and answers of JSON and text have an example: whoever reads the page can send it at once."""
    for place, operation in resources(document):
        answers = [
            content
            for status, answer in operation["responses"].items()
            if status.startswith("2")
            for content in answer.get("content", {}).items()
        ]
        for kind, content in [*operation.get("requestBody", {}).get("content", {}).items(), *answers]:
            remedy = "give its wire model `model_config = example({...})`, or its content an example"
            if kind in ("application/json", "text/csv", "text/plain"):
                assert _is_shown(content, document), f"{place} shows no {kind}: {remedy}"


def test_ids_in_paths_are_shown(document: dict[str, Any]) -> None:
    """A reader sees what an id looks like."""
    for place, operation in resources(document):
        for parameter in operation.get("parameters", ()):
            if parameter["in"] == "path" and parameter["schema"].get("format") == "uuid":
                assert "example" in parameter, place


def _is_shown(content: dict[str, Any], document: dict[str, Any]) -> bool:
    schema = content["schema"]
    named = document["components"]["schemas"].get(schema.get("$ref", "").rpartition("/")[2], {})
    return "example" in content or bool(schema.get("examples") or named.get("examples"))


def test_a_file_is_a_body_of_its_types(document: dict[str, Any]) -> None:
    """Each accepted content type is listed."""
    body = document["paths"]["/api/v1/probe/file"]["put"]["requestBody"]
    assert set(body["content"]) == {"text/csv", "text/plain"}
    assert body["required"]


def test_pages_and_probes_are_left_out(document: dict[str, Any]) -> None:
    """The document holds what programs use."""
    assert all(path.startswith("/api/v1/") for path in document["paths"] if "probe" not in path)
    assert "/api/v1/docs" not in document["paths"]
