"""Where the platform of a command is: options over settings."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from plimsoll.cli.configuration import settings

if TYPE_CHECKING:
    from plimsoll.services.risk_api.installation import Installation

__all__ = ["DataDir", "DatabaseUrl", "RedisUrl", "installation", "other_place", "where"]

DataDir = Annotated[
    Path | None,
    typer.Option("--data-dir", metavar="DIR", help="Data directory. Default: ~/.local/share/plimsoll."),
]
DatabaseUrl = Annotated[
    str | None,
    typer.Option(
        "--database-url",
        metavar="URL",
        help="A PostgreSQL of yours; with a password, rather set PLIMSOLL_DATABASE_URL.",
    ),
]
RedisUrl = Annotated[
    str | None,
    typer.Option(
        "--redis-url",
        metavar="URL",
        help="A Redis of yours, for a shared cache; with a password, rather set PLIMSOLL_REDIS_URL.",
    ),
]


def where(data_dir: Path | None, database_url: str | None) -> tuple[Path, str | None]:
    """Return the data directory and the URL of the database, None for one of our own."""
    chosen = settings()
    stated = chosen.database_url.get_secret_value() if chosen.database_url else None
    return (data_dir or chosen.data_dir).expanduser().absolute(), database_url or stated


def installation(
    data_dir: Path | None, database_url: str | None, redis_url: str | None = None
) -> "Installation":
    """Return the platform that the options and settings name."""
    from plimsoll.services.risk_api.installation import Installation

    chosen = settings()
    stated = chosen.redis_url.get_secret_value() if chosen.redis_url else None
    return Installation(
        *where(data_dir, database_url),
        redis_url=redis_url or stated,
        cache_bytes=chosen.cache_megabytes * 2**20,
        rate_limit=chosen.rate_limit,
        live_refresh_seconds=chosen.live_refresh_seconds,
        four_eyes=chosen.four_eyes,
        webhook_loopback=chosen.webhook_loopback,
        hosts=frozenset(chosen.hosts),
        proxies=chosen.proxies,
        audit_bucket=chosen.audit_bucket,
        audit_days=chosen.audit_days,
    )


def other_place(data_dir: Path | None) -> str:
    """Return the option that a further command needs to find the same platform, with a blank before it.

    Examples
    --------
    >>> other_place(None)
    ''
    """
    return "" if data_dir is None else f" --data-dir {shlex.quote(str(data_dir))}"
