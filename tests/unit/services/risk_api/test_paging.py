"""Pages."""

from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.services.risk_api.paging import DEFAULT_LIMIT, MAX_LIMIT, PagingRequest
from probe_api import CANARY, PROBE, client_of, probe_app

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("limit", [1, 2, 3, 6, 7, 8, MAX_LIMIT])
async def test_the_links_lead_through_all_items_once(limit: int) -> None:
    """Following `next` visits each item once, in order, in pages of the size that was asked for."""
    seen: list[str] = []
    path: str | None = f"{PROBE}/items?limit={limit}"
    async with client_of(probe_app()) as client:
        while path is not None:
            page = (await client.get(path)).json()
            assert 1 <= len(page["items"]) <= limit
            seen += page["items"]
            path = page["next"]
    assert seen == [str(UUID(int=number)) for number in range(1, 8)]


@given(st.dictionaries(st.sampled_from(["limit", "portfolio", "archived"]), st.text(), max_size=3))
def test_the_next_page_keeps_the_other_parameters(query: dict[str, str]) -> None:
    """All but the cursor is repeated exactly, whatever the text."""
    usable = {name: value for name, value in query.items() if value.isprintable()}
    request = PagingRequest(UUID(int=9), 1, "/api/v1/x", tuple(usable.items()))
    shown, following = request.cut([UUID(int=1), UUID(int=2)], cursor=lambda item: item)
    assert shown == [UUID(int=1)]
    assert following is not None
    parts = urlsplit(following)
    assert parts.path == "/api/v1/x"
    assert dict(parse_qsl(parts.query, keep_blank_values=True)) == {**usable, "after": str(UUID(int=1))}


def test_there_is_no_page_after_the_last() -> None:
    """As many rows as the limit, or fewer, are the last page."""
    request = PagingRequest(None, 2, "/x")
    assert request.probe == 3
    for rows in ([], [UUID(int=1)], [UUID(int=1), UUID(int=2)]):
        assert request.cut(rows, cursor=lambda item: item) == (rows, None)


async def test_the_default_is_in_the_bounds() -> None:
    """Without a limit a page has the default size."""
    assert 1 <= DEFAULT_LIMIT <= MAX_LIMIT
    async with client_of(probe_app()) as client:
        assert len((await client.get(f"{PROBE}/items")).json()["items"]) == 7


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=-1",
        f"limit={MAX_LIMIT + 1}",
        f"limit={'9' * 400}",
        "limit=NaN",
        "limit=1.5",
        f"after={CANARY}",
        "after=1",
    ],
)
async def test_other_pages_are_not_there(query: str) -> None:
    """A limit out of bounds or a cursor that is no id is 422 without an echo."""
    async with client_of(probe_app()) as client:
        answer = await client.get(f"{PROBE}/items?{query}")
    assert answer.status_code == 422
    assert CANARY not in answer.text
