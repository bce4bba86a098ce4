"""Levels shared by several instances through a Redis stream for each tenant.

A level is decided upon once, by the instance that its tick came to, and then heard by all. As the later of
two levels wins wherever they are heard, nobody waits for Redis: an instance values its own ticks at once, and
what could not be shared is shared when Redis is back. The database, where every instance keeps what it has
taken, fills whatever gap the stream leaves.
"""

import asyncio
import datetime as dt
import json
import secrets
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import structlog

from plimsoll.errors import PlimsollError
from plimsoll.performance.redis_link import RedisLink
from plimsoll.workflows.live_room import LiveRoom
from plimsoll.workflows.tick_board import Level

if TYPE_CHECKING:
    from redis.asyncio import Redis

__all__ = ["LiveSharing", "levels_from", "levels_text"]

_log = structlog.get_logger("plimsoll.live")

_KEY = "plimsoll:live:{%s}"  # what stands in braces decides where in a cluster it lies
_KEPT = 10_000  # entries of a stream, about: a minute and more at the highest rate
_BLOCK_MILLISECONDS = 1_000
_WRITE_SECONDS, _READ_SECONDS = 0.5, 3.0
_AGAIN_SECONDS = 0.5
_BACK_MILLISECONDS = 60_000
_SETTLED_SECONDS = 3.0  # by when others have kept what they took before the stream was lost


class LiveSharing:
    """Shares the levels of every tenant that is live here.

    Parameters
    ----------
    url
        Of Redis; see `plimsoll.performance.redis_link.RedisLink`.
    degraded
        Told whenever sharing begins to fail or works again.
    """

    def __init__(self, url: str, *, degraded: Callable[[bool], None] = lambda _: None) -> None:
        self._name = secrets.token_hex(8)
        self._writing = RedisLink(url, seconds=_WRITE_SECONDS)
        self._reading = RedisLink(url, seconds=_READ_SECONDS)
        self._degraded = degraded
        self._tasks: list[asyncio.Task[None]] = []
        self._failing: set[str] = set()
        self._told: set[str] = set()

    def join(self, room: LiveRoom) -> None:
        """Share the levels of a tenant from now on."""
        for word, work in (("write", self._write), ("read", self._read)):
            self._tasks.append(asyncio.create_task(self._go_on(f"{word} {room.tenant}", room, work)))
            self._failing.add(f"{word} {room.tenant}")
        room.set_degraded(True)  # until both have found Redis

    async def close(self) -> None:
        """Share no more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._writing.close()
        await self._reading.close()

    async def _go_on(self, word: str, room: LiveRoom, work: Callable[[str, LiveRoom], Any]) -> None:
        """Write or read until something goes wrong, and begin anew."""
        while True:
            try:
                await work(word, room)
            except PlimsollError as error:
                if word not in self._told:
                    self._told.add(word)
                    _log.warning("live ticks are not shared", what=word, error=error.message)
            except Exception as error:  # noqa: BLE001 - sharing must outlive whatever comes
                _log.exception("live ticks are not shared", what=word, error=repr(error))
            self._set(word, room, failing=True)
            await asyncio.sleep(_AGAIN_SECONDS)

    def _set(self, word: str, room: LiveRoom, *, failing: bool) -> None:
        (self._failing.add if failing else self._failing.discard)(word)
        if not failing:
            self._told.discard(word)
        room.set_degraded(any(one.endswith(str(room.tenant)) for one in self._failing))
        self._degraded(bool(self._failing))

    async def _write(self, word: str, room: LiveRoom) -> None:
        key = _KEY % room.tenant

        async def ping(redis: "Redis") -> object:
            return await redis.exists(key)

        await self._writing.ask(ping)
        self._set(word, room, failing=False)
        while True:
            levels, look = await room.outbox.take()
            fields: dict[Any, Any] = {"from": self._name, "levels": levels_text(levels), "look": int(look)}

            async def add(redis: "Redis", fields: dict[Any, Any] = fields) -> object:
                return await redis.xadd(key, fields, maxlen=_KEPT, approximate=True)

            try:
                await self._writing.ask(add)
            except BaseException:
                room.outbox.put_back(levels, look=look)
                raise

    async def _read(self, word: str, room: LiveRoom) -> None:
        key = _KEY % room.tenant
        last = await self._reading.ask(_some_time_ago)
        await room.catch_up()
        again: float | None = asyncio.get_running_loop().time() + _SETTLED_SECONDS
        self._set(word, room, failing=False)
        while True:

            async def read(redis: "Redis", last: str = last) -> Any:
                return await redis.xread({key: last}, count=100, block=_BLOCK_MILLISECONDS)

            for name, fields in _entries(await self._reading.ask(read)):
                last = name
                if fields.get("from") != self._name:
                    await self._heard(room, fields)
            if again is not None and asyncio.get_running_loop().time() > again:
                again = None
                await room.catch_up()

    async def _heard(self, room: LiveRoom, fields: Mapping[str, str]) -> None:
        try:
            room.hear(levels_from(fields.get("levels", "")), keep=False)
        except ValueError as error:
            _log.warning("a shared entry cannot be read", error=str(error))
        if fields.get("look") == "1":
            await room.watch()


def levels_text(levels: Mapping[str, Level]) -> str:
    """Return levels as JSON; numbers keep every bit.

    Examples
    --------
    >>> noon = dt.datetime(2026, 6, 30, 12, tzinfo=dt.UTC)
    >>> levels_text({"aapl": Level(189.2, noon, 1, "me")})
    '[["aapl",189.2,"2026-06-30T12:00:00+00:00",1,"me"]]'
    """
    rows = [[name, one.price, one.at.isoformat(), one.stamp, one.source] for name, one in levels.items()]
    return json.dumps(rows, separators=(",", ":"), allow_nan=False)


def levels_from(text: str) -> dict[str, Level]:
    """Return the levels that `levels_text` was given.

    Raises
    ------
    ValueError
        If it is no such text.
    """
    try:
        return {
            str(name): Level(float(price), _instant(at), int(stamp), str(source))
            for name, price, at, stamp, source in json.loads(text)
        }
    except (TypeError, KeyError) as error:
        raise ValueError("these are no levels") from error


def _instant(text: str) -> dt.datetime:
    found = dt.datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError("a time has no zone")
    return found


async def _some_time_ago(redis: "Redis") -> str:
    """Return an id from before whatever may have been missed, by the clock of Redis."""
    seconds, microseconds = await redis.time()
    return f"{max(0, int(seconds) * 1000 + int(microseconds) // 1000 - _BACK_MILLISECONDS)}-0"


def _entries(answer: Any) -> list[tuple[str, dict[str, str]]]:
    """Return the entries of one stream; clients differ in whether they answer by a list or a mapping."""
    streams = answer.values() if isinstance(answer, Mapping) else [found for _, found in answer or ()]
    return [
        (_text(name), {_text(field): _text(value) for field, value in fields.items()})
        for found in streams
        for name, fields in (found[0] if found and isinstance(found[0], list) else found)
    ]


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value
