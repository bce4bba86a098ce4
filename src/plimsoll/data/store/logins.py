"""How a process logs in to PostgreSQL: by what the URL holds, or by a token of AWS for each connection."""

import asyncio
import os
from functools import cache
from importlib import import_module
from typing import Any

from sqlalchemy import URL, Engine, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.util import await_only

from plimsoll.errors import UnavailableError, UsageError

__all__ = ["conninfo", "fresh_conninfo", "log_in_freshly", "takes_tokens", "with_tokens", "without_marker"]

_MARKER = "plimsoll_iam"  # libpq knows no such parameter: wherever it is forgotten, nothing is connected
_PORT = 5432
_WHO_WE_ARE = ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE", "AWS_ACCESS_KEY_ID")


def with_tokens(url: str) -> str:
    """Return the URL of a database to which each connection logs in by a token of its own.

    It is made by AWS IAM from the role of this machine, and good for 15 minutes.

    Parameters
    ----------
    url
        Of a database of Amazon RDS or Aurora; with user and host, and without a password.

    Raises
    ------
    UsageError
        If it has a password, or no user or host. It is not repeated.

    Examples
    --------
    >>> with_tokens("postgresql://app@db.example.com/risk")
    'postgresql://app@db.example.com/risk?plimsoll_iam=true'
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        return url  # whoever connects says so
    if parsed.password or "password" in parsed.query:
        remedy = "Take it out of the URL: the role of this machine is enough."
        raise UsageError("database_iam and a password are two ways to log in", remedy=remedy)
    if not parsed.username or not parsed.host:
        remedy = "Write it as postgresql://user@host:5432/name?sslmode=verify-full&sslrootcert=<file>."
        raise UsageError("database_iam needs a database URL with user and host", remedy=remedy)
    return parsed.update_query_dict({_MARKER: "true"}).render_as_string(hide_password=False)


def takes_tokens(url: URL) -> bool:
    """Return whether connections log in by tokens."""
    return _MARKER in url.query


def without_marker(url: URL) -> URL:
    """Return the URL as everybody else knows it."""
    return url.difference_update_query([_MARKER])


def conninfo(url: URL) -> str:
    """Return what psycopg and libpq connect with; where tokens are taken, it holds a new one.

    Raises
    ------
    UnavailableError
        If AWS gives no token.
    """
    plain = without_marker(url).set(drivername="postgresql")
    if takes_tokens(url):
        plain = plain.set(password=_token(plain.host or "", plain.port or _PORT, plain.username or ""))
    return plain.render_as_string(hide_password=False)


async def fresh_conninfo(url: URL) -> str:
    """Return it without keeping others waiting while AWS is asked; see :func:`conninfo`."""
    return await asyncio.to_thread(conninfo, url) if takes_tokens(url) else conninfo(url)


def log_in_freshly(engine: Engine) -> None:
    """Let each connection of a pool log in by a new token, where its URL says so.

    Parameters
    ----------
    engine
        Of an asynchronous engine, the one inside.
    """
    url = engine.url
    if not takes_tokens(url):
        return
    who = (url.host or "", url.port or _PORT, url.username or "")

    def log_in(dialect: Any, _: object, __: object, parameters: dict[str, Any]) -> None:
        parameters.pop(_MARKER, None)
        # Credentials of a role end too: to get new ones takes a moment, in a thread where others would wait.
        waited = dialect.is_async
        parameters["password"] = await_only(asyncio.to_thread(_token, *who)) if waited else _token(*who)

    event.listen(engine, "do_connect", log_in)


def _token(host: str, port: int, user: str) -> str:
    client, refusals = _aws(tuple(map(os.environ.get, _WHO_WE_ARE)))
    try:
        token: str = client.generate_db_auth_token(DBHostname=host, Port=port, DBUsername=user)
    except refusals as error:
        _aws.cache_clear()  # a role may be given to the machine later
        remedy = "Give the machine a role with rds-db:connect for this user of the database."
        raise UnavailableError(
            f"AWS gives no token for the database: {type(error).__name__}", remedy=remedy
        ) from None
    return token


@cache
def _aws(who: tuple[str | None, ...]) -> tuple[Any, type[Exception]]:
    """Return the client that makes tokens, and what it raises; making it takes a second."""
    try:
        boto3, errors = import_module("boto3"), import_module("botocore.exceptions")
    except ImportError:
        remedy = "Install it: pip install 'plimsoll-risk[aws]'"
        raise UnavailableError("boto3 is not installed", remedy=remedy) from None
    refusals: type[Exception] = errors.BotoCoreError
    try:
        # boto3 itself looks at AWS_DEFAULT_REGION alone; containers of Amazon's set AWS_REGION.
        session = boto3.session.Session(region_name=who[0])
        return session.client("rds"), refusals
    except refusals as error:
        remedy = "Set AWS_REGION, and give the machine a role."
        raise UnavailableError(f"AWS RDS cannot be used: {type(error).__name__}", remedy=remedy) from None
