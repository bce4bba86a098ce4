"""What a call of the risk API sends, and which one follows a page."""

from uuid import UUID

import httpx2
import pytest

from plimsoll.client.answers import message
from plimsoll.client.call import Call, following, get, post, text
from plimsoll.errors import UnavailableError
from plimsoll.wire.page import Page
from plimsoll.wire.portfolios import Portfolio, PortfolioPage


def test_a_post_that_stores_nothing_has_no_key() -> None:
    """An empty key leaves the header out, none makes a new one for each call."""
    read = message(PortfolioPage)
    assert "Idempotency-Key" not in post("/x", read).headers
    assert post("/x", read, key=None).headers != post("/x", read, key=None).headers


def test_a_link_out_of_the_api_is_not_followed() -> None:
    """The key goes nowhere else, and the last page has no successor."""
    call: Call[Page[Portfolio]] = get("/portfolios", message(PortfolioPage))
    assert following(PortfolioPage(items=(), next=None), call) is None
    with pytest.raises(UnavailableError, match="leads out"):
        following(PortfolioPage(items=(), next="//elsewhere/api/v1/portfolios"), call)


def test_parameters_are_texts() -> None:
    """An id is written out and nothing stays nothing."""
    assert text(UUID(int=1)) == "00000000-0000-0000-0000-000000000001"
    assert text(None) is None
    with httpx2.Client(base_url="http://127.0.0.1") as client:
        asked = get("/runs", message(PortfolioPage), after=None, limit=3).request(client)
    assert str(asked.url) == "http://127.0.0.1/api/v1/runs?limit=3"
