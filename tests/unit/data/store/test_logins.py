"""How a process logs in; that it works in earnest is shown in `tests/integration/test_database_logins.py`."""

from urllib.parse import parse_qs, urlsplit

import pytest

from aws_server import ENVIRONMENT
from plimsoll.data.store.database import database_url
from plimsoll.data.store.logins import (
    conninfo,
    fresh_conninfo,
    takes_tokens,
    with_tokens,
    without_marker,
)
from plimsoll.errors import UsageError

pytestmark = pytest.mark.anyio

PLAIN = "postgresql://app@db.example.com/risk?sslmode=verify-full"


async def test_a_url_without_tokens_stays_as_it_is() -> None:
    """Whatever is in it."""
    url = "postgresql://app:hunter2@db.example.com/risk?sslmode=verify-full"
    assert conninfo(database_url(url)) == await fresh_conninfo(database_url(url)) == url
    assert not takes_tokens(database_url(url))


async def test_a_token_is_the_password(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is for this user at this place, and good for 15 minutes; libpq never sees the mark."""
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    marked = database_url(with_tokens(with_tokens(PLAIN)))
    assert takes_tokens(marked)
    assert without_marker(marked) == database_url(PLAIN)
    made = database_url(await fresh_conninfo(marked))
    assert made.query == database_url(PLAIN).query
    token = urlsplit(f"https://{made.password}")
    said = parse_qs(token.query)
    assert (token.netloc, said["DBUser"], said["X-Amz-Expires"]) == ("db.example.com:5432", ["app"], ["900"])


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://app:hunter2@db.example.com/risk",
        "postgresql://app@db.example.com/risk?password=hunter2",
        "postgresql://db.example.com/risk",
        "postgresql://app@/risk?host=/run/postgresql",
    ],
)
def test_a_url_that_has_no_use_for_a_token_is_refused(url: str) -> None:
    """One with a password, without a user, or of this machine; it is not repeated."""
    with pytest.raises(UsageError, match="database_iam") as refused:
        with_tokens(url)
    assert "hunter2" not in str(refused.value)
