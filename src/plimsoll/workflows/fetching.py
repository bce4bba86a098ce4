"""JSON from addresses that users name: public ones only, of bounded size, without redirections."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import httpx2

from plimsoll.errors import UnavailableError
from plimsoll.workflows.outward import Outward, RefusedAddressError, check_url, port_of

__all__ = ["fetch_json"]

_MOST_BYTES = 256 * 1024


async def fetch_json(
    outward: Outward, url: str, *, form: Mapping[str, str] | None = None, user: tuple[str, str] | None = None
) -> Mapping[str, Any]:
    """Return the JSON object at an address; only a checked address is connected to.

    Parameters
    ----------
    outward
        How addresses that users name are reached.
    url
        Where.
    form
        What is posted; None to get.
    user
        Name and password of HTTP Basic; None for none.

    Raises
    ------
    UnavailableError
        If it is not there, not allowed, or no JSON object of bounded size.
    UsageError
        If the URL cannot be used.
    """
    parts = check_url(url, loopback=outward.loopback)
    host, port = parts.hostname or "", port_of(parts)
    try:
        async with asyncio.timeout(outward.seconds):
            address, *_ = await outward.checked(host, port, secure=parts.scheme == "https")
            named = f"[{host}]" if ":" in host else host
            headers = {
                "Accept": "application/json",
                "Host": named if parts.port is None else f"{named}:{parts.port}",
            }
            async with httpx2.AsyncClient(
                trust_env=False, follow_redirects=False, timeout=outward.seconds
            ) as client:
                request = client.build_request(
                    "GET" if form is None else "POST",
                    httpx2.URL(url).copy_with(host=address),
                    data=form,
                    headers=headers,
                    extensions={"sni_hostname": host},
                )
                auth = None if user is None else httpx2.BasicAuth(*user)
                response = await client.send(request, auth=auth, stream=True)
                try:
                    return _object(response.status_code, await _content(response))
                finally:
                    await response.aclose()
    except (RefusedAddressError, httpx2.HTTPError, TimeoutError):
        remedy = "Check its address, and that PLIMSOLL_EGRESS allows it."
        raise UnavailableError("the provider does not answer", remedy=remedy) from None


async def _content(response: httpx2.Response) -> bytes:
    received = bytearray()
    async for chunk in response.aiter_bytes():
        received += chunk
        if len(received) > _MOST_BYTES:
            raise UnavailableError("the provider says too much")
    return bytes(received)


def _object(status: int, content: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        found = None
    if status != 200 or not isinstance(found, dict):
        raise UnavailableError(
            "the provider refuses", remedy="Check what we are called there, and the secret."
        )
    return found
