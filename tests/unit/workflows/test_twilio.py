"""Text messages through Twilio, against a server that answers as Twilio documents it."""

import base64
from urllib.parse import parse_qs

import pytest

from plimsoll.errors import UnavailableError
from plimsoll.workflows.twilio import TwilioTexts
from scripted_server import Line, scripted_server

pytestmark = pytest.mark.anyio

TAKEN = Line(201, b'{"sid": "SM1", "status": "queued"}')


async def test_a_text_is_sent() -> None:
    """To the account's own path, as a form, with the account's password, from a number or a service."""
    with scripted_server([TAKEN]) as server:
        await TwilioTexts("AC1", "hunter2", "+15005550006", server.url).send(
            "+4930901820", "Your code: 1 + 1"
        )
        await TwilioTexts("AC1", "hunter2", "MG1", server.url).send("+4930901820", "x")
    first, second = server.heard
    assert (first.method, first.path) == ("POST", "/2010-04-01/Accounts/AC1/Messages.json")
    login = base64.b64encode(b"AC1:hunter2").decode()
    assert {name.lower(): value for name, value in first.headers.items()}["authorization"] == f"Basic {login}"
    assert parse_qs(first.body.decode()) == {
        "To": ["+4930901820"],
        "From": ["+15005550006"],
        "Body": ["Your code: 1 + 1"],
        "ValidityPeriod": ["300"],
    }
    assert parse_qs(second.body.decode())["MessagingServiceSid"] == ["MG1"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (Line(400, b'{"code": 21211, "message": "The number +4930901820 is not valid"}'), "code 21211"),
        (Line(401, b"no"), "status 401"),
        (Line(302, b"", {"Location": "http://127.0.0.1:1/"}), "status 302"),
        (Line(500, b"[]"), "status 500"),
        (Line(0), "does not answer"),
    ],
)
async def test_a_text_that_is_not_taken(line: Line, said: str) -> None:
    """The error has Twilio's number for it, and neither the number of the telephone nor the token."""
    with scripted_server([line]) as server, pytest.raises(UnavailableError, match=said) as caught:
        await TwilioTexts("AC1", "hunter2", "+15005550006", server.url).send("+4930901820", "123456")
    for secret in ("hunter2", "123456", "901820"):
        assert secret not in str(caught.value)
    assert "hunter2" not in repr(TwilioTexts("AC1", "hunter2", "MG1"))
