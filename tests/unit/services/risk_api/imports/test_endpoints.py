"""What the routes of imports declare; what they do is in tests/integration/risk_api/test_imports.py."""

from plimsoll.services.risk_api.imports.endpoints import router
from routes_of import declared


def test_reading_needs_the_right_to_read_portfolios() -> None:
    """An import belongs to its portfolio, and so does the right to see it."""
    paths = ("", "/{import_id}", "/{import_id}/positions", "/{import_id}/file")
    assert declared(router) == {("GET", path): {"portfolios:read"} for path in paths}
