"""Where a request comes from; that requests are written down is tested over HTTP."""

import pytest
from starlette.requests import Request

from plimsoll.services.risk_api.auditing import Auditing, address_of, auditing


@pytest.mark.parametrize(("client", "address"), [(("192.0.2.1", 5), "192.0.2.1"), (None, "")])
def test_the_address_is_that_of_the_connection(client: tuple[str, int] | None, address: str) -> None:
    """What a header says of it is not believed here."""
    headers = [(b"x-forwarded-for", b"203.0.113.9")]
    request = Request({"type": "http", "client": client, "headers": headers})
    assert address_of(request) == address
    assert auditing(request) == Auditing(request)
