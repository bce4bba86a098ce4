"""The generated part of the API reference is that of the application; ``make golden`` rewrites it."""

import os
import re
from pathlib import Path
from typing import Any

from plimsoll.services.risk_api.app import ROUTERS
from plimsoll.services.risk_api.openapi import api_document
from plimsoll.services.risk_api.routes import ApiRoute

REFERENCE = Path(__file__).parents[2] / "docs" / "API_REFERENCE.md"
GENERATED = re.compile(r"(?<=make golden -->\n).*?(?=<!-- end -->)", re.DOTALL)


def test_the_reference_lists_every_operation() -> None:
    """Method, path, permission and meaning of each operation are in the document."""
    text = REFERENCE.read_text(encoding="utf-8")
    wanted = _operations()
    if os.environ.get("GOLDEN") == "rewrite":
        text = GENERATED.sub(lambda _: wanted, text)
        REFERENCE.write_text(text, encoding="utf-8")
    found = GENERATED.search(text)
    assert found is not None
    assert found.group() == wanted, "run `make golden` if this is wanted"


def _operations() -> str:
    routes = tuple(route for router in ROUTERS for route in router.routes if isinstance(route, ApiRoute))
    paths: dict[str, Any] = api_document(routes)["paths"]
    lines = ["| operation | permission | |", "|---|---|---|"]
    for path, operations in paths.items():
        for method, operation in operations.items():
            permissions = ", ".join(f"`{name}`" for name in operation.get("x-permissions", ["none"]))
            permissions = permissions or "a session or key"
            meaning = operation["description"].splitlines()[0]
            lines.append(f"| `{method.upper()} {path}` | {permissions} | {meaning} |")
    return "\n" + "\n".join(lines) + "\n\n"
