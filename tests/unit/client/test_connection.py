"""Where the API is, and what would leak the key."""

import pytest

from plimsoll.client.connection import Connection
from plimsoll.client.credentials import PasswordCredentials
from plimsoll.errors import UsageError


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8000/", "http://localhost", "http://[::1]:80", "https://a.b"]
)
def test_good_urls(url: str) -> None:
    """This machine is reached as it is, other ones over TLS."""
    assert Connection(url, "plk_x\n", 60.0).headers["Authorization"] == "Bearer plk_x"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "127.0.0.1:8000",
        "ftp://a",
        "http://",
        "http://[",
        "http://127.0.0.1/api/v1",
        "http://127.0.0.1?a=1",
    ],
)
def test_urls_that_cannot_be_used(url: str) -> None:
    """Anything but scheme, host and port is refused."""
    with pytest.raises(UsageError, match="cannot be used"):
        Connection(url, "plk_x", 60.0)


def test_the_key_does_not_travel_in_the_clear() -> None:
    """Plain HTTP to another machine is refused, and the key is in no representation."""
    with pytest.raises(UsageError, match="in the clear"):
        Connection("http://risk.example", "plk_secret", 60.0)
    assert "plk_secret" not in repr(Connection("https://risk.example", "plk_secret", 60.0))


@pytest.mark.parametrize("key", ["plk_\nX: 1", "plk_é"])
def test_keys_that_are_no_header(key: str) -> None:
    """A key with a line end or a strange letter is refused."""
    with pytest.raises(UsageError, match="key cannot be used"):
        Connection("https://a.b", key, 60.0)


def test_connecting_takes_less_than_answering() -> None:
    """A server that is not there is noticed sooner than one that calculates."""
    times = Connection("https://a.b", "k", 60.0).timeouts
    assert (times.connect, times.read) == (5.0, 60.0)


def test_credentials_take_the_place_of_a_key() -> None:
    """The header comes with each request then; what needs a key says so."""
    connection = Connection("https://a.b", PasswordCredentials("ada@example.com", "a long sentence"), 60.0)
    assert connection.flow is not None
    assert "Authorization" not in connection.headers
    with pytest.raises(UsageError, match="API key"):
        _ = connection.authorization
    assert Connection("https://a.b", "plk_x", 60.0).flow is None
