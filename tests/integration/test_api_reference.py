"""What is generated from the API is that of the application; ``make golden`` rewrites it."""

import json
import os
import re
from pathlib import Path
from typing import Any

from plimsoll.services.risk_api import shipped_document as shipping
from plimsoll.services.risk_api.app import ROUTERS
from plimsoll.services.risk_api.openapi import api_document
from plimsoll.services.risk_api.routes import ApiRoute
from plimsoll.services.risk_api.shipped_document import SHIPPED, shipped_document

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


def test_the_shipped_document_is_that_of_the_routes() -> None:
    """The file that is sent in place of one made anew says the same, word for word."""
    wanted = json.dumps(_document(), indent=1, ensure_ascii=False) + "\n"
    shipped = Path(shipping.__file__).with_name(SHIPPED)
    if os.environ.get("GOLDEN") == "rewrite":
        shipped.write_text(wanted, encoding="utf-8")
        shipped_document.cache_clear()
    assert shipped.read_text(encoding="utf-8") == wanted, "run `make golden` if this is wanted"
    assert shipped_document() == json.loads(wanted)


def _document() -> dict[str, Any]:
    return api_document(
        tuple(route for router in ROUTERS for route in router.routes if isinstance(route, ApiRoute))
    )


def _operations() -> str:
    paths: dict[str, Any] = _document()["paths"]
    lines = ["| operation | permission | |", "|---|---|---|"]
    for path, operations in paths.items():
        for method, operation in operations.items():
            permissions = ", ".join(f"`{name}`" for name in operation.get("x-permissions", ["none"]))
            permissions = permissions or "a session or key"
            meaning = operation["description"].splitlines()[0]
            lines.append(f"| `{method.upper()} {path}` | {permissions} | {meaning} |")
    return "\n" + "\n".join(lines) + "\n\n"
