"""Sending, trying again and fetching pages."""

import asyncio
from collections.abc import Callable

import httpx2

from plimsoll.client.answers import message
from plimsoll.client.call import Call, get
from plimsoll.client.retries import Retries
from plimsoll.client.sending import AsyncSends, Sends
from plimsoll.wire.page import Page
from plimsoll.wire.price_sets import PriceSet, PriceSetPage

PAGES: Call[Page[PriceSet]] = get("/price-sets", message(PriceSetPage))


def _server() -> tuple[Callable[[httpx2.Request], httpx2.Response], list[str]]:
    """Return a server that is unavailable once and then has two empty pages, and what it was asked."""
    asked: list[str] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(request.url.raw_path.decode())
        if len(asked) == 1:
            return httpx2.Response(503)
        following = "/api/v1/price-sets?after=1" if len(asked) == 2 else None
        return httpx2.Response(200, json={"items": [], "next": following})

    return answer, asked


def test_a_passing_failure_is_tried_again_and_pages_follow() -> None:
    """The blocking sender repeats the refused request, then follows the link of the first page."""
    answer, asked = _server()
    retries = Retries(first_seconds=0.001)
    with Sends(
        "http://127.0.0.1", "plk_x", retries=retries, transport=httpx2.MockTransport(answer)
    ) as sender:
        assert list(sender.items(PAGES)) == []
    assert asked == ["/api/v1/price-sets"] * 2 + ["/api/v1/price-sets?after=1"]


def test_on_an_event_loop_it_is_the_same() -> None:
    """The asynchronous sender asks the same."""
    answer, asked = _server()

    async def fetch() -> list[object]:
        retries, transport = Retries(first_seconds=0.001), httpx2.MockTransport(answer)
        async with AsyncSends("http://127.0.0.1", "plk_x", retries=retries, transport=transport) as sender:
            return [item async for item in sender.items(PAGES)]

    assert asyncio.run(fetch()) == []
    assert asked == ["/api/v1/price-sets"] * 2 + ["/api/v1/price-sets?after=1"]
