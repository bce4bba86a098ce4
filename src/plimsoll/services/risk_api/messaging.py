"""What carries mail and text messages to people: a folder of the data directory, or a provider."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from plimsoll.errors import UsageError
from plimsoll.security.secret_sources import PREFIX, read_secret

if TYPE_CHECKING:
    from plimsoll.workflows.mail import Mailer
    from plimsoll.workflows.text_messages import TextSender

__all__ = ["Messaging"]

_NOBODY = "plimsoll@localhost"  # from whom mail is that goes into a folder
_OUTBOX = "outbox"


@dataclass(frozen=True, slots=True)
class Messaging:
    """The providers that were chosen; what they need and was not said is refused at once.

    Parameters
    ----------
    mail, mail_from
        ``outbox`` or ``ses``, and from whom mail is.
    sms, sms_from
        ``outbox``, ``aws``, ``sns`` or ``twilio``, and from whom text messages are.
    twilio_account, twilio_token
        Who we are there, and where the secret of it is, such as ``secret:file:/run/secrets/twilio``.

    Raises
    ------
    UsageError
        If a provider lacks something, or a secret is said instead of its source.
    """

    mail: str = _OUTBOX
    mail_from: str = _NOBODY
    sms: str = _OUTBOX
    sms_from: str = ""
    twilio_account: str = ""
    twilio_token: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        """Refuse what cannot work."""
        needed = {"mail_from": self.mail == "ses" and self.mail_from == _NOBODY}
        needed["sms_from"] = self.sms in ("aws", "twilio") and not self.sms_from
        needed["twilio_account"] = self.sms == "twilio" and not self.twilio_account
        needed["twilio_token"] = self.sms == "twilio" and not self.twilio_token
        for name, missing in needed.items():
            if missing:
                chosen = "mail = ses" if name == "mail_from" else f"sms = {self.sms}"
                raise UsageError(f"{chosen} needs {name}", remedy=f"Set PLIMSOLL_{name.upper()}.")
        if self.twilio_token and not self.twilio_token.startswith(PREFIX):
            raise UsageError(
                "twilio_token is a secret instead of where one is",
                remedy="Write secret:file:<path>, secret:env:<NAME> or secret:aws:<name>.",
            )

    @property
    def outboxes(self) -> tuple[str, ...]:
        """Return what goes into a folder instead of out: some of ``mail`` and ``sms``."""
        chosen = {"mail": self.mail, "sms": self.sms}
        return tuple(name for name, provider in chosen.items() if provider == _OUTBOX)

    def mailer(self, directory: Path) -> "Mailer":
        """Return what carries mail.

        Parameters
        ----------
        directory
            The data directory.

        Raises
        ------
        UnavailableError
            If AWS cannot be used: boto3 is not installed, or knows no region.
        """
        if self.mail == "ses":
            from plimsoll.security.aws_client import aws_client
            from plimsoll.workflows.aws_messages import SesMail

            aws_client("sesv2")  # what is wrong with it is known now, not with the first message
            return SesMail(self.mail_from)
        from plimsoll.workflows.mail import Outbox

        return Outbox(directory / _OUTBOX, self.mail_from)

    def texts(self, directory: Path) -> "TextSender":
        """Return what carries text messages.

        Parameters
        ----------
        directory
            The data directory.

        Raises
        ------
        UnavailableError
            If AWS cannot be used, or the secret cannot be read.
        """
        if self.sms == "twilio":
            from plimsoll.workflows.twilio import TwilioTexts

            return TwilioTexts(self.twilio_account, read_secret(self.twilio_token), self.sms_from)
        if self.sms in ("aws", "sns"):
            return self._aws_texts()
        from plimsoll.workflows.text_messages import TextOutbox

        return TextOutbox(directory / _OUTBOX)

    def _aws_texts(self) -> "TextSender":
        from plimsoll.security.aws_client import aws_client
        from plimsoll.workflows.aws_messages import AwsTexts, SnsTexts

        aws_client("sns" if self.sms == "sns" else "pinpoint-sms-voice-v2")  # as for mail
        return SnsTexts(self.sms_from) if self.sms == "sns" else AwsTexts(self.sms_from)
