"""What both clients do with a call: send it, again where that is safe, and fetch the pages that follow."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from types import TracebackType
from typing import Self, TypeVar

import httpx2

from plimsoll.client.call import Call, following
from plimsoll.client.connection import ANSWER_SECONDS, Connection
from plimsoll.client.credentials import Credentials
from plimsoll.client.retries import Retries
from plimsoll.client.streaming import StreamCall, StreamPlace
from plimsoll.client.tries import Tries
from plimsoll.wire.model import WireModel
from plimsoll.wire.page import Page

__all__ = ["AsyncSends", "Sends"]

_Answer = TypeVar("_Answer")
_Item = TypeVar("_Item", bound=WireModel)
_Message = TypeVar("_Message")


class Sends:
    """Sends calls and waits for each answer; :class:`plimsoll.client.RiskClient` and its parts build on it.

    Parameters
    ----------
    url, api_key, timeout, retries, transport
        As for :class:`plimsoll.client.RiskClient`.
    """

    def __init__(
        self,
        url: str,
        api_key: str | Credentials,
        *,
        timeout: float = ANSWER_SECONDS,
        retries: Retries | None = None,
        transport: httpx2.BaseTransport | None = None,
    ) -> None:
        connection = Connection(url, api_key, timeout)
        self._url = connection.url
        self._connection = connection
        self._retries = retries or Retries()
        self._http = httpx2.Client(
            base_url=connection.url,
            headers=connection.headers,
            auth=connection.flow,
            timeout=connection.timeouts,
            transport=transport,
            trust_env=not connection.is_local,
        )

    def __enter__(self) -> Self:
        """Return the client; it is closed at the end of the block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the client."""
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def items(self, call: Call[Page[_Item]]) -> Iterator[_Item]:
        """Yield the items of all pages; each page is fetched when it is needed."""
        step: Call[Page[_Item]] | None = call
        while step is not None:
            page = self.send(step)
            yield from page.items
            step = following(page, step)

    def follow(self, call: StreamCall[_Message]) -> Iterator[_Message]:
        """Yield what a stream says for as long as the caller listens; it goes on where it broke off."""
        place = StreamPlace(call, self._url)
        while True:
            try:
                with self._http.sse(call.path, **place.request()) as source:
                    if not source.response.is_success:
                        source.response.read()
                        place.refuse(source.response)
                    else:
                        for event in source:
                            if place.take(event):
                                yield call.read(event)
            except httpx2.TransportError as error:
                place.broken(error)
            time.sleep(place.wait())

    def send(self, call: Call[_Answer]) -> _Answer:
        """Return what the answer says, or raise the error that it stands for."""
        tries = Tries(call, self._retries, self._url)
        while True:
            try:
                response = self._http.send(call.request(self._http))
            except httpx2.RequestError as error:
                wait = tries.after_error(error)
            else:
                if response.is_success:
                    return call.read(response)
                wait = tries.after_refusal(response)
            time.sleep(wait)


class AsyncSends:
    """Sends calls on an event loop; the resources of :class:`plimsoll.client.AsyncRiskClient` build on it.

    Parameters
    ----------
    url, api_key, timeout, retries, transport
        As for :class:`plimsoll.client.RiskClient`.
    """

    def __init__(
        self,
        url: str,
        api_key: str | Credentials,
        *,
        timeout: float = ANSWER_SECONDS,
        retries: Retries | None = None,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        connection = Connection(url, api_key, timeout)
        self._url = connection.url
        self._connection = connection
        self._retries = retries or Retries()
        self._http = httpx2.AsyncClient(
            base_url=connection.url,
            headers=connection.headers,
            auth=connection.flow,
            timeout=connection.timeouts,
            transport=transport,
            trust_env=not connection.is_local,
        )

    async def __aenter__(self) -> Self:
        """Return the client; it is closed at the end of the block."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the client."""
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def items(self, call: Call[Page[_Item]]) -> AsyncIterator[_Item]:
        """Yield the items of all pages; each page is fetched when it is needed."""
        step: Call[Page[_Item]] | None = call
        while step is not None:
            page = await self.send(step)
            for item in page.items:
                yield item
            step = following(page, step)

    async def follow(self, call: StreamCall[_Message]) -> AsyncGenerator[_Message, None]:
        """Yield what a stream says for as long as the caller listens; it goes on where it broke off."""
        place = StreamPlace(call, self._url)
        while True:
            try:
                async with self._http.sse(call.path, **place.request()) as source:
                    if not source.response.is_success:
                        await source.response.aread()
                        place.refuse(source.response)
                    else:
                        async for event in source:
                            if place.take(event):
                                yield call.read(event)
            except httpx2.TransportError as error:
                place.broken(error)
            await asyncio.sleep(place.wait())

    async def send(self, call: Call[_Answer]) -> _Answer:
        """Return what the answer says, or raise the error that it stands for."""
        tries = Tries(call, self._retries, self._url)
        while True:
            try:
                response = await self._http.send(call.request(self._http))
            except httpx2.RequestError as error:
                wait = tries.after_error(error)
            else:
                if response.is_success:
                    return call.read(response)
                wait = tries.after_refusal(response)
            await asyncio.sleep(wait)
