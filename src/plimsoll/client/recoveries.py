"""Factors of others, recoveries and the rules of codes by SMS: the calls, and methods of both clients."""

from collections.abc import AsyncIterator, Iterator
from typing import TypeVar
from uuid import UUID

from plimsoll.client.answers import message
from plimsoll.client.call import API_PREFIX, Call, get, post
from plimsoll.client.messages import checked
from plimsoll.client.sending import AsyncSends, Sends
from plimsoll.wire.factors import FactorList
from plimsoll.wire.page import Page
from plimsoll.wire.recoveries import NewRecovery, Recovery, RecoveryPage, RecoveryWithLink
from plimsoll.wire.sms_policies import SmsPolicy

__all__ = ["AsyncRecoveryMethods", "RecoveryMethods"]

_Answer = TypeVar("_Answer", bound=Recovery)


class RecoveryMethods(Sends):
    """Recoveries of a client that waits for each answer."""

    def user_factors(self, user_id: UUID) -> FactorList:
        """Return the factors of somebody, and how many recovery codes they have left."""
        return self.send(get(f"/users/{user_id}/factors", message(FactorList)))

    def ask_for_recovery(
        self, user_id: UUID, reason: str, *, idempotency_key: str | None = None
    ) -> RecoveryWithLink:
        """Ask that password and factors of somebody be forgotten.

        Parameters
        ----------
        user_id, reason
            Whose, and why. For an administrator another one has to agree.
        idempotency_key
            Under the same key the same recovery comes back; None for a fresh one.
        """
        return self.send(_ask(user_id, reason, idempotency_key))

    def recoveries(self, *, page_size: int | None = None) -> Iterator[Recovery]:
        """Yield recoveries, oldest first."""
        return self.items(_list(page_size))

    def recovery(self, recovery_id: UUID) -> Recovery:
        """Return a recovery."""
        return self.send(get(f"/recoveries/{recovery_id}", message(Recovery)))

    def approve_recovery(self, recovery_id: UUID) -> RecoveryWithLink:
        """Agree as the second person; the answer has the link by which the user begins anew."""
        return self.send(_decide(recovery_id, "approve", RecoveryWithLink))

    def refuse_recovery(self, recovery_id: UUID) -> Recovery:
        """Refuse a recovery, or take it back."""
        return self.send(_decide(recovery_id, "refuse", Recovery))

    def sms_policy(self) -> SmsPolicy:
        """Return what the tenant allows of codes by SMS."""
        return self.send(get("/sms-policy", message(SmsPolicy)))

    def change_sms_policy(self, wanted: SmsPolicy) -> SmsPolicy:
        """Say what the tenant allows; `wanted` holds the version that was seen."""
        return self.send(_policy(wanted))


class AsyncRecoveryMethods(AsyncSends):
    """Recoveries of a client on an event loop; see `RecoveryMethods`."""

    async def user_factors(self, user_id: UUID) -> FactorList:
        """Return the factors of somebody, and how many recovery codes they have left."""
        return await self.send(get(f"/users/{user_id}/factors", message(FactorList)))

    async def ask_for_recovery(
        self, user_id: UUID, reason: str, *, idempotency_key: str | None = None
    ) -> RecoveryWithLink:
        """Ask that password and factors of somebody be forgotten; see `RecoveryMethods`."""
        return await self.send(_ask(user_id, reason, idempotency_key))

    def recoveries(self, *, page_size: int | None = None) -> AsyncIterator[Recovery]:
        """Yield recoveries, oldest first."""
        return self.items(_list(page_size))

    async def recovery(self, recovery_id: UUID) -> Recovery:
        """Return a recovery."""
        return await self.send(get(f"/recoveries/{recovery_id}", message(Recovery)))

    async def approve_recovery(self, recovery_id: UUID) -> RecoveryWithLink:
        """Agree as the second person; the answer has the link by which the user begins anew."""
        return await self.send(_decide(recovery_id, "approve", RecoveryWithLink))

    async def refuse_recovery(self, recovery_id: UUID) -> Recovery:
        """Refuse a recovery, or take it back."""
        return await self.send(_decide(recovery_id, "refuse", Recovery))

    async def sms_policy(self) -> SmsPolicy:
        """Return what the tenant allows of codes by SMS."""
        return await self.send(get("/sms-policy", message(SmsPolicy)))

    async def change_sms_policy(self, wanted: SmsPolicy) -> SmsPolicy:
        """Say what the tenant allows; `wanted` holds the version that was seen."""
        return await self.send(_policy(wanted))


def _ask(user_id: UUID, reason: str, key: str | None) -> Call[RecoveryWithLink]:
    new = checked(NewRecovery, {"user_id": user_id, "reason": reason})
    return post("/recoveries", message(RecoveryWithLink), new, key=key)


def _list(limit: int | None) -> Call[Page[Recovery]]:
    return get("/recoveries", message(RecoveryPage), limit=limit)


def _decide(recovery_id: UUID, how: str, answer: type[_Answer]) -> Call[_Answer]:
    path = f"{API_PREFIX}/recoveries/{recovery_id}/{how}"
    return Call(method="POST", path=path, read=message(answer))


def _policy(wanted: SmsPolicy) -> Call[SmsPolicy]:
    return Call(
        method="PUT",
        path=f"{API_PREFIX}/sms-policy",
        read=message(SmsPolicy),
        headers={"Content-Type": "application/json"},
        content=wanted.model_dump_json().encode(),
    )
