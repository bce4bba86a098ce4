"""Messages through the real Apprise to real receivers on loopback."""

import dataclasses
import json
import logging
import socket

import pytest

from channel_desk import OUTWARD, mail_sink
from plimsoll.data.store.alerts import Severity
from plimsoll.errors import UnavailableError, UsageError
from plimsoll.security.egress import Egress
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


BOT = "xoxb"  # apart from its token, which would look like a real one
HOSTED = {
    "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js": "discord.com",
    "opsgenie://a12b3c4d-1234-5678-9abc-123456789012": "api.opsgenie.com",
    "pagerduty://integrationkey1234@servicekey12345678": "events.pagerduty.com",
    "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#risk": "hooks.slack.com",
    "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#risk?mode=gov-hook": "hooks.slack-gov.com",
    f"slack://{BOT}-1234-1234-4ddbc191d40ee098cbaae6f3523ada2d/#risk": "slack.com",
    "tgram://123456789:abcdefg_hijklmnop/12315544/": "api.telegram.org",
}


@dataclasses.dataclass(frozen=True)
class Noting(Egress):
    """Lets the check before a message pass, and notes what is looked up by Apprise, which is in vain."""

    asked: list[tuple[str, int]] = dataclasses.field(default_factory=list)

    def allows(self, host: str, port: int) -> bool:
        """Note who is asked for."""
        self.asked.append((host, port))
        return len(self.asked) == 1


@pytest.mark.parametrize(("url", "host"), HOSTED.items())
async def test_a_provider_is_called_where_it_is_listed(url: str, host: str) -> None:
    """Its host is the one to which Apprise goes; where that is not listed, it is refused and not called."""
    noting = Noting([])
    with pytest.raises(UnavailableError, match="not taken"):
        await send(url, SAID, dataclasses.replace(OUTWARD, egress=noting))
    assert len(noting.asked) > 1
    assert set(noting.asked) == {(host, 443)}
    assert check_channel_url(url, Egress([f"{host}:443"]))
    elsewhere = dataclasses.replace(OUTWARD, egress=Egress(["*.example.com"]))
    with pytest.raises(UsageError, match="may call"):
        check_channel_url(url, elsewhere.egress)
    with pytest.raises(UnavailableError, match="PLIMSOLL_EGRESS"):
        await send(url, SAID, elsewhere)


async def test_a_host_of_a_url_is_called_where_it_is_listed() -> None:
    """A receiver and a mail server, by name and port; nothing else of this machine."""
    with receiver() as found, mail_sink() as (port, taken):
        at = found.url.split("/")[2]
        listed = dataclasses.replace(OUTWARD, egress=Egress([at, f"localhost:{port}"]))
        await send(_way(found.url), SAID, listed)
        mail = f"mailto://localhost:{port}?smtp=%s&from=risk@example.com&to=desk@example.com&mode=insecure"
        await send(mail % "localhost", SAID, listed)
        for url in (_way(found.url).replace("127.0.0.1", "localhost"), mail % "127.0.0.1"):
            with pytest.raises(UsageError, match="may call"):
                check_channel_url(url, listed.egress)
            with pytest.raises(UnavailableError, match="PLIMSOLL_EGRESS"):
                await send(url, SAID, listed)
    assert (len(found.got), len(taken)) == (1, 1)
