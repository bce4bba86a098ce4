"""Channels: the ways by which people are told; the calls, and the methods of both clients."""

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any
from uuid import UUID

from plimsoll.client.answers import message
from plimsoll.client.call import API_PREFIX, Call, get, post
from plimsoll.client.messages import checked
from plimsoll.client.sending import AsyncSends, Sends
from plimsoll.wire.channels import Channel, ChannelChanges, ChannelPage, ChannelTrial, NewChannel
from plimsoll.wire.page import Page

__all__ = ["AsyncChannelMethods", "ChannelMethods"]


class ChannelMethods(Sends):
    """The channels of a client that waits for each answer."""

    def add_channel(
        self, name: str, url: str, *, idempotency_key: str | None = None, **options: Any
    ) -> Channel:
        """Create a channel; its URL is never shown again.

        Parameters
        ----------
        name, url
            For people, and the way as Apprise writes it.
        idempotency_key
            Under the same key the same channel comes back; None for a fresh one.
        **options
            Of ``kinds``, ``minimum_severity``, ``quiet_hours``, ``escalate_after_minutes``, ``enabled``.
        """
        return self.send(_add(name, url, options, idempotency_key))

    def channels(self, *, page_size: int | None = None) -> Iterator[Channel]:
        """Yield channels, oldest first."""
        return self.items(_list(page_size))

    def channel(self, channel_id: UUID) -> Channel:
        """Return a channel."""
        return self.send(_one(channel_id))

    def change_channel(self, known: Channel, **changes: Any) -> Channel:
        """Change a channel; a PreconditionError says that it was changed since it was read."""
        return self.send(_change(known, changes))

    def test_channel(self, channel_id: UUID) -> ChannelTrial:
        """Send a message through a channel at once and say what came of it."""
        return self.send(_try(channel_id))

    def remove_channel(self, known: Channel) -> None:
        """Tell nobody more through a channel."""
        self.send(_remove(known))


class AsyncChannelMethods(AsyncSends):
    """The channels of a client on an event loop; see `ChannelMethods`."""

    async def add_channel(
        self, name: str, url: str, *, idempotency_key: str | None = None, **options: Any
    ) -> Channel:
        """Create a channel; see `ChannelMethods`."""
        return await self.send(_add(name, url, options, idempotency_key))

    def channels(self, *, page_size: int | None = None) -> AsyncIterator[Channel]:
        """Yield channels, oldest first."""
        return self.items(_list(page_size))

    async def channel(self, channel_id: UUID) -> Channel:
        """Return a channel."""
        return await self.send(_one(channel_id))

    async def change_channel(self, known: Channel, **changes: Any) -> Channel:
        """Change a channel; a PreconditionError says that it was changed since it was read."""
        return await self.send(_change(known, changes))

    async def test_channel(self, channel_id: UUID) -> ChannelTrial:
        """Send a message through a channel at once and say what came of it."""
        return await self.send(_try(channel_id))

    async def remove_channel(self, known: Channel) -> None:
        """Tell nobody more through a channel."""
        await self.send(_remove(known))


def _add(name: str, url: str, options: Mapping[str, Any], key: str | None) -> Call[Channel]:
    new = checked(NewChannel, {"name": name, "url": url, **options})
    return post("/channels", message(Channel), new, key=key)


def _list(limit: int | None) -> Call[Page[Channel]]:
    return get("/channels", message(ChannelPage), limit=limit)


def _one(channel_id: UUID) -> Call[Channel]:
    return get(f"/channels/{channel_id}", message(Channel))


def _change(known: Channel, changes: Mapping[str, Any]) -> Call[Channel]:
    wanted = checked(ChannelChanges, dict(changes))
    return Call(
        method="PATCH",
        path=f"{API_PREFIX}/channels/{known.id}",
        read=message(Channel),
        headers={"Content-Type": "application/json", **_seen(known)},
        content=wanted.model_dump_json(exclude_unset=True).encode(),
    )


def _try(channel_id: UUID) -> Call[ChannelTrial]:
    path = f"{API_PREFIX}/channels/{channel_id}/test"
    return Call(method="POST", path=path, read=message(ChannelTrial))


def _remove(known: Channel) -> Call[None]:
    path = f"{API_PREFIX}/channels/{known.id}"
    return Call(method="DELETE", path=path, read=lambda _: None, headers=_seen(known))


def _seen(known: Channel) -> dict[str, str]:
    return {"If-Match": f'"{known.version}"'}
