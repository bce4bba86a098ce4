"""E-mail to people with accounts: what is written, and what carries it."""

import asyncio
import datetime as dt
import os
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Protocol

from plimsoll.data.store.models import new_id
from plimsoll.errors import UnavailableError

__all__ = ["Mail", "Mailer", "NoMailer", "Outbox", "message_of"]

_OWNER = 0o600


@dataclass(frozen=True, slots=True)
class Mail:
    """One message to one person.

    Parameters
    ----------
    to
        From :func:`plimsoll.security.emails.normal_email`.
    subject
        On one line, in words of ours.
    text
        Plain text. It may hold a link, so that it is shown nowhere.
    """

    to: str
    subject: str
    text: str = field(repr=False)


class Mailer(Protocol):
    """Carries messages."""

    async def send(self, mail: Mail) -> None:
        """Take a message over.

        Raises
        ------
        UnavailableError
            If it is not taken.
        """


class NoMailer:
    """Carries nothing: there is no way to send e-mail."""

    async def send(self, mail: Mail) -> None:  # noqa: ARG002 - named as everywhere
        """Refuse it.

        Raises
        ------
        UnavailableError
            Always.
        """
        raise UnavailableError("no e-mail can be sent", remedy="Hand the link over yourself.")


class Outbox:
    """Puts messages into a folder of this machine, each as a file that mail programs open.

    Parameters
    ----------
    folder
        Made when the first message comes; only its owner reads there.
    sender
        From whom messages are.
    """

    def __init__(self, folder: Path, sender: str = "plimsoll@localhost") -> None:
        self.folder = folder
        self.sender = sender

    async def send(self, mail: Mail) -> None:
        """Put a message into the folder.

        Raises
        ------
        UnavailableError
            If it cannot be written.
        """
        try:
            await asyncio.to_thread(self._write, mail)
        except OSError as error:
            raise UnavailableError(f"{self.folder} cannot be used: {error.strerror}") from None

    def _write(self, mail: Mail) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self.folder / f"{new_id()}.eml"
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, _OWNER)
        with os.fdopen(descriptor, "wb") as file:
            file.write(bytes(message_of(mail, self.sender)))


def message_of(mail: Mail, sender: str) -> EmailMessage:
    """Return a message as mail programs want it; what is in it cannot make a header or another recipient.

    Parameters
    ----------
    mail, sender
        What is said, and by whom.

    Examples
    --------
    >>> message_of(Mail("ada@example.com", "Hello", "Good day."), "plimsoll@localhost")["To"]
    'ada@example.com'
    """
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    user, _, domain = mail.to.rpartition("@")
    message["To"] = Address(username=user, domain=domain)
    message["Subject"] = " ".join(mail.subject.split())
    message["Date"] = dt.datetime.now(dt.UTC)
    message.set_content(mail.text)
    return message
