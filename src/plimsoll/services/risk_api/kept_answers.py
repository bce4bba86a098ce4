"""Answers kept whole: a route that says so is answered from the cache, after the caller was checked.

A route says it below its router's decorator::

    @router.get("/{run_id}/report")
    @kept(FOR_GOOD)
    async def get_report(...) -> Response:
"""

import asyncio
import gzip
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import TypeVar
from uuid import UUID

from cachetools import LRUCache
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from plimsoll.data.store.models import made_at
from plimsoll.performance.cache import TwoLevelCache
from plimsoll.performance.cache_keys import CacheKey
from plimsoll.services.risk_api.etags import not_modified
from plimsoll.services.risk_api.stored_answer import StoredAnswer
from plimsoll.workflows.identity import code_version

__all__ = [
    "BRIEFLY",
    "BRIEFLY_LISTED",
    "FOR_GOOD",
    "Keeping",
    "KeptAnswers",
    "keeping_of",
    "kept",
    "note_page",
]

_COMPRESSED_FROM = 1024
_LEVEL = 5
_IN_A_THREAD_FROM = 16 * 1024  # bytes; to compress fewer takes less time than to wait for a thread
_KIND = "answer"
_MOST_CHANGES = 10_000  # that are remembered; each counts for as long as an answer made before it may live

_Endpoint = TypeVar("_Endpoint", bound=Callable[..., object])
_Make = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Keeping:
    """How long the answers of a route are kept.

    Parameters
    ----------
    seconds
        At most.
    shared
        Whether other instances get them from Redis.
    subject
        The path parameter of a thing whose change ends them at once on this instance; ``*`` where any change
        of the tenant's does; empty for none.
    missing_seconds
        How long it is remembered that there is no such thing: ids are ours, so nobody asks before there is.
    """

    seconds: float
    shared: bool
    subject: str = ""
    missing_seconds: float = 1.0


FOR_GOOD = Keeping(3600.0, shared=True)
"""Of what never changes, as a finished run does not; an hour, so that memory goes to what is asked for."""

_ANYTHING = "*"

BRIEFLY_LISTED = Keeping(1.0, shared=False, subject=_ANYTHING)
"""Of a list of portfolios: as `BRIEFLY`, and ended by the change of any of them; but see `note_page`."""

BRIEFLY = Keeping(1.0, shared=False, subject="portfolio_id")
"""Of a portfolio and what it holds: a change here is seen at once, one on another instance after a second."""


def note_page(request: Request, ids: Sequence[UUID], *, asked: float) -> None:
    """Say of which things the page of a list is made, in its order, the one after its last included.

    Where even the last of them was there for a while when the database was asked, nothing that is made now
    has a place on that page, as lists are in the order in which things were made: such a page is kept until
    something older changes. In a busy tenant something is made all the time.

    Parameters
    ----------
    request
        That is being answered.
    ids
        Of the things; none where nothing comes after the page.
    asked
        Before the database was asked, in seconds since 1970.
    """
    if ids and made_at(ids[-1]) < asked - _SETTLED_SECONDS:
        request.scope["state"][_SETTLED] = True


def kept(keeping: Keeping) -> Callable[[_Endpoint], _Endpoint]:
    """Say that the answers of a ``GET`` are kept; who of a tenant asks makes no difference to them.

    Parameters
    ----------
    keeping
        For how long.
    """

    def note(endpoint: _Endpoint) -> _Endpoint:
        endpoint.__dict__[_NOTE] = keeping
        return endpoint

    return note


_NOTE = "plimsoll_keeping"
_SETTLED = "settled_page"
_SETTLED_SECONDS = 2.0
_YOUNG_SECONDS = 1.0  # less: what is so young when it is told was made after the last of any settled page


def keeping_of(endpoint: Callable[..., object]) -> Keeping | None:
    """Return how long the answers of an endpoint are kept; None for not at all."""
    found: Keeping | None = getattr(endpoint, _NOTE, None)
    return found


class KeptAnswers:
    """The answers that are kept, by tenant, path, query, form and version of the code.

    Parameters
    ----------
    cache
        Where they are.
    """

    def __init__(self, cache: TwoLevelCache) -> None:
        self._cache = cache
        self._changes: LRUCache[tuple[UUID, UUID], str] = LRUCache(_MOST_CHANGES)
        self._older: LRUCache[UUID, str] = LRUCache(_MOST_CHANGES)
        self._numbers = count(1)
        self._code = code_version()

    def note_changes(self, tenant: UUID, changed: frozenset[UUID]) -> None:
        """Forget what is kept of things that were changed: nobody asks for it under that key any more."""
        for subject in (*changed, tenant):
            self._changes[tenant, subject] = str(next(self._numbers))
        young = time.time() - _YOUNG_SECONDS
        if any(made_at(subject) < young for subject in changed):
            self._older[tenant] = str(next(self._numbers))

    def quick(self, request: Request, tenant: UUID, keeping: Keeping) -> Response | None:
        """Return the answer if it is kept in memory, else None; the caller has been checked.

        Parameters
        ----------
        request, tenant, keeping
            As for `answer`.
        """
        packed = "gzip" in request.headers.get("accept-encoding", "")
        try:
            key = self._key(request, tenant, keeping, packed)
        except ValueError:
            return None
        found = self._peek(key, self._settled(key, keeping))
        if found is None:
            return None
        response = _response(request, found)
        if len(response.body) >= _COMPRESSED_FROM and not packed:
            response.headers.add_vary_header("Accept-Encoding")  # as the framework does on the long way
        return response

    async def answer(self, request: Request, tenant: UUID, keeping: Keeping, make: _Make) -> Response:
        """Return the kept answer, or make it and keep it.

        Parameters
        ----------
        request
            Of somebody who may have the answer.
        tenant
            Theirs.
        keeping
            Of the route.
        make
            Answers the request; what it raises is not kept, except for a moment that there is no such thing.
        """
        packed = "gzip" in request.headers.get("accept-encoding", "")
        try:
            key = self._key(request, tenant, keeping, packed)
        except ValueError:  # the id is none, and it is for the endpoint to say so
            return await make(request)
        settled = self._settled(key, keeping)
        found = self._peek(key, settled)
        if found is None:
            try:
                found = await self._made(request, key, keeping, make, packed)
            except _OtherAnswerError:
                return await make(request)
            if settled is not None and _SETTLED in request.scope["state"]:
                await self._got(settled, partial(_already, found), keeping)
        return _response(request, found)

    def _peek(self, key: CacheKey, settled: CacheKey | None) -> bytes | None:
        found = None if settled is None else self._cache.peek(settled)
        return self._cache.peek(key) if found is None else found

    def _settled(self, key: CacheKey, keeping: Keeping) -> CacheKey | None:
        """Return the key of a page that nothing made now has a place on; None where there are no pages."""
        if keeping.subject != _ANYTHING:
            return None
        return key._replace(parts=(*key.parts[:-1], "settled", self._older.get(key.tenant, "")))

    def _key(self, request: Request, tenant: UUID, keeping: Keeping, packed: bool) -> CacheKey:
        scope = request.scope
        change = ""
        if keeping.subject:
            listed = keeping.subject == _ANYTHING
            subject = tenant if listed else UUID(scope["path_params"][keeping.subject])
            change = self._changes.get((tenant, subject), "")
        accepted = request.headers.get("accept", "")
        form = ("gzip" if packed else "") + ("arrow" if "arrow" in accepted else "")
        query = scope["query_string"].decode("latin-1")
        return CacheKey(tenant, _KIND, (self._code, scope["path"], query, form, change))

    async def _made(
        self, request: Request, key: CacheKey, keeping: Keeping, make: _Make, packed: bool
    ) -> bytes:
        async def plain() -> bytes:
            response = await make(_without_condition(request))
            if response.status_code != 200 or not isinstance(getattr(response, "body", None), bytes):
                raise _OtherAnswerError
            return StoredAnswer.of(response).written()

        async def smaller() -> bytes:
            unpacked = self._key(request, key.tenant, keeping, packed=False)
            return await _compressed(await self._got(unpacked, plain, keeping))

        return await self._got(key, smaller if packed else plain, keeping)

    async def _got(self, key: CacheKey, make: Callable[[], Awaitable[bytes]], keeping: Keeping) -> bytes:
        return await self._cache.get_or_make(
            key,
            make,
            seconds=keeping.seconds,
            missing_seconds=keeping.missing_seconds,
            shared=keeping.shared,
        )


async def _already(found: bytes) -> bytes:
    return found


class _OtherAnswerError(Exception):
    """It is none that can be kept."""


def _response(request: Request, found: bytes) -> Response:
    stored = StoredAnswer.read(found)
    if "if-none-match" in request.headers and stored.tag:
        return not_modified(request, stored.tag) or stored.response()
    return stored.response()


async def _compressed(written: bytes) -> bytes:
    stored = StoredAnswer.read(written)
    if len(stored.body) < _COMPRESSED_FROM:
        return written
    if len(stored.body) < _IN_A_THREAD_FROM:
        body = gzip.compress(stored.body, _LEVEL, mtime=0)
    else:
        body = await asyncio.to_thread(gzip.compress, stored.body, _LEVEL, mtime=0)
    return stored.packed(body).written()


def _without_condition(request: Request) -> Request:
    """Return the request of somebody who has seen nothing yet: what is kept is the whole answer."""
    headers = [pair for pair in request.scope["headers"] if pair[0] != b"if-none-match"]
    scope: Scope = {**request.scope, "headers": headers}
    return Request(scope, request.receive)
