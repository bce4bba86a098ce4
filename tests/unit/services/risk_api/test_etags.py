"""ETags and If-Match."""

import pytest

from plimsoll.services.risk_api.etags import etag
from probe_api import CANARY, PROBE, client_of, probe_app

pytestmark = pytest.mark.anyio

ITEM = f"{PROBE}/item"


def test_a_tag_is_strong_and_quoted() -> None:
    """RFC 9110, section 8.8.3."""
    assert etag("abc") == '"abc"'


@pytest.mark.parametrize("known", ['"3"', 'W/"3"', '"1", "3"', "*", ' "3" '])
async def test_what_is_known_is_not_sent_again(known: str) -> None:
    """304 carries the tag and no body."""
    async with client_of(probe_app()) as client:
        answer = await client.get(ITEM, headers={"if-none-match": known})
    assert (answer.status_code, answer.headers["etag"], answer.content) == (304, '"3"', b"")


@pytest.mark.parametrize("known", ["", '"1"', "3", '"33"', '"3', "garbage\x01"])
async def test_what_is_not_known_is_sent(known: str) -> None:
    """Another tag, or none, gets the whole answer."""
    async with client_of(probe_app()) as client:
        answer = await client.get(ITEM, headers={"if-none-match": known})
    assert (answer.status_code, answer.headers["etag"]) == (200, '"3"')


async def test_a_change_names_what_it_changes() -> None:
    """The version of If-Match is handed over; without one the answer is 428."""
    async with client_of(probe_app()) as client:
        assert (await client.patch(ITEM, headers={"if-match": '"7"'})).json() == {"version": 7}
        missing = await client.patch(ITEM)
    assert (missing.status_code, missing.json()["code"]) == (428, "precondition-required")


@pytest.mark.parametrize(
    "tag", ["7", '"0"', '"-1"', '"x"', 'W/"7"', '"7", "8"', "*", '"99999999999"', f'"{CANARY}"', ""]
)
async def test_a_tag_that_is_no_version_fits_nothing(tag: str) -> None:
    """If-Match compares strongly: what is no tag of ours is 412."""
    async with client_of(probe_app()) as client:
        answer = await client.patch(ITEM, headers={"if-match": tag})
    assert (answer.status_code, answer.json()["code"]) == (412, "precondition-failed")
    assert CANARY not in answer.text


async def test_what_has_no_tag_gets_that_of_its_content() -> None:
    """A list is answered with 304 as long as it says the same, and with another tag when it does not."""
    async with client_of(probe_app()) as client:
        first = await client.get(f"{PROBE}/items?limit=2")
        again = await client.get(f"{PROBE}/items?limit=2", headers={"If-None-Match": first.headers["etag"]})
        other = await client.get(f"{PROBE}/items?limit=3", headers={"If-None-Match": first.headers["etag"]})
        head = await client.head(f"{PROBE}/items?limit=2")
    assert (again.status_code, again.content) == (304, b"")
    assert (other.status_code, other.headers["etag"] != first.headers["etag"]) == (200, True)
    assert head.headers["etag"] == first.headers["etag"]
    assert first.headers["cache-control"] == "no-store"


async def test_errors_and_probes_have_no_tag() -> None:
    """Health is asked afresh each time, and a refusal is never answered from a memory."""
    async with client_of(probe_app()) as client:
        for path in ("/livez", f"{PROBE}/broken/unavailable"):
            answer = await client.get(path)
            assert "etag" not in answer.headers
            assert answer.headers["cache-control"] == "no-store"
