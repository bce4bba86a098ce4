"""How secrets are sealed; the calls, and the methods of both clients."""

from plimsoll.client.answers import message
from plimsoll.client.call import API_PREFIX, Call, get
from plimsoll.client.sending import AsyncSends, Sends
from plimsoll.wire.jobs import Job
from plimsoll.wire.sealing import Sealing

__all__ = ["AsyncSealingMethods", "SealingMethods"]


class SealingMethods(Sends):
    """The keys of a client that waits for each answer."""

    def sealing(self) -> Sealing:
        """Return by which keys secrets are sealed; no secret and no key is shown."""
        return self.send(_state())

    def rotate_secrets(self) -> Job:
        """Make a new data key and seal everything anew under it, unless a new one is on its way already."""
        return self.send(_put_down("rotate"))

    def reseal_secrets(self) -> Job:
        """Bring data keys under the master key of now, and secrets under the data key of now."""
        return self.send(_put_down("reseal"))


class AsyncSealingMethods(AsyncSends):
    """The keys of a client on an event loop; see `SealingMethods`."""

    async def sealing(self) -> Sealing:
        """Return by which keys secrets are sealed; no secret and no key is shown."""
        return await self.send(_state())

    async def rotate_secrets(self) -> Job:
        """Make a new data key and seal everything anew under it; see `SealingMethods`."""
        return await self.send(_put_down("rotate"))

    async def reseal_secrets(self) -> Job:
        """Bring data keys under the master key of now, and secrets under the data key of now."""
        return await self.send(_put_down("reseal"))


def _state() -> Call[Sealing]:
    return get("/secrets", message(Sealing))


def _put_down(what: str) -> Call[Job]:
    return Call(method="POST", path=f"{API_PREFIX}/secrets/{what}", read=message(Job))
