"""Text messages to telephones: the one thing a provider has to do, and a folder where there is none."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from plimsoll.data.store.models import new_id
from plimsoll.errors import UnavailableError

__all__ = ["NoTexts", "TextOutbox", "TextSender"]


class TextSender(Protocol):
    """A provider of text messages."""

    async def send(self, number: str, text: str) -> None:
        """Send a text.

        Parameters
        ----------
        number
            E.164, such as ``+4930901820``; it was checked against what the tenant allows.
        text
            Up to 160 characters.

        Raises
        ------
        UnavailableError
            If the provider does not take it.
        """


class NoTexts:
    """Sends nothing, and says so: where no provider is set up."""

    async def send(self, number: str, text: str) -> None:  # noqa: ARG002 - a protocol
        """Refuse a text; see `TextSender`."""
        remedy = "Use an authenticator app or a passkey."
        raise UnavailableError("no text messages are sent from here", remedy=remedy)


@dataclass(frozen=True, slots=True)
class TextOutbox:
    """Puts messages into a folder instead of sending them: for one machine, and for development.

    Parameters
    ----------
    directory
        Made when the first message comes; only its user can read it.
    """

    directory: Path

    async def send(self, number: str, text: str) -> None:
        """Write a text into a file of its own; see `TextSender`."""
        try:
            self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            path = self.directory / f"{new_id()}.sms.json"
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as file:
                json.dump({"to": number, "text": text}, file, ensure_ascii=False)
        except OSError as error:
            raise UnavailableError(f"the outbox cannot be written: {error.strerror}") from error
