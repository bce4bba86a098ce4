"""The API document as a file, which is there before the API is; see `plimsoll.services.risk_api.openapi`."""

import json
from functools import cache
from importlib.resources import files
from typing import Any

__all__ = ["SHIPPED", "shipped_document"]

SHIPPED = "openapi.json"
"""File beside this one with the document of all resources."""


@cache
def shipped_document() -> dict[str, Any]:
    """Return the document of all resources, from a file that ``make golden`` writes and a test compares.

    To make it takes a second, for which the first page, the first error and all beside them would wait.
    """
    found: dict[str, Any] = json.loads(files(__package__).joinpath(SHIPPED).read_text(encoding="utf-8"))
    return found
