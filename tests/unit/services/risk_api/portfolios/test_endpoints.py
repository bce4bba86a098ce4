"""What the routes of portfolios declare; what they do is tested over HTTP in tests/integration/risk_api."""

from plimsoll.services.risk_api.portfolios.endpoints import router
from routes_of import declared


def test_reading_and_writing_are_different_permissions() -> None:
    """Whoever may read portfolios may not therefore change them."""
    read, write = {"portfolios:read"}, {"portfolios:write"}
    assert declared(router) == {
        ("POST", ""): write,
        ("GET", ""): read,
        ("GET", "/tree"): read | {"runs:read", "breaches:read"},
        ("POST", "/{portfolio_id}/restore"): write,
        ("GET", "/{portfolio_id}"): read,
        ("PATCH", "/{portfolio_id}"): write,
        ("DELETE", "/{portfolio_id}"): write,
        ("PUT", "/{portfolio_id}/positions"): write,
        ("GET", "/{portfolio_id}/positions"): read,
        ("GET", "/{portfolio_id}/positions/history"): read,
    }
