"""Which systems may be called."""

import pytest

from plimsoll.errors import UsageError
from plimsoll.security.egress import ANYWHERE, Egress

LISTED = Egress(["hooks.slack.com", "*.Example.com:443", "192.0.2.7", "[2001:db8::7]:8443", "localhost:9"])


@pytest.mark.parametrize(
    ("host", "port"),
    [
        *(("hooks.slack.com", 443), ("hooks.slack.com", 8443), ("Hooks.Slack.com.", 443)),
        *(("a.example.com", 443), ("a.b.example.com", 443), ("192.0.2.7", 80), ("localhost", 9)),
        *(("2001:db8::7", 8443), ("[2001:DB8:0::7]", 8443)),
    ],
)
def test_what_is_listed_may_be_called(host: str, port: int) -> None:
    """A host however it is written, every host below a domain, an address, on the port if one is named."""
    assert LISTED.allows(host, port)
    LISTED.check(host, port)


@pytest.mark.parametrize(
    ("host", "port"),
    [
        *(("slack.com", 443), ("evil-hooks.slack.com", 443), ("hooks.slack.com.evil.com", 443), ("", 443)),
        *(("example.com", 443), ("a.example.com", 80), ("evilexample.com", 443), (".example.org", 443)),
        *(("3221225991", 80), ("0xc0.0.2.7", 80), ("192.0.2.70", 80), ("::ffff:192.0.2.7", 80)),
        *(("2001:db8::7", 443), ("localhost", 99), ("hooks.slack.com/x", 443), ("x@hooks.slack.com", 443)),
    ],
)
def test_nothing_else_may(host: str, port: int) -> None:
    """Not what looks like it, not another port, not another spelling of an address."""
    assert not LISTED.allows(host, port)
    with pytest.raises(UsageError, match="may call") as caught:
        LISTED.check(host, port)
    assert "PLIMSOLL_EGRESS" in caught.value.remedy


def test_nothing_said_is_not_nothing_listed() -> None:
    """Without a list every host may be called, with an empty one none."""
    assert ANYWHERE.allows("example.com", 443)
    assert not Egress([]).allows("example.com", 443)


@pytest.mark.parametrize(
    "pattern",
    ["", "*", "*.", "a.*.com", "https://a.com", "a.com/x", "a.com:", "a.com:0", "a b", "a.com\n", "*.*.a"],
)
def test_what_is_no_pattern_is_refused(pattern: str) -> None:
    """A list that would mean something else than it says stops the start."""
    with pytest.raises(UsageError, match="cannot be read"):
        Egress([pattern])
