"""Asking the platform: the one that runs in the data directory, or one that lives for the question."""

import datetime as dt
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar
from uuid import UUID

import typer

from plimsoll.cli.places import installation
from plimsoll.errors import UsageError

if TYPE_CHECKING:
    from plimsoll.client import AsyncRiskClient

__all__ = ["Json", "Place", "ask", "day", "identifier", "instant"]

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]

Place = tuple[Path, str | None]
"""A data directory, and the URL of a database elsewhere."""

_Found = TypeVar("_Found")


def ask(place: Place, question: Callable[["AsyncRiskClient"], Awaitable[_Found]]) -> _Found:
    """Return what a question to the platform of a place finds.

    Parameters
    ----------
    place
        As `plimsoll.cli.places.where` finds it.
    question
        What to do with a client of it.
    """
    import asyncio

    async def asked() -> _Found:
        async with _client(*place) as client:
            return await question(client)

    return asyncio.run(asked())


def day(text: str) -> dt.date:
    """Return a date that the user has typed.

    Raises
    ------
    UsageError
        If it is none.

    Examples
    --------
    >>> day("2022-12-28")
    datetime.date(2022, 12, 28)
    """
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{text} is no date", remedy="Write it as 2022-12-28.") from None


def identifier(text: str, remedy: str) -> UUID:
    """Return an id that the user has typed.

    Raises
    ------
    UsageError
        If it is none; the remedy says where to find one.
    """
    try:
        return UUID(text)
    except ValueError:
        raise UsageError(f"{text} is no id", remedy=remedy) from None


def instant(text: str) -> dt.datetime:
    """Return an instant that the user has typed.

    Raises
    ------
    UsageError
        If it is none, or does not say on whose clock.

    Examples
    --------
    >>> instant("2030-01-31T18:00Z").isoformat()
    '2030-01-31T18:00:00+00:00'
    """
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise UsageError(f"{text} is no instant", remedy="Write it as 2030-01-31T18:00Z.")
    return found


@asynccontextmanager
async def _client(directory: Path, database_url: str | None) -> AsyncIterator["AsyncRiskClient"]:
    """Reach the platform that runs in the data directory, or be one for a moment."""
    from plimsoll.client import AsyncRiskClient
    from plimsoll.services.risk_api.local_key import local_api_key
    from plimsoll.services.risk_api.running import running_url

    url = running_url(directory) if database_url is None else None
    if url is not None:
        async with AsyncRiskClient(url, local_api_key(directory)) as client:
            yield client
        return
    # All but the cache that instances share: for one question it would only be something to wait for.
    place = replace(installation(directory, database_url), redis_url=None)
    async with place.client() as client:
        yield client
