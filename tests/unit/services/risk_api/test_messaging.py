"""What carries mail and text messages: each provider that a setting can choose, on loopback."""

from pathlib import Path

import httpx2
import pytest

from plimsoll.errors import UnavailableError, UsageError
from plimsoll.services.risk_api.messaging import Messaging
from plimsoll.workflows.aws_messages import AwsTexts, SesMail, SnsTexts
from plimsoll.workflows.mail import Mail, Outbox
from plimsoll.workflows.text_messages import TextOutbox
from plimsoll.workflows.twilio import TwilioTexts

pytestmark = pytest.mark.anyio

TWILIO = {"sms": "twilio", "sms_from": "+15005550006", "twilio_account": "AC1"}
TOKEN = "hunter2-of-twilio"  # noqa: S105 - what must be seen nowhere


def test_everything_stays_here_unless_told(tmp_path: Path) -> None:
    """Mail and texts go into one folder of the data directory."""
    mail, texts = Messaging().mailer(tmp_path), Messaging().texts(tmp_path)
    assert isinstance(mail, Outbox)
    assert mail.folder == tmp_path / "outbox"
    assert texts == TextOutbox(tmp_path / "outbox")
    assert Messaging().outboxes == ("mail", "sms")


async def test_amazon_carries_what_it_is_chosen_for(tmp_path: Path, aws_url: str) -> None:
    """SES takes mail and SNS texts; End User Messaging is asked for by its own name."""
    httpx2.post(f"{aws_url}/moto-api/reset")
    chosen = Messaging(mail="ses", mail_from="risk@example.com", sms="sns", sms_from="Plimsoll")
    assert (chosen.outboxes, chosen.mailer(tmp_path)) == ((), SesMail("risk@example.com"))
    with pytest.raises(UnavailableError, match="Amazon SES does not help: MessageRejected"):
        await chosen.mailer(tmp_path).send(Mail("ada@example.com", "Hello", "Text"))  # not verified there
    texts = chosen.texts(tmp_path)
    assert texts == SnsTexts("Plimsoll")
    await texts.send("+4930901820", "Your code: 123456")
    assert Messaging(sms="aws", sms_from="Pool").texts(tmp_path) == AwsTexts("Pool")
    assert not (tmp_path / "outbox").exists()


def test_the_secret_of_twilio_is_read_where_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From a file or a variable, when it is needed; it is in no representation."""
    (tmp_path / "token").write_text(f"{TOKEN}\n")
    monkeypatch.setenv("RISK_TWILIO", TOKEN)
    for source in (f"file:{tmp_path / 'token'}", "env:RISK_TWILIO"):
        chosen = Messaging(**TWILIO, twilio_token=f"secret:{source}")
        texts = chosen.texts(tmp_path)
        assert texts == TwilioTexts("AC1", TOKEN, "+15005550006")
        assert TOKEN not in repr(chosen) + repr(texts)
    with pytest.raises(UnavailableError, match="cannot be read"):
        Messaging(**TWILIO, twilio_token=f"secret:file:{tmp_path / 'nowhere'}").texts(tmp_path)


@pytest.mark.parametrize(
    ("said", "lacking"),
    [
        ({"mail": "ses"}, "mail = ses needs mail_from"),
        ({"sms": "aws"}, "sms = aws needs sms_from"),
        ({"sms": "twilio", "sms_from": "+1"}, "sms = twilio needs twilio_account"),
        (TWILIO, "sms = twilio needs twilio_token"),
        ({**TWILIO, "twilio_token": TOKEN}, "is a secret instead of where one is"),
    ],
)
def test_what_cannot_work_is_refused_at_the_start(said: dict[str, str], lacking: str) -> None:
    """The setting that is missing is named, and no secret is repeated."""
    with pytest.raises(UsageError, match=lacking) as refused:
        Messaging(**said)
    assert refused.value.remedy
    assert TOKEN not in str(refused.value)


def test_amazon_without_a_region_is_refused_at_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not with the first message."""
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    with pytest.raises(UnavailableError, match="AWS sns cannot be used"):
        Messaging(sms="sns").texts(tmp_path)
    with pytest.raises(UnavailableError, match="AWS sesv2 cannot be used"):
        Messaging(mail="ses", mail_from="risk@example.com").mailer(tmp_path)
