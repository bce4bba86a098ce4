"""The audit: the calls, and the methods of both clients."""

import datetime as dt
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Literal

import httpx2

from plimsoll.client.answers import message
from plimsoll.client.call import API_PREFIX, Call, get, text
from plimsoll.client.sending import AsyncSends, Sends
from plimsoll.wire.audit import AuditEvent, AuditEventPage, AuditKeyRotation, AuditVerification
from plimsoll.wire.page import Page

__all__ = ["AsyncAuditMethods", "AuditMethods", "ExportName"]

ExportName = Literal["csv", "jsonl"]
"""How a file is written."""


def _events(
    actions: Sequence[str],
    actor: str | None,
    subject: str | None,
    since: dt.datetime | None,
    until: dt.datetime | None,
    limit: int | None,
) -> Call[Page[AuditEvent]]:
    return get(
        "/audit/events",
        message(AuditEventPage),
        action=",".join(actions) or None,
        actor=actor,
        subject=subject,
        since=text(since),
        until=text(until),
        limit=limit,
    )


def _verify() -> Call[AuditVerification]:
    return get("/audit/verification", message(AuditVerification))


def _rotate() -> Call[AuditKeyRotation]:
    return Call(method="POST", path=f"{API_PREFIX}/audit/rotate-key", read=message(AuditKeyRotation))


def _export(
    form: ExportName, actions: Sequence[str], since: dt.datetime | None, until: dt.datetime | None
) -> Call[bytes]:
    query = {"action": ",".join(actions) or None, "since": text(since), "until": text(until)}
    return get("/audit/export", _content, form=form, **query)


def _content(response: httpx2.Response) -> bytes:
    content: bytes = response.content
    return content


class AuditMethods(Sends):
    """The audit of a client that waits for each answer."""

    def audit_events(
        self,
        *,
        actions: Sequence[str] = (),
        actor: str | None = None,
        subject: str | None = None,
        since: dt.datetime | None = None,
        until: dt.datetime | None = None,
        page_size: int | None = None,
    ) -> Iterator[AuditEvent]:
        """Yield what was done, the last thing first; everything that is given has to hold."""
        return self.items(_events(actions, actor, subject, since, until, page_size))

    def verify_audit(self) -> AuditVerification:
        """Go through the whole chain of events, and say what is not as it was sealed."""
        return self.send(_verify())

    def rotate_audit_key(self) -> AuditKeyRotation:
        """Let another key seal the audit from now on; its file belongs into a backup."""
        return self.send(_rotate())

    def export_audit(
        self,
        form: ExportName = "csv",
        *,
        actions: Sequence[str] = (),
        since: dt.datetime | None = None,
        until: dt.datetime | None = None,
    ) -> bytes:
        """Return what was done as a file; that somebody took it is recorded too."""
        return self.send(_export(form, actions, since, until))


class AsyncAuditMethods(AsyncSends):
    """The audit of a client on an event loop; see `AuditMethods`."""

    def audit_events(
        self,
        *,
        actions: Sequence[str] = (),
        actor: str | None = None,
        subject: str | None = None,
        since: dt.datetime | None = None,
        until: dt.datetime | None = None,
        page_size: int | None = None,
    ) -> AsyncIterator[AuditEvent]:
        """Yield what was done, the last thing first."""
        return self.items(_events(actions, actor, subject, since, until, page_size))

    async def verify_audit(self) -> AuditVerification:
        """Go through the whole chain of events, and say what is not as it was sealed."""
        return await self.send(_verify())

    async def rotate_audit_key(self) -> AuditKeyRotation:
        """Let another key seal the audit from now on."""
        return await self.send(_rotate())

    async def export_audit(
        self,
        form: ExportName = "csv",
        *,
        actions: Sequence[str] = (),
        since: dt.datetime | None = None,
        until: dt.datetime | None = None,
    ) -> bytes:
        """Return what was done as a file."""
        return await self.send(_export(form, actions, since, until))
