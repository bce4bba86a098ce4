"""How other machines are reached: by TLS that proves who answers, or not at all."""

import os
from collections.abc import Iterator, Mapping
from urllib.parse import SplitResult, parse_qs, urlsplit

from plimsoll.errors import UsageError
from plimsoll.security.addresses import is_loopback

__all__ = ["check_postgres_url", "check_redis_url"]

_TOLD = "Or say PLIMSOLL_UNVERIFIED_TLS=true where the network itself is trusted."


def check_postgres_url(url: str, *, environment: Mapping[str, str] = os.environ) -> None:
    """Refuse a database on another machine whose certificate would not be checked.

    Parameters
    ----------
    url
        As :func:`plimsoll.data.store.database.database_url` takes it; one that cannot be read is left to it.
    environment
        Where PGHOST and PGHOSTADDR say what the URL does not.

    Raises
    ------
    UsageError
        If the host is not this machine and ``sslmode`` is not ``verify-full``. The URL is not repeated.

    Examples
    --------
    >>> check_postgres_url("postgresql://me@db.example.com/risk?sslmode=verify-full")
    >>> check_postgres_url("postgresql://postgres:@/postgres?host=/run/postgresql")
    """
    parts = _parts(url)
    if parts is None or not parts.scheme.startswith("postgresql"):
        return
    query = parse_qs(parts.query)
    hosts = [*_hosts(parts), *(host for name in ("host", "hostaddr") for host in query.get(name, ()))]
    if not hosts:
        hosts = [environment[name] for name in ("PGHOST", "PGHOSTADDR") if environment.get(name)]
    named = [host for text in hosts for host in text.split(",")]
    local = all(map(_is_here, named)) and "service" not in query
    if local or query.get("sslmode", [""])[-1] == "verify-full":
        return
    remedy = f"Add ?sslmode=verify-full&sslrootcert=system, or the file of your own authority. {_TOLD}"
    raise UsageError("the database is on another machine, and its certificate is not checked", remedy=remedy)


def check_redis_url(url: str) -> None:
    """Refuse a Redis on another machine whose certificate would not be checked.

    Raises
    ------
    UsageError
        If a host is not this machine and the URL is not ``rediss://``, or switches checks off. It is not
        repeated.

    Examples
    --------
    >>> check_redis_url("redis://127.0.0.1:6379/0")
    >>> check_redis_url("rediss://cache.example.com")
    """
    parts = _parts(url)
    if parts is None or parts.scheme not in ("redis", "rediss"):
        return
    query = parse_qs(parts.query)
    lax = query.get("ssl_cert_reqs", ["required"])[-1] != "required"
    lax = lax or query.get("ssl_check_hostname", ["true"])[-1].lower() not in ("true", "1", "yes")
    if all(map(_is_here, _hosts(parts))) or (parts.scheme == "rediss" and not lax):
        return
    remedy = f"Write it as rediss://, without ssl_cert_reqs and ssl_check_hostname. {_TOLD}"
    raise UsageError("Redis is on another machine, and its certificate is not checked", remedy=remedy)


def _parts(url: str) -> SplitResult | None:
    try:
        return urlsplit(url)
    except ValueError:
        return None


def _hosts(parts: SplitResult) -> Iterator[str]:
    """Yield the hosts of a URL, which may have several of them with commas between."""
    for place in parts.netloc.rpartition("@")[2].split(","):
        if place.startswith("["):
            yield place[1:].partition("]")[0]
        elif place.partition(":")[0]:
            yield place.partition(":")[0]


def _is_here(host: str) -> bool:
    """Return whether a host is this machine: a socket file, an address of loopback, or its usual name."""
    return not host or host.startswith(("/", "@", "%2F", "%2f")) or host == "localhost" or is_loopback(host)
