"""The own factors of whoever is signed in; the calls, and the methods of both clients."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from plimsoll.client.answers import message
from plimsoll.client.call import API_PREFIX, Call, get, post
from plimsoll.client.messages import checked
from plimsoll.client.sending import AsyncSends, Sends
from plimsoll.wire.factors import (
    FactorAdded,
    FactorCode,
    FactorList,
    NewFactor,
    NewPasskey,
    PasskeyOptions,
    RecoveryCodes,
    TotpSecret,
)

__all__ = ["AsyncFactorMethods", "FactorMethods"]

_PATH = "/me/factors"


class FactorMethods(Sends):
    """The factors of a client that waits for each answer."""

    def my_factors(self) -> FactorList:
        """Return the own factors, and how many recovery codes are left."""
        return self.send(get(_PATH, message(FactorList)))

    def add_totp(self, name: str, *, idempotency_key: str | None = None) -> TotpSecret:
        """Begin to use an authenticator app; its secret is not shown again.

        Parameters
        ----------
        name
            For its owner.
        idempotency_key
            Under the same key the same app comes back; None for a fresh one.
        """
        return self.send(_add_totp(name, idempotency_key))

    def confirm_factor(self, factor_id: UUID, code: str) -> FactorAdded:
        """Show that a factor works, by the code of this moment; the first one brings recovery codes."""
        return self.send(_confirm(factor_id, code))

    def begin_passkey(self) -> PasskeyOptions:
        """Return what a browser needs to make a passkey."""
        return self.send(_begin_passkey())

    def add_passkey(self, name: str, credential: Mapping[str, Any]) -> FactorAdded:
        """Keep a passkey that a browser has made; `credential` is its answer."""
        return self.send(_add_passkey(name, credential))

    def make_recovery_codes(self) -> RecoveryCodes:
        """Return ten new recovery codes; older ones count no more."""
        return self.send(_make_codes())

    def remove_factor(self, factor_id: UUID) -> None:
        """Forget a factor."""
        self.send(_remove(factor_id))


class AsyncFactorMethods(AsyncSends):
    """The factors of a client on an event loop; see `FactorMethods`."""

    async def my_factors(self) -> FactorList:
        """Return the own factors, and how many recovery codes are left."""
        return await self.send(get(_PATH, message(FactorList)))

    async def add_totp(self, name: str, *, idempotency_key: str | None = None) -> TotpSecret:
        """Begin to use an authenticator app; see `FactorMethods`."""
        return await self.send(_add_totp(name, idempotency_key))

    async def confirm_factor(self, factor_id: UUID, code: str) -> FactorAdded:
        """Show that a factor works, by the code of this moment; the first one brings recovery codes."""
        return await self.send(_confirm(factor_id, code))

    async def begin_passkey(self) -> PasskeyOptions:
        """Return what a browser needs to make a passkey."""
        return await self.send(_begin_passkey())

    async def add_passkey(self, name: str, credential: Mapping[str, Any]) -> FactorAdded:
        """Keep a passkey that a browser has made; `credential` is its answer."""
        return await self.send(_add_passkey(name, credential))

    async def make_recovery_codes(self) -> RecoveryCodes:
        """Return ten new recovery codes; older ones count no more."""
        return await self.send(_make_codes())

    async def remove_factor(self, factor_id: UUID) -> None:
        """Forget a factor."""
        await self.send(_remove(factor_id))


def _add_totp(name: str, key: str | None) -> Call[TotpSecret]:
    return post(f"{_PATH}/totp", message(TotpSecret), checked(NewFactor, {"name": name}), key=key)


def _confirm(factor_id: UUID, code: str) -> Call[FactorAdded]:
    given = checked(FactorCode, {"code": code})
    return _once(f"{_PATH}/{factor_id}/confirm", FactorAdded, given.model_dump_json().encode())


def _begin_passkey() -> Call[PasskeyOptions]:
    return _once(f"{_PATH}/passkeys/options", PasskeyOptions)


def _add_passkey(name: str, credential: Mapping[str, Any]) -> Call[FactorAdded]:
    given = checked(NewPasskey, {"name": name, "credential": dict(credential)})
    return _once(f"{_PATH}/passkeys", FactorAdded, given.model_dump_json().encode())


def _make_codes() -> Call[RecoveryCodes]:
    return _once(f"{_PATH}/recovery-codes", RecoveryCodes)


def _remove(factor_id: UUID) -> Call[None]:
    return Call(method="DELETE", path=f"{API_PREFIX}{_PATH}/{factor_id}", read=lambda _: None)


def _once(path: str, kind: Any, content: bytes | None = None) -> Call[Any]:
    """Return a call that is sent once: what it consumes is gone the second time."""
    headers = {} if content is None else {"Content-Type": "application/json"}
    return Call(method="POST", path=API_PREFIX + path, read=message(kind), headers=headers, content=content)
