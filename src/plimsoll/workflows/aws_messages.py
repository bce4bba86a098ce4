"""Text messages and mail through Amazon Web Services."""

from dataclasses import dataclass
from typing import Any

from plimsoll.security.aws_client import ask_aws, aws_client
from plimsoll.workflows.mail import Mail, message_of

__all__ = ["AwsTexts", "SesMail", "SnsTexts"]

_LIFE_SECONDS = 300  # a code that comes later is of no use


@dataclass(frozen=True, slots=True)
class AwsTexts:
    """Sends text messages by AWS End User Messaging (``pinpoint-sms-voice-v2``).

    Parameters
    ----------
    sender
        Origination identity: a number, sender id or pool, as AWS knows it.
    endpoint_url
        Another server than Amazon's; None for what the environment says.

    Notes
    -----
    The role needs ``sms-voice:SendTextMessage``.
    """

    sender: str
    endpoint_url: str | None = None

    async def send(self, number: str, text: str) -> None:
        """Send a text; see :class:`plimsoll.workflows.text_messages.TextSender`."""

        def sent() -> Any:
            client = aws_client("pinpoint-sms-voice-v2", endpoint_url=self.endpoint_url)
            return client.send_text_message(
                DestinationPhoneNumber=number,
                OriginationIdentity=self.sender,
                MessageBody=text,
                MessageType="TRANSACTIONAL",
                TimeToLive=_LIFE_SECONDS,
            )

        await ask_aws("AWS End User Messaging", sent)


@dataclass(frozen=True, slots=True)
class SnsTexts:
    """Sends text messages by Amazon SNS.

    Parameters
    ----------
    sender
        Sender id of up to 11 letters and digits; empty for none.
    endpoint_url
        As for :class:`AwsTexts`.

    Notes
    -----
    The role needs ``sns:Publish``.
    """

    sender: str = ""
    endpoint_url: str | None = None

    async def send(self, number: str, text: str) -> None:
        """Send a text; see :class:`plimsoll.workflows.text_messages.TextSender`."""
        said = {"AWS.SNS.SMS.SMSType": "Transactional", "AWS.SNS.SMS.SenderID": self.sender}
        attributes = {
            name: {"DataType": "String", "StringValue": value} for name, value in said.items() if value
        }

        def sent() -> Any:
            client = aws_client("sns", endpoint_url=self.endpoint_url)
            return client.publish(PhoneNumber=number, Message=text, MessageAttributes=attributes)

        await ask_aws("Amazon SNS", sent)


@dataclass(frozen=True, slots=True)
class SesMail:
    """Sends mail by Amazon SES.

    Parameters
    ----------
    sender
        Address of an identity that is verified there.
    endpoint_url
        As for :class:`AwsTexts`.

    Notes
    -----
    The role needs ``ses:SendEmail``.
    """

    sender: str
    endpoint_url: str | None = None

    async def send(self, mail: Mail) -> None:
        """Send a message; see :class:`plimsoll.workflows.mail.Mailer`."""
        content = {"Raw": {"Data": bytes(message_of(mail, self.sender))}}

        def sent() -> Any:
            client = aws_client("sesv2", endpoint_url=self.endpoint_url)
            return client.send_email(
                FromEmailAddress=self.sender, Destination={"ToAddresses": [mail.to]}, Content=content
            )

        await ask_aws("Amazon SES", sent)
