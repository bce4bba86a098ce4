"""The API as one plain page, made from its document; it needs nothing from elsewhere."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from plimsoll.services.risk_api.problems import PROBLEM_TITLES

__all__ = ["Operation", "api_page", "operations"]


@dataclass(frozen=True, slots=True)
class Operation:
    """One line of the table of contents, and its section.

    Parameters
    ----------
    method, path, tag, summary, description
        As the document has them.
    permissions
        Needed for it.
    parameters
        Name, place and description of each.
    example
        Of a JSON body, as text; empty where there is none.
    statuses
        With which it may answer.
    """

    method: str
    path: str
    tag: str
    summary: str
    description: str
    permissions: tuple[str, ...]
    parameters: tuple[tuple[str, str, str], ...]
    example: str
    statuses: tuple[str, ...]


def api_page(document: Mapping[str, Any], *, signed_in: bool = False) -> str:
    """Return the page.

    Parameters
    ----------
    document
        The OpenAPI document.
    signed_in
        Whether its reader can sign out.
    """
    # Imported for whoever looks at the page: no start waits for it.
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("plimsoll.services.risk_api.system"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    template = environment.get_template("api_page.html.j2")
    return template.render(
        info=document["info"],
        operations=list(operations(document)),
        titles=PROBLEM_TITLES,
        signed_in=signed_in,
    )


def operations(document: Mapping[str, Any]) -> Iterator[Operation]:
    """Yield the operations in the order of the document."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield Operation(
                method=method.upper(),
                path=path,
                tag=operation.get("tags", [""])[0],
                summary=operation.get("summary", ""),
                description=operation.get("description", ""),
                permissions=tuple(operation.get("x-permissions", ())),
                parameters=tuple(
                    (parameter["name"], parameter["in"], parameter.get("description", ""))
                    for parameter in operation.get("parameters", ())
                ),
                example=_example(operation, document),
                statuses=tuple(sorted(operation["responses"])),
            )


def _example(operation: Mapping[str, Any], document: Mapping[str, Any]) -> str:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    name = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
    examples = document["components"]["schemas"].get(name, {}).get("examples", ())
    return json.dumps(examples[0], indent=2) if examples else ""
