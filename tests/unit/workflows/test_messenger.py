"""Messages through the real Apprise to real receivers on loopback."""

import dataclasses
import json
import logging
import socket

import pytest

from channel_desk import OUTWARD, mail_sink
from plimsoll.data.store.alerts import Severity
from plimsoll.errors import UnavailableError, UsageError
from plimsoll.workflows.messenger import Message, check_channel_url, send
from webhook_receiver import Answer, receiver

pytestmark = pytest.mark.anyio

SAID = Message("VaR is high", "By far", Severity.CRITICAL)


def _way(url: str) -> str:
    return url.replace("http://", "json://")


async def test_a_message_arrives() -> None:
    """With its words and how bad it is."""
    with receiver() as found:
        await send(_way(found.url), SAID, OUTWARD)
    (body,) = [json.loads(content) for _, content in found.got]
    assert (body["title"], body["message"], body["type"]) == ("VaR is high", "By far", "failure")


async def test_a_mail_arrives() -> None:
    """Over SMTP, to whom the URL names."""
    with mail_sink() as (port, taken):
        url = f"mailto://localhost:{port}?smtp=127.0.0.1&from=risk@example.com&to=desk@example.com&mode=insecure"
        await send(url, SAID, OUTWARD)
    (mail,) = taken
    assert "VaR is high" in mail
    assert "desk@example.com" in mail


@pytest.mark.parametrize("answer", [Answer(500), Answer(302, location="http://127.0.0.1:9/"), Answer(0)])
async def test_what_is_not_taken_is_said(answer: Answer) -> None:
    """A refusal, a redirection and a lost answer: nothing else is asked, and the job layer tries again."""
    with receiver([answer]) as found:
        with pytest.raises(UnavailableError, match="not taken"):
            await send(_way(found.url), SAID, OUTWARD)
        assert len(found.got) == 1


async def test_it_does_not_take_for_ever() -> None:
    """A receiver that drips is given up after a while."""
    hasty = dataclasses.replace(OUTWARD, seconds=0.5)
    with (
        receiver([Answer(200, drip_seconds=2.0)]) as found,
        pytest.raises(UnavailableError, match="in time"),
    ):
        await send(_way(found.url), SAID, hasty)


@pytest.mark.parametrize(
    "url",
    [
        "json://127.0.0.1:9/",
        "jsons://169.254.169.254/latest",
        "mailtos://a:b@example.com?smtp=10.0.0.1",
        "workflows://192.168.1.1:443/643e69f83c8944/signature/",
        "mailto://a:b@93.184.215.14?mode=insecure",
    ],
)
async def test_inner_addresses_are_not_reached(url: str) -> None:
    """The guard is that of webhooks: only public ones, only with TLS."""
    with pytest.raises(UnavailableError, match="public"):
        await send(url, SAID, dataclasses.replace(OUTWARD, loopback=False))


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://example.com/hook",
        "syslog://",
        "file:///etc/passwd",
        "json://",
        "jsons://example.com/?verify=no",
        "mailtos://a:b@example.com?pgpkey=/etc/passwd",
        "jsons://exämple.com/",
        "jsons://[::1",
        "jsons://example.com/?redirect=yes",
    ],
)
def test_what_cannot_be_a_channel_is_refused(url: str) -> None:
    """Schemes that do something here, parameters that read files or weaken TLS; the URL is not repeated."""
    with pytest.raises(UsageError) as caught:
        check_channel_url(url)
    assert "example" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["jsons://localhost:{}/", "mailtos://a:b@localhost:{}?smtp=localhost&mode=ssl&to=desk@example.com"]
)
async def test_a_name_that_means_something_else_a_moment_later(url: str) -> None:
    """It was public when it was checked and is a machine inside when Apprise asks: nobody knocks there."""

    async def public_at_first(_: str, __: int) -> list[str]:
        return ["93.184.215.14"]

    guarded = dataclasses.replace(OUTWARD, loopback=False, resolve=public_at_first)
    with socket.create_server(("127.0.0.1", 0)) as inside:
        inside.settimeout(0.1)
        with pytest.raises(UnavailableError, match="not taken"):
            await send(url.format(inside.getsockname()[1]), SAID, guarded)
        with pytest.raises(TimeoutError):
            inside.accept()


async def test_nothing_of_the_url_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """Neither by us nor by Apprise, whatever goes wrong."""
    caplog.set_level(logging.DEBUG)
    with receiver([Answer(500)]) as found:
        url = _way(found.url).replace("127.0.0.1", "user:hunter2@127.0.0.1")
        with pytest.raises(UnavailableError) as caught:
            await send(url, SAID, OUTWARD)
    assert "hunter2" not in caplog.text + str(caught.value)
