"""Master keys: whoever holds one wraps the data keys of tenants and unwraps them again."""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from plimsoll.errors import UnavailableError
from plimsoll.security.key_derivation import derived, secret_of

__all__ = ["Kms", "KmsProvider", "LocalKms", "WrappedKey"]

_NONCE_BYTES = 12


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A data key as it may be kept.

    Parameters
    ----------
    provider
        Name of the provider that holds the master key.
    master
        Which master key.
    content
        The data key under it.
    """

    provider: str
    master: str
    content: bytes


class KmsProvider(Protocol):
    """Holds master keys and hands none out."""

    @property
    def name(self) -> str:
        """What `WrappedKey.provider` says."""

    async def master(self) -> str:
        """Return which master key wraps now.

        Raises
        ------
        UnavailableError
            If the provider cannot be reached.
        """

    async def wrap(self, key: bytes, context: Mapping[str, str]) -> WrappedKey:
        """Wrap a data key.

        Parameters
        ----------
        key
            The key.
        context
            What it is for; without the same context it is not unwrapped.

        Raises
        ------
        UnavailableError
            If the provider cannot be reached or refuses.
        """

    async def unwrap(self, wrapped: WrappedKey, context: Mapping[str, str]) -> bytes:
        """Return a data key.

        Raises
        ------
        UnavailableError
            If the provider cannot be reached or refuses, or the key was changed or belongs elsewhere.
        """


@dataclass(frozen=True, slots=True)
class LocalKms:
    """Master keys in a file of this machine; the first one wraps, all of them unwrap.

    Parameters
    ----------
    read
        Returns the keys as tokens, the newest first; asked each time, so that a new one counts at once.

    Examples
    --------
    >>> import asyncio
    >>> from plimsoll.security.tokens import new_token
    >>> keys = [new_token("plq")]
    >>> kms = LocalKms(lambda: keys)
    >>> wrapped = asyncio.run(kms.wrap(b"key", {"tenant": "1"}))
    >>> asyncio.run(kms.unwrap(wrapped, {"tenant": "1"}))
    b'key'
    """

    read: Callable[[], Sequence[str]]

    @property
    def name(self) -> str:
        """What `WrappedKey.provider` says."""
        return "local"

    async def master(self) -> str:
        """Return which master key wraps now."""
        return _name_of(secret_of(self.read()[0]))

    async def wrap(self, key: bytes, context: Mapping[str, str]) -> WrappedKey:
        """Wrap a data key; see :meth:`KmsProvider.wrap`."""
        secret = secret_of(self.read()[0])
        nonce = os.urandom(_NONCE_BYTES)
        sealed = nonce + _cipher(secret).encrypt(nonce, key, _associated(context))
        return WrappedKey(self.name, _name_of(secret), sealed)

    async def unwrap(self, wrapped: WrappedKey, context: Mapping[str, str]) -> bytes:
        """Return a data key; see :meth:`KmsProvider.unwrap`."""
        secrets = [secret for secret in map(secret_of, self.read()) if _name_of(secret) == wrapped.master]
        nonce, sealed = wrapped.content[:_NONCE_BYTES], wrapped.content[_NONCE_BYTES:]
        for secret in secrets:
            try:
                return _cipher(secret).decrypt(nonce, sealed, _associated(context))
            except (InvalidTag, ValueError):
                break
        raise UnavailableError(
            "a data key cannot be unwrapped", remedy="Restore the file with the sealing key from its backup."
        )


@dataclass(frozen=True, slots=True)
class Kms:
    """The provider in use, and those whose keys may still be about.

    Parameters
    ----------
    current
        Wraps, and unwraps its own.
    others
        Unwrap what they have wrapped before `current` took over.
    """

    current: KmsProvider
    others: tuple[KmsProvider, ...] = ()

    async def master(self) -> tuple[str, str]:
        """Return the name of the provider in use and of its master key."""
        return self.current.name, await self.current.master()

    async def wrap(self, key: bytes, context: Mapping[str, str]) -> WrappedKey:
        """Wrap a data key; see :meth:`KmsProvider.wrap`."""
        return await self.current.wrap(key, context)

    async def unwrap(self, wrapped: WrappedKey, context: Mapping[str, str]) -> bytes:
        """Return a data key; see :meth:`KmsProvider.unwrap`."""
        for provider in (self.current, *self.others):
            if provider.name == wrapped.provider:
                return await provider.unwrap(wrapped, context)
        remedy = "Configure the provider again until all keys are wrapped by the new one."
        raise UnavailableError(
            f"a data key was wrapped by {wrapped.provider}, which is not in use", remedy=remedy
        )


def _cipher(secret: bytes) -> AESGCM:
    return AESGCM(derived(secret, "plimsoll local kms"))


def _name_of(secret: bytes) -> str:
    """Return a name for a master key that tells nothing about it."""
    return derived(secret, "plimsoll name of a master key")[:8].hex()


def _associated(context: Mapping[str, str]) -> bytes:
    return json.dumps(dict(context), sort_keys=True, separators=(",", ":")).encode()
