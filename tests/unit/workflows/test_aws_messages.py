"""Text messages and mail through AWS: SNS and SES on a moto server, which does not know the third service."""

import json

import pytest

from plimsoll.errors import UnavailableError
from plimsoll.security.aws_client import aws_client
from plimsoll.workflows.aws_messages import AwsTexts, SesMail, SnsTexts
from plimsoll.workflows.mail import Mail
from scripted_server import Line, scripted_server

pytestmark = pytest.mark.anyio


async def test_a_text_by_sns(aws_url: str) -> None:
    """It is published to the number."""
    await SnsTexts("Plimsoll", endpoint_url=aws_url).send("+4930901820", "Your code: 123456")
    await SnsTexts().send("+4930901821", "x")
    with pytest.raises(UnavailableError, match="Amazon SNS does not help: InvalidParameter") as caught:
        await SnsTexts().send("hunter2", "x")
    assert "hunter2" not in str(caught.value)


async def test_a_text_by_end_user_messaging(aws_url: str) -> None:
    """The request is the one that AWS documents; a refusal is AWS's own word, without what was sent."""
    del aws_url
    kind = {"Content-Type": "application/x-amz-json-1.0"}
    refusal = json.dumps(
        {
            "__type": "com.amazonaws#ConflictException",
            "Message": "hunter2",
            "Reason": "DESTINATION_PHONE_NUMBER_OPTED_OUT",
        }
    )
    with scripted_server(
        [Line(200, b'{"MessageId": "m"}', kind), Line(400, refusal.encode(), kind)]
    ) as server:
        texts = AwsTexts("PlimsollPool", endpoint_url=server.url)
        await texts.send("+4930901820", "Your code: 123456")
        with pytest.raises(UnavailableError, match="ConflictException") as caught:
            await texts.send("+4930901820", "Your code: 123456")
    heard = server.heard[0]
    target = {name.lower(): value for name, value in heard.headers.items()}["x-amz-target"]
    assert target == "PinpointSMSVoiceV2.SendTextMessage"
    assert json.loads(heard.body) == {
        "DestinationPhoneNumber": "+4930901820",
        "OriginationIdentity": "PlimsollPool",
        "MessageBody": "Your code: 123456",
        "MessageType": "TRANSACTIONAL",
        "TimeToLive": 300,
    }
    assert "hunter2" not in str(caught.value)


async def test_a_mail_by_ses(aws_url: str) -> None:
    """It is sent from a verified address; from another one it is refused; a subject makes no header."""
    aws_client("ses", endpoint_url=aws_url).verify_email_identity(EmailAddress="risk@example.com")
    mail = SesMail("risk@example.com")
    await mail.send(Mail("ada@example.com", "Reset your password", "https://risk.example.com/reset#token"))
    quota = aws_client("ses").get_send_quota()
    assert quota["SentLast24Hours"] >= 1
    with pytest.raises(UnavailableError, match="Amazon SES does not help"):
        await SesMail("nobody@example.org").send(Mail("ada@example.com", "x", "x"))
    await mail.send(Mail("ada@example.com", "x\r\nBcc: eve@example.com", "x"))
