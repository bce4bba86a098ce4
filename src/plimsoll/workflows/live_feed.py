"""Numbered updates of one live portfolio: each is encoded once and shared by everybody who listens."""

import asyncio
import re
import secrets
from collections import deque
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

__all__ = ["Delivery", "Listener", "LiveFeed", "Published", "Reason"]

_KEPT = 256
_NUMBER = re.compile("[0-9]{1,18}")


class Reason(StrEnum):
    """Why a listener is sent an update."""

    SNAPSHOT = "snapshot"  # the first one that they are sent
    UPDATE = "update"  # the one after the last one that they were sent
    COALESCED = "coalesced"  # they were slow: it stands for several, whose numbers it contains
    RESET = "reset"  # they ask to go on where nobody can any more: forget what was before


@dataclass(frozen=True, slots=True)
class Published:
    """An update as it is sent.

    Parameters
    ----------
    id
        Which feed and which number in it, as one word: ``Last-Event-ID`` brings it back.
    sequence
        Number in the feed, from one.
    body
        The message, encoded.
    """

    id: str
    sequence: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Delivery:
    """An update for one listener, and why they are sent it."""

    reason: Reason
    published: Published


class LiveFeed:
    """The updates of one live portfolio, of which the last ones are kept.

    Every update is complete, so that a listener who has the last one has missed nothing.

    Parameters
    ----------
    kept
        How many updates can be sent again to a listener who was cut off.

    Attributes
    ----------
    listeners
        How many there are now.
    closed
        Whether there will be no more updates.

    Examples
    --------
    >>> feed = LiveFeed()
    >>> feed.publish(b"{}").sequence
    1
    """

    def __init__(self, *, kept: int = _KEPT) -> None:
        # Numbers of another process, or of this one before it was restarted, are none of ours.
        self._name = secrets.token_hex(4)
        self._kept: deque[Published] = deque(maxlen=kept)
        self._changed = asyncio.Event()
        self._heard = asyncio.Event()
        self.listeners = 0
        self.closed = False

    @property
    def latest(self) -> Published | None:
        """The last update; None before the first."""
        return self._kept[-1] if self._kept else None

    @property
    def next_sequence(self) -> int:
        """The number that the next update gets."""
        return self._kept[-1].sequence + 1 if self._kept else 1

    def id_of(self, sequence: int) -> str:
        """Return the id of an update."""
        return f"{self._name}-{sequence}"

    def publish(self, body: bytes) -> Published:
        """Hand an update to all who listen."""
        sequence = self.next_sequence
        made = Published(self.id_of(sequence), sequence, body)
        self._kept.append(made)
        self._wake()
        return made

    def close(self) -> None:
        """Let all who listen go."""
        self.closed = True
        self._wake()

    def listen(self, last_id: str | None = None) -> "Listener":
        """Return a place in the feed, from which updates are read as they come.

        Parameters
        ----------
        last_id
            Id of the last update that the listener had. What came after it is delivered again where it is
            still kept; else the latest update comes as a reset.
        """
        if last_id is None:
            return Listener(self, Reason.SNAPSHOT, 0)
        name, _, number = last_id.partition("-")
        ours = name == self._name and _NUMBER.fullmatch(number) is not None
        position = int(number) if ours else -1
        first = self._kept[0].sequence if self._kept else 1
        if first - 1 <= position < self.next_sequence:
            return Listener(self, Reason.UPDATE, position)
        return Listener(self, Reason.RESET, 0)

    def due(self, reason: Reason, position: int) -> Delivery | None:
        """Return what somebody who had the update `position` is sent now; None where they have all."""
        latest = self.latest
        if latest is None or latest.sequence <= position:
            return None
        if reason in (Reason.SNAPSHOT, Reason.RESET):
            return Delivery(reason, latest)
        first = self._kept[0].sequence
        if reason is Reason.UPDATE and position + 1 >= first:
            return Delivery(Reason.UPDATE, self._kept[position + 1 - first])
        one_step = latest.sequence == position + 1
        return Delivery(Reason.UPDATE if one_step else Reason.COALESCED, latest)

    async def heard(self) -> None:
        """Wait until somebody listens."""
        await self._heard.wait()

    def enter(self) -> None:
        """Count one listener more."""
        self.listeners += 1
        self._heard.set()

    def leave(self) -> None:
        """Count one listener less."""
        self.listeners -= 1
        if not self.listeners:
            self._heard.clear()

    async def changed(self) -> bool:
        """Wait for the next update; return False when there will be none."""
        if not self.closed:
            await self._changed.wait()
        return not self.closed

    def _wake(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()


class Listener:
    """A place in a feed.

    Parameters
    ----------
    feed
        Which one.
    reason
        Of the first delivery.
    position
        Number of the last update that the listener had.
    """

    def __init__(self, feed: LiveFeed, reason: Reason, position: int) -> None:
        self._feed = feed
        self._reason = reason
        self._position = position

    def __enter__(self) -> Self:
        """Be counted as a listener for as long as the block lasts."""
        self._feed.enter()
        return self

    def __exit__(self, *_: object) -> None:
        """Be counted no more."""
        self._feed.leave()

    async def next(self) -> Delivery | None:
        """Wait for the next delivery; None when the feed is closed.

        Somebody who resumes is sent each update that they missed; whoever has caught up once, and is slow, is
        sent the latest in place of several.
        """
        while (due := self._feed.due(self._reason, self._position)) is None:
            if not await self._feed.changed():
                return None
        if self._feed.closed:
            return None
        self._position = due.published.sequence
        resuming = self._reason is Reason.UPDATE and self._position + 1 < self._feed.next_sequence
        self._reason = Reason.UPDATE if resuming else Reason.COALESCED
        return due
