"""How other machines are reached."""

import pytest

from plimsoll.errors import UsageError
from plimsoll.security.transport import check_postgres_url, check_redis_url

FULL = "sslmode=verify-full"


@pytest.mark.parametrize(
    "url",
    [
        *(
            "postgresql:///risk",
            "postgresql://postgres:@/postgres?host=/var/run",
            "postgresql://localhost/r",
        ),
        *("postgresql://me:pw@127.0.0.1:5433/r", "postgresql+psycopg://[::1]:5432/r?sslmode=disable"),
        *("postgresql://%2Frun%2Fpostgresql/r", "postgresql://me@localhost,127.0.0.1/r"),
        f"postgresql://db.example.com/r?{FULL}",
        f"postgresql://a.example.com,b.example.com:5433/r?sslrootcert=system&{FULL}",
        *("sqlite:///x", "nonsense", "postgresql://[::1/r"),
    ],
)
def test_a_database_here_or_proved(url: str) -> None:
    """This machine, or a checked certificate; what is no such URL is refused by whoever opens it."""
    check_postgres_url(url, environment={})


@pytest.mark.parametrize(
    "url",
    [
        *("postgresql://me:hunter2@db.example.com/r", "postgresql://db.example.com/r?sslmode=require"),
        *("postgresql://db.example.com/r?sslmode=verify-ca", "postgresql://10.0.0.1/r?sslmode=disable"),
        *("postgresql:///r?host=db.example.com", "postgresql://localhost,db.example.com/r"),
        *("postgresql://localhost/r?hostaddr=10.0.0.1", "postgresql:///r?service=prod"),
        f"postgresql://db.example.com/r?{FULL}&sslmode=disable",
        "postgresql://localhost.example.com/r",
    ],
)
def test_a_database_elsewhere_unproved(url: str) -> None:
    """Whatever way it is named: refused, with what to add, and without repeating the URL."""
    with pytest.raises(UsageError, match="another machine") as caught:
        check_postgres_url(url, environment={})
    assert "verify-full" in caught.value.remedy
    assert "hunter2" not in str(caught.value)
    assert "example.com" not in str(caught.value)


def test_the_environment_counts_where_the_url_is_silent() -> None:
    """PGHOST leads libpq elsewhere; a URL with a host does not ask it."""
    with pytest.raises(UsageError):
        check_postgres_url("postgresql:///r", environment={"PGHOST": "db.example.com"})
    check_postgres_url("postgresql:///r", environment={"PGHOST": "/run/postgresql"})
    check_postgres_url("postgresql://localhost/r", environment={"PGHOST": "db.example.com"})


@pytest.mark.parametrize(
    "url",
    [
        *(
            "redis://127.0.0.1:6379/0",
            "redis://:pw@localhost",
            "redis://[::1]:1",
            "redis://localhost,127.0.0.1:7",
        ),
        *(
            "rediss://cache.example.com",
            "rediss://u:p@a.example.com:1,b.example.com:2/0",
            "http://x",
            "nonsense",
        ),
        "rediss://cache.example.com?ssl_cert_reqs=required&ssl_check_hostname=true",
    ],
)
def test_a_redis_here_or_proved(url: str) -> None:
    """This machine, or TLS with its checks on."""
    check_redis_url(url)


@pytest.mark.parametrize(
    "url",
    [
        *("redis://u:hunter2@cache.example.com", "redis://localhost,cache.example.com", "redis://10.0.0.1"),
        *("rediss://x.example.com?ssl_cert_reqs=none", "rediss://x.example.com?ssl_check_hostname=false"),
    ],
)
def test_a_redis_elsewhere_unproved(url: str) -> None:
    """Refused, and not repeated."""
    with pytest.raises(UsageError, match="another machine") as caught:
        check_redis_url(url)
    assert "hunter2" not in str(caught.value)
